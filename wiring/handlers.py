"""What CloudFormation needs to make, change and remove the resources of a stack: by the schemas of their types.

The schemas are those that cfn-lint carries; their `handlers` list the permissions of each operation. They list what any
use of a type may need, so handlers.yaml says what ours does not, and why.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from wiring.deployment import Deployment
from wiring.needs import Need
from wiring.simulator import known
from wiring.stack import Resource, Stack

OPERATIONS = ("create", "read", "update", "delete")
TABLE = Path(__file__).with_name("handlers.yaml")

PASSED_TO = {
    "AWS::ApiGateway::Method": "apigateway.amazonaws.com",
    "AWS::CodeBuild::Project": "codebuild.amazonaws.com",
    "AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
    "AWS::Events::Rule": "events.amazonaws.com",
    "AWS::SageMaker::Image": "sagemaker.amazonaws.com",
    "AWS::SageMaker::Model": "sagemaker.amazonaws.com",
    "AWS::Scheduler::Schedule": "scheduler.amazonaws.com",
}
"""The service that a resource's role is for."""

ROLE_PROPERTIES = {"Credentials", "ExecutionRoleArn", "ImageRoleArn", "RoleArn", "ServiceRole"}


@cache
def handler_actions(kind: str) -> frozenset[str]:
    """Actions of a type's operations; empty where its schema does not say."""
    schemas = files("cfnlint") / "data" / "schemas"
    names = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    schema = json.loads((schemas / "resources" / f"{names[kind]}.json").read_text())
    handlers = schema.get("handlers", {})
    return frozenset(action for name in OPERATIONS for action in handlers.get(name, {}).get("permissions", []))


@cache
def table() -> dict[str, Any]:
    """handlers.yaml."""
    read: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return read


def actions(kind: str) -> frozenset[str]:
    """Actions that our use of a type needs of whoever deploys it.

    Raises:
        KeyError: the type's schema does not say, nor does handlers.yaml.
    """
    own = table()["types"].get(kind, {})
    declared = handler_actions(kind) | set(own.get("besides", {}))
    if not declared:
        raise KeyError(f"handlers.yaml does not say what {kind} needs, and its schema does not either")
    not_needed = {*table()["never"], *own.get("not_needed", {})}
    return frozenset(action for action in declared if action not in not_needed)


def deployer_needs(deployment: Deployment, *others: Deployment) -> list[Need]:
    """What LaunchRole and StackRole need to deploy the stacks that they deploy, in several forms of the project."""
    forms = (deployment, *others)
    return [
        *_needs("LaunchRole", [form.project for form in forms], deployment),
        *_needs("StackRole", [stack for form in forms for stack in form.stacks.values()], deployment),
    ]


def passed(resource: Resource, roles: Mapping[str, str]) -> set[str]:
    """ARNs of the roles that whoever makes a resource hands to its service."""
    return {role for role in _roles(resource.properties, list(roles)) if resource.type in PASSED_TO}


def _roles(value: Any, roles: list[str], name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if name in ROLE_PROPERTIES and value in roles:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _roles(item, roles, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            # What a pipeline's action or a build is told is handed on later, by another role.
            if key not in ("Configuration", "EnvironmentVariables"):
                yield from _roles(item, roles, key)


def _needs(role: str, stacks: list[Stack], deployment: Deployment) -> Iterator[Need]:
    wanted = [
        (resource, action, target)
        for stack in stacks
        for resource in stack.resources.values()
        for action in sorted(actions(resource.type))
        for target in _targets(action, resource, deployment)
    ]
    # A type has several ARNs, and not every action is asked for on each of them.
    fits = known([(action, target) for _, action, target in wanted])
    asked_for = {(resource.type, action) for (resource, action, _), fit in zip(wanted, fits, strict=True) if fit}
    for (resource, action, target), fit in zip(wanted, fits, strict=True):
        if fit:
            own = table()["types"].get(resource.type, {})
            why = f"to deploy {resource.logical}, of the type {resource.type}"
            anyones = _anyones(target, own)
            yield Need(role, action, target, why, {}, own.get("present", {}).get(action, {}), anyones)
        elif (resource.type, action) not in asked_for and action not in table()["not_simulated"]:
            raise KeyError(f"{action} is not asked for on {target}; handlers.yaml must say on what {resource.type} is")
    for stack in stacks:
        for resource in stack.resources.values():
            for handed in sorted(passed(resource, deployment.roles)):
                context = {"iam:PassedToService": PASSED_TO[resource.type]}
                yield Need(role, "iam:PassRole", handed, f"to give {resource.logical} its role", context)


def _anyones(target: str, own: Mapping[str, Any]) -> str:
    if target == "*":
        return "the action takes no resource"
    if ":endpoint-config/" in target:
        return "CloudFormation makes up the name"
    return str(own.get("anyones", ""))


def _targets(action: str, resource: Resource, deployment: Deployment) -> list[str]:
    own = table()["types"].get(resource.type, {})
    if action in table()["on_everything"]:
        return ["*"]
    if action.startswith("kms:"):
        return [deployment.export("KeyArn")]
    if action.startswith("s3:GetObject"):
        seed = resource.properties["Code"]["S3"]
        return [f"arn:aws:s3:::{seed['Bucket']}/{seed['Key']}"]
    words = {
        "id": deployment.names.id,
        "account": deployment.names.account,
        "region": deployment.names.region,
        "bucket": deployment.names.bucket_arn,
        "arn": resource.arn,
        "topic": deployment.project["AlarmTopic"].arn,
    }
    given = own.get("on", {}).get(action, own.get("on", {}).get("*"))
    return [each.format_map(words) for each in given] if given else [resource.arn.removesuffix(":*")]
