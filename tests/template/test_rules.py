"""Every event that there may be reaches the pipeline that it should, and no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from wiring.access import as_role
from wiring.deployment import Deployment, deployed
from wiring.names import LONGEST, OURS
from wiring.rules import reached
from wiring.stack import Stack

EVENTS = Path(__file__).with_name("events")
# With a connection the source action itself hears of a push; with CodeCommit there is nothing to check in.
NOT_WATCHED = {"connection": "codecommit", "codecommit": "stack", "everything": "stack"}
CASES = {
    f"{path.stem}: {title}": (path.stem, case)
    for path in sorted(EVENTS.glob("*.json"))
    for title, case in json.loads(path.read_text(encoding="utf-8")).items()
}


def started(stack: Stack, event: dict[str, Any]) -> list[str]:
    ours = {resource.arn: logical for logical, resource in stack.resources.items() if resource.arn}
    return [ours.get(target["Arn"], target["Arn"]) for target in reached(stack, event)]


@pytest.mark.parametrize("case", CASES)
def test_an_event_reaches_what_it_should_and_nothing_else(case: str, deployment: Deployment) -> None:
    kind, expected = CASES[case]
    form = next(name for name in NOT_WATCHED if deployed(name) is deployment)
    reaches = [] if NOT_WATCHED[form] == kind else expected["reaches"]
    assert started(deployment.project, expected["event"]) == reaches


ACCEPTED = {name: case for name, (_, case) in CASES.items() if case["reaches"]}


@pytest.mark.parametrize("case", ACCEPTED)
@pytest.mark.parametrize(
    "change", [{"source": "com.acme"}, {"detail-type": "Something Else"}], ids=["source", "detail-type"]
)
def test_an_event_that_only_looks_like_one_reaches_nothing(
    case: str, change: dict[str, str], deployment: Deployment
) -> None:
    # Whoever may put events can put any detail, but not as one of AWS's services.
    assert started(deployment.project, ACCEPTED[case]["event"] | change) == []


@pytest.mark.parametrize("field", ["account", "region"])
def test_the_events_are_of_this_account_and_region(field: str) -> None:
    # A rule hears its own account's and region's events only, so that no pattern has to say so.
    assert {case["event"][field] for _, case in CASES.values()} == {getattr(OURS, field)}


def test_a_push_to_another_branch_that_is_the_projects_reaches_its_pipeline() -> None:
    event = json.loads(json.dumps(CASES["codecommit: push to another branch"][1]["event"]))
    stack = deployed(Branch=event["detail"]["referenceName"]).project
    assert started(stack, event) == ["ModelBuildPipeline"]


def test_a_failure_is_told_although_sagemaker_lowers_the_pipelines_name() -> None:
    text = json.dumps(CASES["pipeline: the SageMaker pipeline fails"][1]["event"])
    assert LONGEST.group != LONGEST.group.lower()
    event = json.loads(text.replace(f":pipeline/{OURS.group}", f":pipeline/{LONGEST.group.lower()}"))
    assert started(deployed(names=LONGEST).project, event) == ["AlarmTopic"]


def test_the_schedule_starts_the_model_build(whole: Deployment) -> None:
    scheduled = [
        rule for rule in whole.project.of_type("AWS::Events::Rule").values() if "ScheduleExpression" in rule.properties
    ]
    (rule,) = scheduled
    assert rule.properties["ScheduleExpression"] == "cron(0 6 ? * MON *)"
    assert rule.properties["State"] == "ENABLED"
    (target,) = rule.properties["Targets"]
    assert target["Arn"] == whole.project["ModelBuildPipeline"].arn


def test_without_a_schedule_nothing_starts_by_the_clock() -> None:
    rules = deployed().project.of_type("AWS::Events::Rule").values()
    assert not [rule.logical for rule in rules if "ScheduleExpression" in rule.properties]


def test_every_rule_is_named_as_the_roles_policies_count_on(deployment: Deployment) -> None:
    rules = deployment.project.of_type("AWS::Events::Rule")
    names = {rule.name.removeprefix(f"sagemaker-{OURS.id}-") for rule in rules.values()}
    pushes = {f"{suffix}-push" for suffix in ("modelbuild", "modeldeploy")}
    lanes = {f"{suffix}imagebuild-push" for suffix in ("processing", "training", "inference")}
    connected = deployment is deployed("connection")
    expected = {"image", "approval", "drift", "failure"} | ({"seed"} if connected else pushes | lanes)
    assert names == expected | ({"retrain"} if deployment is deployed("everything") else set())


STARTS = {
    "AWS::CodePipeline::Pipeline": "codepipeline:StartPipelineExecution",
    "AWS::CodeBuild::Project": "codebuild:StartBuild",
}


def test_every_target_is_started_as_a_role_that_may_start_it(deployment: Deployment) -> None:
    ours = {resource.arn: resource for resource in deployment.project.resources.values() if resource.arn}
    rules = deployment.project.of_type("AWS::Events::Rule").values()
    targets = [target for rule in rules for target in rule.properties["Targets"]]
    # A topic is told by its own policy.
    with_role = [target for target in targets if ours[target["Arn"]].type in STARTS]
    assert {target["RoleArn"] for target in with_role} == {deployment.export("EventsRoleArn")}
    assert not [target for target in targets if target not in with_role and "RoleArn" in target]
    asked = [("EventsRole", STARTS[ours[target["Arn"]].type], target["Arn"], {}) for target in with_role]
    assert all(answer.allowed for answer in as_role(deployment, asked))


def test_every_target_has_an_identifier_of_its_own(deployment: Deployment) -> None:
    for rule in deployment.project.of_type("AWS::Events::Rule").values():
        identifiers = [target["Id"] for target in rule.properties["Targets"]]
        assert len(set(identifiers)) == len(identifiers) > 0
