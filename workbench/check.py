"""What was read against what a page's label says."""

from dataclasses import dataclass

from model_deploy.matching import assign, normalized, reading
from workbench.documents import LabelledPage
from workbench.reading import Reading
from workbench.table import Shown, Table


@dataclass(frozen=True)
class Check(Shown):
    """Each labelled line of a page, and what was read in its place."""

    name: str
    lines: tuple[tuple[str, str], ...]

    @property
    def exact(self) -> int:
        """How many lines were read exactly."""
        return sum(normalized(label) == normalized(read) for label, read in self.lines)

    def table(self) -> Table:
        """A row a line."""
        rows = [
            (label, "" if normalized(label) == normalized(read) else read or "(nothing)") for label, read in self.lines
        ]
        title = f"{self.exact} of {len(self.lines)} lines of {self.name} read exactly"
        return Table(title, ("label", "read otherwise"), rows)


def check(read: Reading, page: LabelledPage) -> Check:
    """Compare by the rules of the endpoint test: what lies on a label belongs to it, from left to right."""
    placed = [line for line in read.lines if line.polygon is not None]
    texts, labels = [line.text for line in placed], [line for line in page.lines if line.polygon is not None]
    assigned = assign([label.polygon or () for label in labels], [line.polygon or () for line in placed])
    lines = [(label.text, reading(texts, indices)) for label, indices in zip(labels, assigned, strict=True)]
    whole = " ".join(read.texts)
    lines += [(label.text, whole) for label in page.lines if label.polygon is None]
    return Check(page.name, tuple(lines))
