"""Prints the pipeline's definition, the JSON that SageMaker would get, without AWS and without a network."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.config import PLACEHOLDERS, ConfigurationError, Settings, missing
from pipelines.session import open_session


def definition(settings: Settings) -> str:
    """The definition as JSON text, one line end after it."""
    session = open_session(settings, offline=True)
    from pipelines.pipeline import get_pipeline  # the SDK needs the session's preparations at its import

    return formatted(json.loads(get_pipeline(settings, session).definition()))


def formatted(definition: dict[str, Any]) -> str:
    """A definition as it is printed: indented, one line end after it."""
    return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """Write a definition beside its place, and then there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print or write the definition; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ, placeholders=True)
        made_up = missing(os.environ)  # before the SDK is told its region by a variable
        text = definition(settings)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    for name in made_up:
        print(f"{name} is not set: the definition holds the example {PLACEHOLDERS[name]}", file=sys.stderr)
    if options.output is None:
        sys.stdout.write(text)
    else:
        write(options.output, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipelines.get_pipeline_definition", description=__doc__)
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the definition here instead of to standard output"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
