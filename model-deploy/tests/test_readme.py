"""README.md and the code name the same options, variables, parameters, thresholds and files."""

import argparse
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from model_deploy.stage import Thresholds
from model_deploy.verdict import Verdict

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def cells(text: str, column: int) -> set[str]:
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^` ]+)", row[column])}


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"}


def test_every_option_of_the_build_has_a_row_with_its_variable_and_default(command: Any) -> None:
    declared = command.scripts["build"].OPTIONS
    for option, variable, default, meaning in declared:
        written = "required" if default is None else f"`{default}`" if default else ""
        assert f"| `{option}` | `{variable}` | {written} | {meaning} |".replace("|  |", "| |") in README
    assert cells(section("build.py"), 0) == {option for option, *_ in declared}


def test_every_option_of_the_test_has_a_row_and_every_row_an_option(command: Any) -> None:
    assert cells(section("test.py"), 0) == options(command.scripts["test"]._parser())


def test_every_variable_of_the_test_is_read() -> None:
    source = (ROOT / "test.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environ\.get\("(\w+)"\)', source))
    assert {name for name in cells(section("test.py"), 1) if name.isupper()} == read


def test_every_parameter_of_the_template_has_a_row_with_its_default() -> None:
    text = (ROOT / "endpoint.yaml").read_text(encoding="utf-8")
    declared = yaml.safe_load(text.split("\nRules:")[0])["Parameters"]
    assert cells(section("endpoint.yaml"), 0) == set(declared)
    for name, parameter in declared.items():
        if parameter.get("Default"):
            assert f"| `{name}` | `{parameter['Default']}` |" in README


def test_every_threshold_has_a_row_with_what_is_shipped() -> None:
    assert cells(section("Stage configurations"), 0) == {str(f.alias) for f in Thresholds.model_fields.values()}
    shipped = [json.loads((ROOT / f"{stage}-config.json").read_text())["Test"] for stage in ("staging", "prod")]
    for name in shipped[0]:
        assert f"| `{name}` | {shipped[0][name]} | {shipped[1][name]} |" in README


def test_every_figure_of_the_results_is_named() -> None:
    assert all(f"`{field.name}`" in section("test.py") for field in fields(Verdict))


@pytest.mark.parametrize("name", re.findall(r"`([\w-]+\.(?:py|yaml|json))`", README.split("\n## ")[0]))
def test_every_file_that_is_listed_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
