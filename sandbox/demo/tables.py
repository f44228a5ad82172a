"""What the demo shows of an evaluation: figures before and after training, and the paper's where there are such."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sandbox.demo.summary import FIGURES, figures, figures_before, improvement, page_figures, word_figures

WORDS = {
    "car": "CAR: characters read right",
    "war": "WAR: words read right",
    "localisation_f": "F: words found, IoU 0.5",
}


def tables(evaluation: dict[str, Any]) -> list[Table]:
    """Of the test lines, and where they were measured of whole pages and of handwritten words."""
    found = [_lines(evaluation), _pages(evaluation), _words(evaluation)]
    return [table for table in found if table is not None]


def _lines(evaluation: dict[str, Any]) -> Table:
    after, before, gain = figures(evaluation), figures_before(evaluation), improvement(evaluation)
    table = _table(f"{evaluation['ocr_metrics'].get('lines', '?')} test lines")
    for name in FIGURES:
        table.add_row(name, _figure(before, name), f"{after[name]:.4f}")
    if gain is not None:
        table.add_row("gain, 95%", f"{gain.lower:+.4f}", f"{gain.upper:+.4f}", end_section=True)
    return table


def _pages(evaluation: dict[str, Any]) -> Table | None:
    found = page_figures(evaluation)
    if found is None:
        return None
    table = _table(f"{evaluation['pages']['pages']} whole test pages, IoU 0.5")
    for name in ("detection_f", "end_to_end_f"):
        table.add_row(name, _figure(found, f"before_{name}"), _figure(found, name))
    return table


def _words(evaluation: dict[str, Any]) -> Table | None:
    found = word_figures(evaluation)
    if found is None:
        return None
    table = _table(f"{found.words} words of handwriting")
    table.add_column("GNHK's paper", justify="right")
    for name, meaning in WORDS.items():
        table.add_row(meaning, *(_figure(values, name) for values in (found.before, found.after, found.paper)))
    table.caption = "The paper's figures are of GNHK's own test pages: a reference, not the same test."
    return table


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in ("before", "after"):
        table.add_column(column, justify="right")
    return table


def _figure(values: Mapping[str, float] | None, name: str) -> str:
    value = (values or {}).get(name)
    return "-" if value is None else f"{value:.4f}"
