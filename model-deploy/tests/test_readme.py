"""README.md and the code name the same options, variables, parameters, thresholds and files."""

import argparse
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

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
    assert {name for name in cells(section("build.py"), 0) if name.startswith("--")} == {
        option for option, *_ in declared
    }


def test_every_option_of_the_test_has_a_row_and_every_row_an_option(command: Any) -> None:
    assert cells(section("test.py"), 0) == options(command.scripts["test"]._parser())


def test_every_variable_of_the_test_is_read() -> None:
    source = (ROOT / "test.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environ\.get\("(\w+)"\)', source))
    assert {name for name in cells(section("test.py"), 1) if name.isupper()} == read


@pytest.mark.parametrize("name", ["endpoint.yaml", "front-door.yaml", "drift.yaml"])
def test_every_parameter_of_a_template_has_a_row_with_its_default_and_meaning(
    exported: Path, resolver: Any, name: str
) -> None:
    config = {"endpoint.yaml": "prod", "front-door.yaml": "front-door", "drift.yaml": "drift"}[name]
    given, own = (
        json.loads(path.read_text(encoding="utf-8"))["Parameters"]
        for path in (exported / f"{config}-config-export.json", ROOT / f"{config}-config.json")
    )
    declared = resolver.load(name)["Parameters"]
    rows = dict(re.findall(r"^\| `(\w+)` (\|.*\|)$", section(name), re.MULTILINE))
    assert list(rows) == list(declared)
    for parameter, row in rows.items():
        default = declared[parameter].get("Default")
        written = "from the stage" if default is None else f"`{default}`" if default != "" else ""
        source = "from the build" if parameter in set(given) - set(own) else written
        assert row == f"| {source} | {declared[parameter]['Description']} |".replace("|  |", "| |")


@pytest.mark.parametrize("name", ["endpoint.yaml", "front-door.yaml", "drift.yaml"])
def test_every_output_of_a_template_is_named(resolver: Any, name: str) -> None:
    outputs = re.search(r"^Outputs: (.*?)\.", section(name), re.MULTILINE)
    assert outputs is not None
    assert re.findall(r"`(\w+)`", outputs[1]) == list(resolver.load(name)["Outputs"])


def test_every_file_that_is_always_written_is_named(exported: Path) -> None:
    named = set(re.findall(r"`([\w-]+\.\w+)`", section("build.py")))
    assert {path.name for path in exported.iterdir()} <= named


def test_every_threshold_has_a_row_with_what_is_shipped() -> None:
    assert cells(section("Stage configurations"), 0) == {str(f.alias) for f in Thresholds.model_fields.values()}
    shipped = [json.loads((ROOT / f"{stage}-config.json").read_text())["Test"] for stage in ("staging", "prod")]
    for name in shipped[0]:
        assert f"| `{name}` | {shipped[0][name]} | {shipped[1][name]} |" in README


def test_every_figure_of_the_results_is_named() -> None:
    assert all(f"`{field.name}`" in section("test.py") for field in fields(Verdict))


@pytest.mark.parametrize("name", re.findall(r"`([\w-]+\.(?:py|yaml|yml|json))`", README.split("\n## ")[0]))
def test_every_file_that_is_listed_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
