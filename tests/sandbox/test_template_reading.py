"""Templates as CloudFormation reads and checks them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudformation.template_checks import check_parameters, check_rules, check_types
from sandbox.cloudformation.template_text import read_template
from sandbox.errors import SandboxError

SIMPLE = {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc/-: {}0", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_a_template_in_json_is_what_it_says(value: Any) -> None:
    template = {**SIMPLE, "Metadata": {"Given": value}}
    assert read_template(json.dumps(template)) == template


@pytest.mark.parametrize(
    ("short", "written_out"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!GetAtt A.Outputs.B", {"Fn::GetAtt": ["A", "Outputs.B"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
        ("!Condition A", {"Condition": "A"}),
        ("!Not [!Condition A]", {"Fn::Not": [{"Condition": "A"}]}),
        ("!ImportValue {Fn::Sub: '${A}-B'}", {"Fn::ImportValue": {"Fn::Sub": "${A}-B"}}),
        ("!If [A, {B: !Ref C}, !Ref AWS::NoValue]", {"Fn::If": ["A", {"B": {"Ref": "C"}}, {"Ref": "AWS::NoValue"}]}),
        ("2012-10-17", "2012-10-17"),
    ],
)
def test_short_functions_are_written_out(short: str, written_out: Any) -> None:
    text = f"Resources: {{A: {{Type: AWS::SNS::Topic, Properties: {{P: {short}}}}}}}"
    assert read_template(text)["Resources"]["A"]["Properties"]["P"] == written_out


@pytest.mark.parametrize("text", ["Resources: [", "- a", "a: b", "Resources: {A: !!python/object:os.system {}}"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(SandboxError):
        read_template(text)


def test_parts_that_share_an_anchor_are_parts_of_their_own() -> None:
    template = read_template("Resources: {A: &a {Type: X, Properties: {}}, B: *a}")
    template["Resources"]["A"]["Properties"]["changed"] = True
    assert template["Resources"]["B"]["Properties"] == {}


def test_a_type_that_nothing_makes_is_named() -> None:
    template = {"Resources": {"Ledger": {"Type": "AWS::QLDB::Ledger"}}}
    with pytest.raises(SandboxError, match=r"Unrecognized resource types: AWS::QLDB::Ledger \(Ledger\)"):
        check_types(template, lambda kind: kind == "AWS::SNS::Topic")


PARAMETERS = {
    "Parameters": {
        "Name": {"Type": "String", "AllowedPattern": "^[a-z]+$", "MaxLength": 4, "ConstraintDescription": "letters"},
        "Size": {"Type": "Number", "Default": 3, "MinValue": 1, "MaxValue": 5},
        "Kind": {"Type": "String", "Default": "a", "AllowedValues": ["a", "b"]},
        "Many": {"Type": "CommaDelimitedList", "Default": "", "AllowedPattern": "^(x[0-9])?$"},
    }
}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, r"\[Name\] must have values"),
        ({"Name": "ab", "Other": "x"}, r"\[Other\] do not exist"),
        ({"Name": "A"}, r"Name is 'A': expected text that matches .* \(letters\)"),
        ({"Name": "abcde"}, "expected 0 to 4 characters"),
        ({"Name": "ab", "Size": "six"}, "expected a number"),
        ({"Name": "ab", "Size": "6"}, "expected a number from 1 to 5"),
        ({"Name": "ab", "Kind": "c"}, "expected one of a, b"),
        ({"Name": "ab", "Many": "x1,y2"}, "Many is 'y2'"),
    ],
)
def test_parameters_that_are_not_allowed_are_named(values: dict[str, str], said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        check_parameters(PARAMETERS, values)


def test_allowed_parameters_pass() -> None:
    check_parameters(PARAMETERS, {"Name": "ab", "Size": "5", "Many": "x1,x2"})


def rule(assertion: Any, condition: Any = None) -> dict[str, Any]:
    body = {"Assertions": [{"Assert": assertion, "AssertDescription": "because"}]}
    return {"Rules": {"R": {**body, **({"RuleCondition": condition} if condition else {})}}}


def resolve(value: Any) -> Any:
    values = {"One": 1, "List": ["a", "b"], "Text": "a"}
    return values[value["Ref"]] if isinstance(value, dict) else value


@pytest.mark.parametrize(
    "holds",
    [
        {"Fn::Equals": [{"Ref": "One"}, "1"]},
        {"Fn::Not": [{"Fn::Equals": [{"Ref": "Text"}, "b"]}]},
        {"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Fn::Contains": [{"Ref": "List"}, {"Ref": "Text"}]}]},
        {"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "b", "c"]]}]},
        {"Fn::EachMemberEquals": [["a", "a"], {"Ref": "Text"}]},
    ],
)
def test_rules_hold_or_say_why_not(holds: dict[str, Any]) -> None:
    check_rules(rule(holds), resolve)
    with pytest.raises(SandboxError, match="rule R: because"):
        check_rules(rule({"Fn::Not": [holds]}), resolve)


def test_a_rule_counts_where_its_condition_holds() -> None:
    never = {"Fn::Equals": ["a", "b"]}
    check_rules(rule(never, condition=never), resolve)
