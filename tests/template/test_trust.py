"""Each role is assumable by the services that use it, and by nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from wiring.access import assume
from wiring.deployment import Deployment, deployed
from wiring.handlers import PASSED_TO, passed
from wiring.names import OURS
from wiring.needs import requested
from wiring.pipelines import actions
from wiring.policies import listed, statements, trust_policy
from wiring.simulator import decide

# Services that say for which account they act. With the others, who may pass the role to them is what holds it.
SAYS_ACCOUNT = {
    "codebuild.amazonaws.com",
    "events.amazonaws.com",
    "sagemaker.amazonaws.com",
    "scheduler.amazonaws.com",
}
SERVICES = {
    *SAYS_ACCOUNT,
    "apigateway.amazonaws.com",
    "cloudformation.amazonaws.com",
    "codepipeline.amazonaws.com",
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "servicecatalog.amazonaws.com",
}
# Handed to a job by what our own code or schedule starts.
STARTED_AS = {
    "PipelineExecutionRole": "sagemaker.amazonaws.com",
    "DriftRole": "sagemaker.amazonaws.com",
}
# Handed to CloudFormation by Studio, and to Service Catalog by its launch constraint.
LAUNCHED_AS = {"LaunchRole": {"cloudformation.amazonaws.com", "servicecatalog.amazonaws.com"}}
OUR_ACCOUNT = {"aws:SourceAccount": OURS.account}


def used(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """Each role with a service that the stacks hand it to."""
    for stack in (deployment.project, *deployment.stacks.values()):
        for resource in stack.resources.values():
            for arn in passed(resource, deployment.roles):
                yield deployment.roles[arn], PASSED_TO[resource.type]
    for pipeline in deployment.project.of_type("AWS::CodePipeline::Pipeline").values():
        for action in actions(pipeline):
            if "RoleArn" in action.configuration:
                yield deployment.roles[action.configuration["RoleArn"]], "cloudformation.amazonaws.com"
    yield from STARTED_AS.items()
    for role, services in LAUNCHED_AS.items():
        yield from ((role, service) for service in services)


def expected() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for variant in ("everything", "connection"):
        for role, service in used(deployed(variant)):
            found.setdefault(role, set()).add(service)
    return found


def allowed(deployment: Deployment, context: dict[str, str]) -> dict[str, set[str]]:
    asked = [(role, service) for role in deployment.roles.values() for service in sorted(SERVICES)]
    answers = decide([assume(deployment, role, service, context) for role, service in asked])
    found: dict[str, set[str]] = {role: set() for role in deployment.roles.values()}
    for (role, service), answer in zip(asked, answers, strict=True):
        if answer.allowed:
            found[role].add(service)
    return found


def test_every_role_is_used(whole: Deployment) -> None:
    assert set(expected()) == set(whole.roles.values())


def test_it_is_assumable_by_the_services_that_use_it_and_no_other(whole: Deployment) -> None:
    assert allowed(whole, OUR_ACCOUNT) == expected()


def test_it_is_not_assumable_for_another_account(whole: Deployment) -> None:
    held = allowed(whole, {"aws:SourceAccount": "210987654321"})
    assert not [(role, services) for role, services in held.items() if services & SAYS_ACCOUNT]


def test_it_is_not_assumable_by_a_service_that_leaves_its_account_out(whole: Deployment) -> None:
    held = allowed(whole, {})
    assert not [(role, services) for role, services in held.items() if services & SAYS_ACCOUNT]


def test_trust_says_nothing_but_which_services(whole: Deployment) -> None:
    for role in whole.roles.values():
        for each in statements(trust_policy(requested(whole, role))):
            assert set(each["Principal"]) == {"Service"}, role
            assert listed(each["Principal"]["Service"])
            assert each["Action"] == "sts:AssumeRole", role


@pytest.mark.parametrize("boundary", ["", f"arn:aws:iam::{OURS.account}:policy/Boundary"])
def test_a_boundary_that_the_account_demands_bounds_every_role(boundary: str) -> None:
    roles: dict[str, Any] = deployed("everything" if boundary else "codecommit").bootstrap.of_type("AWS::IAM::Role")
    assert {role.properties.get("PermissionsBoundary", "") for role in roles.values()} == {boundary}


def test_api_gateways_role_for_its_logs_is_its_own_and_only_where_asked_for(whole: Deployment) -> None:
    role = whole.bootstrap["ApiGatewayLogRole"]
    (statement,) = statements(trust_policy(role))
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert whole.bootstrap["ApiGatewayAccount"].properties == {"CloudWatchRoleArn": role.arn}
    assert not {"ApiGatewayLogRole", "ApiGatewayAccount"} & set(deployed().bootstrap.resources)
