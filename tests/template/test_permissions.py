"""Every role may do what its service does for the project, and nothing to what is not the project's."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from wiring import sources
from wiring.access import as_role
from wiring.deployment import Deployment, deployed
from wiring.handlers import deployer_needs
from wiring.names import OURS
from wiring.needs import Need, read, requested, stranger
from wiring.policies import identity_policies, listed, statements

TABLES = Path(__file__).with_name("permissions")


def needs(deployment: Deployment) -> list[Need]:
    return sources.derived(
        "needs", lambda: [*read(TABLES, deployment), *deployer_needs(deployment, deployed("connection"))]
    )


def by_role(deployment: Deployment) -> dict[str, list[Need]]:
    grouped: dict[str, list[Need]] = defaultdict(list)
    for need in needs(deployment):
        grouped[need.role].append(need)
    return grouped


def asked(each: list[Need]) -> list[tuple[str, str, str, Any]]:
    return [(need.role, need.action, need.resource, need.carried) for need in each]


def test_every_exported_role_is_in_the_tables(whole: Deployment) -> None:
    assert set(by_role(whole)) == set(whole.roles.values())


def test_every_role_is_exported(whole: Deployment) -> None:
    roles = whole.bootstrap.of_type("AWS::IAM::Role")
    # API Gateway's is the account's, and the projects have no use for it.
    assert set(whole.roles) == {role.arn for logical, role in roles.items() if logical != "ApiGatewayLogRole"}


def test_it_may_do_what_its_service_does(whole: Deployment) -> None:
    expected = needs(whole)
    refused = [
        str(need) for need, answer in zip(expected, as_role(whole, asked(expected)), strict=True) if not answer.allowed
    ]
    assert refused == []


def test_the_context_of_a_request_is_one_that_the_action_has(whole: Deployment) -> None:
    expected = [need for need in needs(whole) if need.carried]
    answers = as_role(whole, asked(expected))
    assert [
        str(need) for need, answer in zip(expected, answers, strict=True) if set(need.carried) & set(answer.ignored)
    ] == []


def test_it_may_not_do_it_to_what_is_not_the_projects(whole: Deployment) -> None:
    # Whatever a thing is called that is anyone's, it is encrypted with our key.
    held = [need for need in needs(whole) if not need.anyones or ":kms:" in need.resource]
    others = [(need.role, need.action, stranger(need.resource), need.carried) for need in held]
    assert [
        f"{role}: {action} on {resource}"
        for (role, action, resource, _), answer in zip(others, as_role(whole, others), strict=True)
        if answer.allowed
    ] == []


def test_it_may_not_do_it_in_another_region(whole: Deployment) -> None:
    here = f":{OURS.region}:"
    others = [
        (need.role, need.action, need.resource.replace(here, ":us-west-2:"), need.carried)
        for need in needs(whole)
        if here in need.resource and not need.action.startswith("kms:")
    ]
    answers = as_role(whole, others)
    assert len(others) > 500
    assert [other[:3] for other, answer in zip(others, answers, strict=True) if answer.allowed] == []


@pytest.mark.parametrize("change", ["another value", "left out"])
def test_it_may_not_do_it_under_other_circumstances(change: str, whole: Deployment) -> None:
    others = []
    for need in needs(whole):
        for name in need.context if change == "another value" else need.carried:
            context = {key: value for key, value in need.carried.items() if key != name}
            if change == "another value":
                context[name] = "somethingelse.amazonaws.com"
            others.append((need.role, need.action, need.resource, context))
    assert len(others) > 10
    assert [other for other, answer in zip(others, as_role(whole, others), strict=True) if answer.allowed] == []


def granted(deployment: Deployment, role: str) -> set[str]:
    policies = identity_policies(deployment.bootstrap, requested(deployment, role))
    return {action.lower() for policy in policies for each in allowing(policy) for action in listed(each["Action"])}


def allowing(policy: str) -> list[Any]:
    return [each for each in statements(policy) if each["Effect"] == "Allow"]


def test_it_may_not_do_what_only_other_roles_must(whole: Deployment) -> None:
    everything = {(need.action, need.resource): need for need in needs(whole)}
    others = []
    for role, each in by_role(whole).items():
        own = {(need.action, need.resource) for need in each}
        # It has no action that it does not list: no action stands for several.
        listed_actions = granted(whole, role)
        others += [
            (role, action, resource, need.carried)
            for (action, resource), need in everything.items()
            if (action, resource) not in own and action.lower() in listed_actions and not its_own(action, resource, own)
        ]
    answers = as_role(whole, others)
    allowed = {
        f"{role}: {action} on {resource}"
        for (role, action, resource, _), answer in zip(others, answers, strict=True)
        if answer.allowed
    }
    assert sorted(allowed) == []


# What roles share within a project: its files, alarms, topics, the logs of its endpoints and what is behind them.
SHARED = [
    rf"arn:aws:s3:::{OURS.bucket}/({OURS.group}|async|data-capture|drift|documents)/",
    r"arn:aws:s3:::[^/]+/ocr-project/",
    rf"arn:aws:cloudwatch:[^:]+:[0-9]+:alarm:sagemaker-{OURS.id}-",
    rf"arn:aws:sns:[^:]+:[0-9]+:sagemaker-{OURS.id}-",
    r"arn:aws:logs:[^:]+:[0-9]+:log-group:/aws/sagemaker/Endpoints/",
    r"arn:aws:sagemaker:[^:]+:[0-9]+:model/",
    r"arn:aws:sagemaker:[^:]+:[0-9]+:endpoint-config/",
]


def its_own(action: str, resource: str, own: set[tuple[str, str]]) -> bool:
    """Whether it is a sibling of something that the role does the same to."""
    siblings = [re.compile(each) for each in SHARED if re.match(each, resource)]
    return any(taken == action and each.match(other) for each in siblings for taken, other in own)


# The simulator does not know the action with this resource, whatever a policy says.
NOT_SIMULATED = {
    "StackRole: apigateway:SetWebACL": "it does not know the ARN of a REST API's stage with it",
    "LaunchRole: connection/*": "a connection made under the service's old name keeps that in its ARN",
    "ModelDeployRole: model-package-group/*-*": "AWS's list names versions only, its messages the group as well",
}


@pytest.mark.parametrize("role", ["DriftRole", "ModelExecutionRole", "PipelineExecutionRole"])
@pytest.mark.parametrize("action", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"])
@pytest.mark.parametrize("folder", ["Build", "baseline", "dataset", "model"])
def test_a_job_does_not_touch_an_artifact_whatever_it_is_called(
    role: str, action: str, folder: str, whole: Deployment
) -> None:
    artifact = f"{OURS.bucket_arn}/{OURS.short('modeldeploy')[:20]}/{folder}/8kV1PzQ"
    (answer,) = as_role(whole, [(role, action, artifact, {})])
    assert answer.decision == "ExplicitlyDenied"


def matches(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.IGNORECASE) is not None


def test_every_action_that_it_is_allowed_is_one_that_it_takes(whole: Deployment) -> None:
    unused = []
    for role, each in by_role(whole).items():
        for policy in identity_policies(whole.bootstrap, requested(whole, role)):
            for statement in allowing(policy):
                resources = listed(statement["Resource"])
                for action in listed(statement["Action"]):
                    taken = [need for need in each if need.action.lower() == action.lower()]
                    if not [need for need in taken if any(matches(pattern, need.resource) for pattern in resources)]:
                        if f"{role}: {action}" in NOT_SIMULATED:
                            continue
                        unused.append(f"{role}: {action} in {statement.get('Sid')}")
    assert unused == []


def test_every_resource_that_it_is_allowed_is_one_that_it_touches(whole: Deployment) -> None:
    unused = []
    for role, each in by_role(whole).items():
        for policy in identity_policies(whole.bootstrap, requested(whole, role)):
            for statement in allowing(policy):
                actions = {action.lower() for action in listed(statement["Action"])}
                for pattern in listed(statement["Resource"]):
                    if not [
                        need for need in each if need.action.lower() in actions and matches(pattern, need.resource)
                    ]:
                        if f"{role}: {pattern.split(':', 5)[-1]}" in NOT_SIMULATED:
                            continue
                        unused.append(f"{role}: {pattern} in {statement.get('Sid')}")
    assert unused == []


def connections(*services: str) -> set[str]:
    return {OURS.arn(service, "connection/*") for service in services}


WRITTEN = {
    ("StackRole", "apigateway:SetWebACL"): {
        f"arn:aws:apigateway:{OURS.region}::/restapis/*/stages/*",
        OURS.arn("wafv2", "regional/webacl/sagemaker-*/*"),
    },
    ("ModelDeployRole", "sagemaker:ListModelPackages"): {
        OURS.arn("sagemaker", "model-package-group/*-*"),
        OURS.arn("sagemaker", "model-package/*-*/*"),
    },
    ("LaunchRole", "codeconnections:PassConnection"): connections("codeconnections", "codestar-connections"),
    ("LaunchRole", "codestar-connections:PassConnection"): connections("codeconnections", "codestar-connections"),
}


@pytest.mark.parametrize(("role", "action"), WRITTEN)
def test_what_the_simulator_does_not_know_is_written_as_it_should_be(role: str, action: str, whole: Deployment) -> None:
    policies = identity_policies(whole.bootstrap, requested(whole, role))
    found = [each for policy in policies for each in allowing(policy) if action in listed(each["Action"])]
    assert [set(listed(each["Resource"])) for each in found] == [WRITTEN[role, action]]


def test_no_action_stands_for_several(whole: Deployment) -> None:
    policies = [
        (role, policy)
        for role in whole.roles.values()
        for policy in identity_policies(whole.bootstrap, requested(whole, role))
    ]
    starred = [
        (role, action)
        for role, policy in policies
        for each in statements(policy)
        for action in listed(each["Action"])
        if "*" in action
    ]
    assert starred == []


def test_policies_say_what_is_allowed_and_not_what_is_left(whole: Deployment) -> None:
    # NotAction and NotResource allow what nobody listed; a Deny with a condition would hold only now and then.
    for role in whole.roles.values():
        for policy in identity_policies(whole.bootstrap, requested(whole, role)):
            for each in statements(policy):
                known = {"Sid", "Effect", "Action", "Resource"} | (
                    {"Condition"} if each["Effect"] == "Allow" else set()
                )
                assert set(each) <= known, f"{role}: {each}"


def test_identifiers_of_statements_are_used_once(whole: Deployment) -> None:
    for role in whole.roles.values():
        for policy in identity_policies(whole.bootstrap, requested(whole, role)):
            found = [each["Sid"] for each in statements(policy)]
            assert len(set(found)) == len(found), role
