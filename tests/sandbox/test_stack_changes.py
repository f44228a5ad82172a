"""Which resources of a stack an update touches, and in which order."""

from typing import Any

import pytest

from sandbox.cloudformation.template_references import affected_resources, references

TEMPLATE: dict[str, Any] = {
    "Conditions": {"Captures": {"Fn::Equals": [{"Ref": "Percentage"}, "100"]}},
    "Resources": {
        "Endpoint": {"Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}}},
        "Config": {
            "Properties": {
                "ModelName": {"Fn::GetAtt": "Model.ModelName"},
                "Capture": {"Fn::If": ["Captures", 1, {"Ref": "AWS::NoValue"}]},
            }
        },
        "Model": {"Properties": {"Package": {"Ref": "Package"}}},
        "Topic": {"Properties": {"Name": {"Fn::Sub": "${Stage}-alarms-${!literal}"}}},
    },
}


@pytest.mark.parametrize(
    ("parameters", "affected"),
    [
        (["Package"], ["Model", "Config", "Endpoint"]),
        (["Percentage"], ["Config", "Endpoint"]),
        (["Stage"], ["Topic"]),
        ([], []),
    ],
)
def test_a_changed_parameter_reaches_everything_that_hangs_on_it(parameters: list[str], affected: list[str]) -> None:
    assert affected_resources(TEMPLATE, [], parameters) == affected


def test_a_changed_resource_reaches_those_that_refer_to_it() -> None:
    assert affected_resources(TEMPLATE, ["Config"], []) == ["Config", "Endpoint"]


def test_references_are_found_in_every_form() -> None:
    value = {"DependsOn": ["A"], "X": [{"Fn::Sub": ["${B}-${C.Arn}-${own}", {"own": {"Ref": "D"}}]}]}
    assert references(value) >= {"A", "B", "C", "D"}
