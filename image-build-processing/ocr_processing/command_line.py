"""A job's command line: one option for each field of its configuration."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Literal, NoReturn, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ocr_processing.failure import UserError

Options = TypeVar("Options", bound=BaseModel)


def option(name: str) -> str:
    """The command-line option of a field."""
    return "--" + name.replace("_", "-")


def parse_options(
    model: type[Options], module: str, description: str | None, arguments: Sequence[str] | None
) -> Options:
    """The configuration of `python -m module` from its command line (None: that of this process).

    Raises UserError for what cannot be used.
    """
    parser = _Parser(
        prog=f"python -m {module}",
        description=description,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for name, field in model.model_fields.items():
        default = "" if field.default is None else f" (default: {field.default})"
        literal = get_origin(field.annotation) is Literal
        shown = "|".join(get_args(field.annotation)) if literal else name.rpartition("_")[2].upper()
        if field.annotation is bool:
            # Given alone it means yes; a job's arguments come in pairs.
            parser.add_argument(option(name), nargs="?", const="true", metavar="true|false", help=field.description)
        else:
            parser.add_argument(option(name), metavar=shown, help=f"{field.description}{default}")
    return read_options(model, vars(parser.parse_args(arguments)))


def read_options(model: type[Options], values: Mapping[str, str]) -> Options:
    """The configuration from option values as typed. Raises UserError naming the first wrong option."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = option(str(first["loc"][0])) if first["loc"] else "The options"
        found = f", found {first['input']!r}" if first["loc"] else ""
        raise UserError(f"{where} cannot be used: {first['msg'].removeprefix('Value error, ')}{found}.") from error


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"The command line cannot be used: {message}; --help lists the options.")
