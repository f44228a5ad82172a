"""The README, the command line and the package say the same."""

import argparse
import re

import pytest

import workbench
from sandbox.settings import CHECKOUT
from workbench.cli import build_parser

README = (CHECKOUT / "workbench" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z]+)(?: [^`]*)?` \| [^|]+ \|(.*)\|$", README.split("## Commands", 1)[1], re.MULTILINE)
DOCUMENTED = dict(ROWS)


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    return {
        option: action
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }


def test_every_command_has_a_row_and_the_other_way_round() -> None:
    assert sorted(name for name, _ in ROWS) == sorted(commands())


@pytest.mark.parametrize("command", sorted(commands()))
def test_a_row_has_all_options_of_its_command(command: str) -> None:
    assert sorted(re.findall(r"`(--[a-z-]+)", DOCUMENTED[command])) == sorted(options_of(commands()[command]))


@pytest.mark.parametrize("command", sorted(commands()))
def test_documented_defaults_are_the_defaults(command: str) -> None:
    options = options_of(commands()[command])
    for option, default in re.findall(r"`(--[a-z-]+)[^`]*`[^,`]*?\(`?([^)`]+)`?\)", DOCUMENTED[command]):
        assert str(options[option].default) == default, option


def test_the_general_options_are_documented() -> None:
    table = README.split("## Commands", 1)[1].split("With `AWS_ENDPOINT_URL`", 1)[0]
    assert sorted(re.findall(r"^\| `(--[a-z-]+)`", table, re.MULTILINE)) == sorted(options_of(build_parser()))


def test_every_call_is_in_the_table() -> None:
    table = README.split("## Calls", 1)[1].split("## What it needs", 1)[0]
    named = {name for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)", cell)}
    assert named >= set(workbench.__all__) - {"WorkbenchError"}
    assert named <= set(workbench.__all__) | {"call"}


def test_everything_exported_is_there() -> None:
    assert [name for name in workbench.__all__ if not hasattr(workbench, name)] == []
