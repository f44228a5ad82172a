"""A table that changes while one waits: in a terminal and in a notebook in its place, elsewhere not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from workbench.table import Shown


@contextmanager
def showing(shown: Shown, console: Console) -> Iterator[Callable[[Shown], None]]:
    """Show a result; what it gives is called with each later state of it."""
    if console.is_jupyter:
        from IPython.display import display

        # Not by rich, which asks for a package of widgets there.
        handle = display(shown, display_id=True)
        yield handle.update
    elif console.is_terminal:
        with Live(shown, console=console, auto_refresh=False) as live:
            yield lambda now: live.update(now, refresh=True)
    else:
        # A log has no place of its own for a table that changes: the end is told by whoever waits.
        yield lambda _: None
