"""What happened in the demonstration, a line each."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from sandbox.codepipeline.record import ExecutionRecord, now
from sandbox.errors import SandboxError


class Unexpected(SandboxError):  # noqa: N818 - what it is to those who read it
    """Something did not happen as it should; the message says what."""


@dataclass
class Happening:
    """One line of the table: what happened, what started it, and what it led to."""

    what: str
    started_by: str = ""
    led_to: str = ""
    seconds: float = 0.0

    def took(self, record: ExecutionRecord) -> None:
        """Take the seconds of an execution that began before anybody followed it."""
        self.seconds = ((record.end or now()) - record.start).total_seconds()

    def since(self, record: ExecutionRecord) -> None:
        """Take the seconds from the start of an execution until now: it started something that has just ended."""
        self.seconds = (now() - record.start).total_seconds()


class Happenings:
    """The lines so far, timed one after another."""

    def __init__(self) -> None:
        self.lines: list[Happening] = []

    @contextmanager
    def line(self, what: str) -> Iterator[Happening]:
        """One line, which whoever has it fills in; its seconds are what passes meanwhile."""
        happening, begun = Happening(what), time.monotonic()
        self.lines.append(happening)
        try:
            yield happening
        finally:
            happening.seconds = happening.seconds or time.monotonic() - begun


def expect(holds: object, sentence: str) -> None:
    """Raise Unexpected with the sentence unless it holds."""
    if not holds:
        raise Unexpected(sentence)


def happenings_table(lines: Sequence[Happening]) -> Table:
    """The lines as a table."""
    table = Table(title="What happened", title_justify="left", show_lines=True)
    for column in ("what happened", "what started it", "what it led to"):
        table.add_column(column, overflow="fold")
    table.add_column("seconds", justify="right")
    for line in lines:
        table.add_row(escape(line.what), escape(line.started_by), escape(line.led_to), f"{line.seconds:.1f}")
    return table
