"""What every command is made of."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import WorkbenchError

# A project, or None for a command that needs none.
Command = Callable[[argparse.Namespace, Any, Any], None]
Commands = Any


def add_command(
    commands: Commands, name: str, meaning: str, run: Command, *, offline: bool = False
) -> argparse.ArgumentParser:
    """A command called `name`; one that is `offline` needs no project."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=meaning, description=f"{meaning[0].upper()}{meaning[1:]}."
    )
    parser.set_defaults(run=run, offline=offline)
    return parser


def assignments(given: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping. Raises WorkbenchError for another form."""
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            message = f"{text!r}: expected NAME=VALUE"
            raise WorkbenchError(message)
        values[name.strip()] = value.strip()
    return values
