"""README.md and the code name the same options, variables, parameters, steps and metadata."""

import argparse
import json
import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pipelines import get_pipeline_definition, run_pipeline
from pipelines.config import FALLBACKS, Settings
from pipelines.get_pipeline_definition import definition

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| (.*?) \|", README, flags=re.MULTILINE)
FIRST_CELLS = {name for cell, _ in ROWS for name in re.findall(r"`([^` ]+)[^`]*`", cell)}


@pytest.fixture(scope="module")
def parameters() -> Any:
    settings = Settings.from_environment({}, placeholders=True)
    with mock.patch.dict(os.environ):
        return json.loads(definition(settings))["Parameters"]


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"}


def test_every_option_has_a_row_and_every_row_an_option() -> None:
    offered = options(run_pipeline._parser()) | options(get_pipeline_definition._parser())
    assert {name for name in FIRST_CELLS if name.startswith("--")} == offered


def test_every_variable_has_a_row_and_every_row_a_variable() -> None:
    read = {str(field.alias) for field in Settings.model_fields.values()}
    assert {name for name in FIRST_CELLS if re.fullmatch(r"[A-Z][A-Z_]+", name)} == read


def test_every_fallback_is_named() -> None:
    assert all(f"`{name}`" in README for names in FALLBACKS.values() for name in names)


def test_every_parameter_has_a_row_with_its_default(parameters: Any) -> None:
    rows = {cell.strip("`"): default for cell, default in ROWS}
    for parameter in parameters:
        default = parameter.get("DefaultValue", "see below")
        written = "<ARTIFACT_BUCKET>" if parameter["Name"] == "DocumentsUri" else str(default)
        assert written in rows[parameter["Name"]]


def test_every_row_of_a_parameter_is_one(parameters: Any) -> None:
    declared = {parameter["Name"] for parameter in parameters}
    assert {name for name in FIRST_CELLS if re.fullmatch(r"([A-Z][a-z]+){2,}F?|Seed|Task", name)} <= declared


def test_every_property_of_a_version_has_a_row_and_every_row_a_property() -> None:
    with mock.patch.dict(os.environ):
        steps = json.loads(definition(Settings.from_environment({}, placeholders=True)))["Steps"]
    (gate,) = (step for step in steps if step["Name"] == "QualityGate")
    (register,) = (step for step in gate["Arguments"]["IfSteps"] if step["Name"] == "Register")
    section = README.partition("| property | what |")[2].partition("\n\n")[0]
    rows = {
        name for cell in re.findall(r"^\| (.+?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert rows == register["Arguments"]["CustomerMetadataProperties"].keys()


@pytest.mark.parametrize(
    "step", ["Preprocess", "Train", "Evaluate", "QualityGate", "Baseline", "Register", "QualityGateFailed"]
)
def test_every_step_is_named(step: str) -> None:
    assert f"`{step}`" in README
