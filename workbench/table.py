"""Results as tables: HTML in a notebook, drawn lines in a terminal, plain text elsewhere."""

import html
import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

PLAIN_WIDTH = 200


def cell(value: object) -> str:
    """A value as a cell shows it: numbers to four digits, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    return str(value)


class Shown(ABC):
    """A result that shows itself as a table."""

    @abstractmethod
    def table(self) -> "Table":
        """What is shown."""

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def __rich__(self) -> RichTable:
        return self.table().__rich__()

    def __str__(self) -> str:
        return str(self.table())


@dataclass(frozen=True)
class Table:
    """A title, the columns' names and the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(cell(value))}</td>" for value in row) + "</tr>"
            for row in self.rows
        )
        return (
            f"<table><caption>{html.escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def __rich__(self) -> RichTable:
        drawn = RichTable(title=escape(self.title), title_justify="left", expand=False, box=box.SIMPLE_HEAD)
        for column in self.columns:
            drawn.add_column(escape(column), overflow="fold")
        for row in self.rows:
            drawn.add_row(*(escape(cell(value)) for value in row))
        return drawn

    def __str__(self) -> str:
        written = io.StringIO()
        Console(file=written, width=PLAIN_WIDTH, color_system=None).print(self.__rich__())
        return written.getvalue().rstrip()
