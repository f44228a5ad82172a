"""Every reference of the templates leads somewhere, and nothing in them is for nothing."""

import pytest

from wiring import sources
from wiring.deployment import BOOTSTRAP_STACK, VARIANTS, Deployment, deployed
from wiring.resolve import UnresolvedError
from wiring.stack import Stack


def test_every_reference_of_the_template_resolves(deployment: Deployment) -> None:
    for stack in (deployment.bootstrap, deployment.project, *deployment.stacks.values()):
        assert stack.resources
        assert all(stack.outputs.values())


def test_no_rule_is_against_the_parameters(deployment: Deployment) -> None:
    assert deployment.bootstrap.broken_rules == deployment.project.broken_rules == []


@pytest.mark.parametrize(
    "template", [sources.PROJECT, sources.BOOTSTRAP, sources.ENDPOINT, sources.FRONT_DOOR, sources.DRIFT]
)
def test_every_parameter_and_condition_is_used(template: str) -> None:
    data = sources.template(template)
    # Some values matter to a rule, or to a mode of endpoints, only.
    words = str({name: data[name] for name in ("Resources", "Rules", "Conditions", "Outputs") if name in data})
    unused = [
        name
        for part in ("Parameters", "Conditions")
        for name in data.get(part, {})
        if f"'{name}'" not in words and f"${{{name}}}" not in words
    ]
    assert unused == []


def test_every_export_is_imported_or_is_for_people() -> None:
    imported = {name for variant in VARIANTS for name in deployed(variant).project.imported}
    for_people = {f"{BOOTSTRAP_STACK}-{name}" for name in ("LaunchRoleArn", "StudioPolicyArn", "TemplateBucketName")}
    assert set(deployed().bootstrap.exports) == imported | for_people


@pytest.mark.parametrize(
    "parameters",
    [
        {"CodeConnectionArn": VARIANTS["connection"]["CodeConnectionArn"]},
        {"RepositoryOwner": "acme"},
        {"VpcId": "vpc-0a1b2c3d"},
        {"VpcId": "vpc-0a1b2c3d", "VpcSubnetIds": "subnet-0a1b2c3d"},
        {"VpcSubnetIds": "subnet-0a1b2c3d", "VpcSecurityGroupIds": "sg-0a1b2c3d"},
        {"VpcId": "vpc-0a1b2c3d", "VpcSecurityGroupIds": "sg-0a1b2c3d"},
    ],
    ids=lambda parameters: " and ".join(parameters),
)
def test_parameters_that_go_together_are_refused_alone(parameters: dict[str, str]) -> None:
    assert len(deployed(**parameters).project.broken_rules) == 1


@pytest.mark.parametrize(
    ("condition", "resources"),
    [
        ({"RetrainSchedule": "rate(30 days)"}, {"RetrainRule"}),
        ({"NotificationEmail": "someone@example.com"}, {"AlarmSubscription"}),
        ({"MonthlyBudget": "100"}, {"Budget"}),
        ({}, set()),
    ],
    ids=str,
)
def test_what_is_not_asked_for_is_not_made(condition: dict[str, str], resources: set[str]) -> None:
    assert set(deployed(**condition).project.resources) - set(deployed().project.resources) == resources


def test_a_connection_takes_the_place_of_codecommit(connected: Deployment) -> None:
    repositories = set(deployed().project.of_type("AWS::CodeCommit::Repository"))
    pushes = {name for name in deployed().project.of_type("AWS::Events::Rule") if name.endswith("PushRule")}
    assert set(deployed().project.resources) - set(connected.project.resources) == repositories | pushes
    assert set(connected.project.resources) - set(deployed().project.resources) == {
        "SeedProject",
        "SeedLogs",
        "SeedRule",
    }


# The resolver itself

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}, "Names": {"Type": "CommaDelimitedList", "Default": "a,b"}},
    "Conditions": {"IsA": {"Fn::Equals": [{"Ref": "Name"}, "a"]}},
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${Name}-${AWS::Region}"}}},
        "Optional": {"Type": "AWS::SNS::Topic", "Condition": "IsA", "Properties": {}},
    },
}


def topic(value: object, name: str = "a") -> object:
    resources = {**TEMPLATE["Resources"], "Subject": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}}
    stack = Stack("stack", {**TEMPLATE, "Resources": resources}, {"Name": name}, exports={"there": "exported"})
    return stack["Subject"].properties.get("DisplayName")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "a"),
        ({"Ref": "Names"}, ["a", "b"]),
        ({"Ref": "Topic"}, "arn:aws:sns:eu-central-1:123456789012:a-eu-central-1"),
        ({"Fn::GetAtt": ["Topic", "TopicName"]}, "a-eu-central-1"),
        ({"Fn::Sub": "${Topic.TopicName} ${!Name}"}, "a-eu-central-1 ${Name}"),
        ({"Fn::Sub": ["${Word}", {"Word": {"Ref": "Name"}}]}, "a"),
        ({"Fn::Join": ["-", {"Ref": "Names"}]}, "a-b"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::If": ["IsA", "yes", {"Ref": "Nothing"}]}, "yes"),
        ({"Fn::If": ["IsA", {"Ref": "AWS::NoValue"}, "no"]}, None),
        ([{"Ref": "AWS::NoValue"}, "kept"], ["kept"]),
        ({"Fn::ImportValue": "there"}, "exported"),
    ],
    ids=str,
)
def test_a_function_is_resolved_as_cloudformation_does(value: object, expected: object) -> None:
    assert topic(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nothing"},
        {"Fn::GetAtt": ["Topic", "Colour"]},
        {"Fn::GetAtt": ["Nothing", "Arn"]},
        {"Fn::Sub": "${Nothing}"},
        {"Fn::Sub": ["${Name}", {"Word": "unused"}]},
        {"Fn::If": ["Nothing", "a", "b"]},
        {"Fn::ImportValue": "not there"},
        {"Fn::Select": [2, ["a", "b"]]},
        {"Fn::Nothing": []},
    ],
    ids=str,
)
def test_what_leads_nowhere_is_refused(value: object) -> None:
    with pytest.raises(UnresolvedError):
        topic(value)


def test_a_resource_whose_condition_does_not_hold_is_not_there() -> None:
    assert topic({"Ref": "Optional"}, "a")
    with pytest.raises(UnresolvedError, match="Optional is neither"):
        topic({"Ref": "Optional"}, "b")
