"""A whole HTML page as the output of a notebook's cell."""

import html
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Frame:
    """A page in a frame of its own, so that neither its style nor the notebook's changes the other's."""

    title: str
    content: str = field(repr=False)
    """The page's HTML. It may be of strangers' texts: no script of it runs."""

    def _repr_html_(self) -> str:
        title, content = html.escape(self.title), html.escape(self.content)
        return f'<iframe title="{title}" srcdoc="{content}" sandbox="" width="100%" height="640"></iframe>'
