"""What a project's parameters become with another template."""

from typing import Any

import pytest

from publisher.errors import PublishError
from publisher.parameters import carry


def template(**entries: Any) -> dict[str, Any]:
    return {"Parameters": {name: {"Type": "String", **entry} for name, entry in entries.items()}}


def test_a_default_that_changed_does_not_win_over_the_project() -> None:
    assert carry({"A": "mine"}, template(A={"Default": "new"}), {}, "x").values == {"A": "mine"}


def test_what_the_version_says_wins() -> None:
    assert carry({"A": "1"}, template(A={}), {"A": "2", "B": "3"}, "x").values == {"A": "2"}


def test_sagemakers_own_parameters_are_left_to_it() -> None:
    carried = carry({"SageMakerProjectId": "p-1"}, template(SageMakerProjectId={}, SageMakerProjectName={}), {}, "x")
    assert (dict(carried.values), dict(carried.new), carried.gone) == ({}, {}, ())


def test_a_parameter_that_nobody_gave_is_told() -> None:
    with pytest.raises(PublishError, match="never given: A, B"):
        carry({}, template(A={}, B={}), {}, "x")


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("c", {"AllowedValues": ["a", "b"]}),
        ("ab1", {"AllowedPattern": "[a-z]+"}),
        ("ab", {"MinLength": 3}),
        ("abcd", {"MaxLength": 3}),
        ("1", {"Type": "Number", "MinValue": 2}),
        ("5", {"Type": "Number", "MaxValue": 4}),
    ],
)
def test_a_value_that_the_new_template_refuses_is_told(value: str, entry: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="refuses what the project has: A "):
        carry({"A": value}, template(A=entry), {}, "x")


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("2", {"AllowedValues": [1, 2]}),
        ("", {"AllowedPattern": "[a-z]*", "MaxLength": 3}),
        ("0.5", {"Type": "Number", "MinValue": 0, "MaxValue": 1}),
    ],
)
def test_a_value_that_it_takes_is_kept(value: str, entry: dict[str, Any]) -> None:
    assert carry({"A": value}, template(A=entry), {}, "x").values == {"A": value}
