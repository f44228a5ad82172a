"""Lines of programs on a person's terminal: as they are, without styles."""

from collections.abc import Callable

from rich.console import Console


def plain_lines(console: Console) -> Callable[[str], None]:
    """Prints each line that it is given."""

    def tell(line: str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    return tell
