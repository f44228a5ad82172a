"""Reports for people, which jobs leave as pages of HTML that need no other file."""

import html
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Report:
    """A page, shown in a frame of its own so that its styles and scripts stay there."""

    content: str = field(repr=False)
    height: int = 700

    def _repr_html_(self) -> str:
        framed = html.escape(self.content, quote=True)
        # Scripts, for its own charts; and no origin, so that they reach nothing of the notebook's.
        return f'<iframe srcdoc="{framed}" sandbox="allow-scripts" width="100%" height="{self.height}"></iframe>'

    def save(self, path: Path) -> Path:
        """Write it beside its place and rename it; returns the place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        partial.write_text(self.content, encoding="utf-8")
        return partial.replace(path)
