"""Values and conditions of a pipeline definition."""

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import SandboxError
from sandbox.pipelines.expressions import Scope, holds, resolve

DOCUMENT = {"ocr_metrics": {"exact_match": {"value": 0.9}}, "gate": {"no_regression": True}, "runs": [1, 2]}
PREPROCESS = {
    "ProcessingOutputConfig": {
        "Outputs": [
            {"OutputName": "other", "S3Output": {"S3Uri": "s3://b/other"}},
            {"OutputName": "dataset", "S3Output": {"S3Uri": "s3://b/dataset"}},
        ]
    }
}

TEXT = st.text(max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=10,
)


def scope() -> Scope:
    return Scope(
        parameters={"Seed": 17, "Rate": 0.001, "Flag": True, "Uri": "s3://b/x"},
        execution={"PipelineExecutionId": "abc"},
        read_property_file=lambda step, name: {("Evaluate", "Evaluation"): DOCUMENT}[step, name],
        read_s3_json=lambda uri: {"s3://b/x": DOCUMENT}[uri],
        steps={"Preprocess": PREPROCESS, "Gate": {"Outcome": False}},
    )


def json_get(path: str) -> dict[str, Any]:
    where = {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}
    return {"Std:JsonGet": {"PropertyFile": where, "Path": path}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Get": "Parameters.Seed"}, 17),
        ({"Get": "Execution.PipelineExecutionId"}, "abc"),
        (
            {"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs['dataset'].S3Output.S3Uri"},
            "s3://b/dataset",
        ),
        (
            {"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri"},
            "s3://b/other",
        ),
        ({"Get": "Steps.Gate.Outcome"}, False),
        ({"Std:Join": {"On": "/", "Values": ["a", {"Get": "Parameters.Seed"}]}}, "a/17"),
        ({"Std:Join": {"On": "", "Values": [{"Get": "Parameters.Flag"}]}}, "true"),
        ({"Std:Join": {"On": "", "Values": [{"Get": "Parameters.Rate"}]}}, "0.001"),
        (json_get("ocr_metrics.exact_match.value"), 0.9),
        (json_get("gate.no_regression"), True),
        (json_get("runs[1]"), 2),
        ({"Std:JsonGet": {"S3Uri": {"Get": "Parameters.Uri"}, "Path": "runs[0]"}}, 1),
        ([{"a": {"Get": "Parameters.Seed"}}], [{"a": 17}]),
    ],
)
def test_an_expression_stands_for_a_value(expression: Any, value: Any) -> None:
    assert resolve(expression, scope()) == value


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ({"Get": "Parameters.Speed"}, "Parameters.Speed"),
        ({"Get": "Steps.Train.ModelArtifacts"}, "there is no 'Train'"),
        ({"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs['model']"}, "there is no 'model'"),
        (json_get("ocr_metrics.speed"), "matches 0 values in property file Evaluation of step Evaluate"),
        (json_get("["), "is not a JSON path"),
    ],
)
def test_a_reference_to_nothing_is_named(expression: Any, named: str) -> None:
    with pytest.raises(SandboxError) as caught:
        resolve(expression, scope())
    assert named in str(caught.value)


@given(PLAIN)
def test_what_has_no_expression_stays_as_it_is(value: Any) -> None:
    assert resolve(value, scope()) == value


@given(st.lists(TEXT), TEXT)
def test_join_is_join(values: list[str], on: str) -> None:
    assert resolve({"Std:Join": {"On": on, "Values": values}}, scope()) == on.join(values)


@given(
    st.sampled_from(
        [
            ("GreaterThan", operator.gt),
            ("GreaterThanOrEqualTo", operator.ge),
            ("LessThan", operator.lt),
            ("LessThanOrEqualTo", operator.le),
            ("Equals", operator.eq),
        ]
    ),
    st.integers() | st.floats(allow_nan=False),
    st.integers() | st.floats(allow_nan=False),
)
def test_a_comparison_of_numbers_is_that_of_python(kind: Any, left: float, right: float) -> None:
    name, compare = kind
    condition = {"Type": name, "LeftValue": left, "RightValue": right}
    assert holds(condition, scope()) == compare(left, right)


@given(st.lists(st.booleans(), min_size=1), st.booleans())
def test_conditions_combine_as_logic_does(values: list[bool], negate: bool) -> None:
    conditions = [{"Type": "Equals", "LeftValue": value, "RightValue": True} for value in values]
    assert holds({"Type": "And", "Conditions": conditions}, scope()) == all(values)
    assert holds({"Type": "Or", "Conditions": conditions}, scope()) == any(values)
    # The service's own word, and the one that version 3 of the SDK writes.
    key = "Expression" if negate else "Condition"
    assert holds({"Type": "Not", key: conditions[0]}, scope()) == (not values[0])


@pytest.mark.parametrize(("left", "right"), [(True, 1), (1, True), ("17", 17)])
def test_values_of_different_kinds_are_not_equal(left: Any, right: Any) -> None:
    assert not holds({"Type": "Equals", "LeftValue": left, "RightValue": right}, scope())


def test_a_value_may_be_sought_in_a_list() -> None:
    condition = {"Type": "In", "QueryValue": {"Get": "Parameters.Seed"}, "Values": [1, 17]}
    assert holds(condition, scope())


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ({"Type": "LessThan", "LeftValue": "a", "RightValue": 1}, "compares 'a' with 1"),
        ({"Type": "Between", "LeftValue": 1, "RightValue": 1}, "unknown condition type 'Between'"),
    ],
)
def test_a_condition_that_has_no_answer_is_named(condition: Any, named: str) -> None:
    with pytest.raises(SandboxError, match=named):
        holds(condition, scope())
