"""Rows of a label file, decoded one by one so that one bad row costs one row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Row:
    """A row that is not blank: its 1-based number and its text, None where it is not UTF-8."""

    number: int
    text: str | None


def read_rows(path: Path) -> Iterator[Row]:
    r"""The rows of `path`, without their line ends (`\n` or `\r\n`), a byte order mark or blank rows.

    Only `\n` ends a row: `str.splitlines` would also cut at U+2028 or U+0085, which a label may hold.
    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            content = raw.removeprefix(BYTE_ORDER_MARK) if number == 1 else raw
            content = content.removesuffix(b"\n").removesuffix(b"\r")
            if content.strip():
                yield Row(number, _decoded(content))


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
