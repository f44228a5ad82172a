"""A pipeline definition's form, parameters and order."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import SandboxError
from sandbox.pipelines.definition import order as order_of
from sandbox.pipelines.definition import parse_definition

PARAMETERS = [
    {"Name": "Uri", "Type": "String"},
    {"Name": "Seed", "Type": "Integer", "DefaultValue": 17},
    {"Name": "Rate", "Type": "Float", "DefaultValue": 0.5},
    {"Name": "Flag", "Type": "Boolean", "DefaultValue": False},
    {"Name": "Status", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
]


def fail(name: str, *needs: str) -> dict[str, Any]:
    message = {"Std:Join": {"On": "", "Values": [{"Get": f"Steps.{need}.Outcome"} for need in needs]}}
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def parsed(*steps: dict[str, Any]) -> Any:
    return parse_definition(json.dumps({"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": list(steps)}))


def test_parameters_have_their_types() -> None:
    values = parsed().bind({"Uri": "s3://b/x", "Seed": "3", "Rate": "1e-3", "Flag": "True"})
    assert values == {"Uri": "s3://b/x", "Seed": 3, "Rate": 0.001, "Flag": True, "Status": "a"}


@pytest.mark.parametrize(
    ("given_values", "named"),
    [
        ({"Uri": "x", "Seed": "three"}, "Seed: 'three' is not of type Integer"),
        ({"Uri": "x", "Flag": "1"}, "Flag: '1' is not of type Boolean"),
        ({"Uri": "x", "Status": "c"}, "Status: 'c' is none of a, b"),
        ({"Uri": "x", "Speed": "1"}, "unknown pipeline parameters: Speed"),
        ({}, "Uri has no default"),
    ],
)
def test_a_wrong_parameter_is_named(given_values: dict[str, str], named: str) -> None:
    with pytest.raises(SandboxError, match=named):
        parsed().bind(given_values)


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ([{"Name": "A", "Type": "EMR", "Arguments": {}}], "cannot run steps of type EMR"),
        ([fail("A"), fail("A")], "several steps are called A"),
        ([fail("A", "B")], "step A refers to steps that do not exist: B"),
        ([fail("A", "B"), fail("B", "A")], "steps wait for each other: A, B"),
    ],
)
def test_a_definition_that_cannot_run_is_refused(steps: list[dict[str, Any]], named: str) -> None:
    with pytest.raises(SandboxError, match=named):
        parsed(*steps)


@pytest.mark.parametrize("text", ["", "[]", '{"Version": "1"}', '{"Version": "1", "Steps": [{}]}'])
def test_another_document_is_not_a_definition(text: str) -> None:
    with pytest.raises(SandboxError, match="not a pipeline definition"):
        parse_definition(text)


def test_steps_of_a_branch_come_after_their_condition() -> None:
    condition = {
        "Name": "Gate",
        "Type": "Condition",
        "DependsOn": ["Last"],
        "Arguments": {"Conditions": [], "IfSteps": [fail("Inner")], "ElseSteps": [fail("Other", "Inner")]},
    }
    definition = parsed(condition, fail("Last"))
    assert order_of(definition.all_steps()) == ["Last", "Gate", "Inner", "Other"]


@given(st.integers(1, 8), st.randoms(use_true_random=False))
def test_every_step_comes_after_what_it_needs(count: int, chance: random.Random) -> None:
    needs = {f"S{i}": [f"S{j}" for j in range(i) if chance.random() < 0.4] for i in range(count)}
    names = list(needs)
    chance.shuffle(names)
    ordered = order_of(parsed(*(fail(name, *needs[name]) for name in names)).all_steps())
    assert sorted(ordered) == sorted(needs)
    assert all(ordered.index(need) < ordered.index(name) for name in needs for need in needs[name])
