"""The policies that a stack declares: those of a role, those of a resource, and who may assume a role."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wiring.resolve import UnresolvedError
from wiring.simulator import Policy
from wiring.stack import Resource, Stack

_RESOURCE_POLICIES = {
    "AWS::S3::BucketPolicy": ("Bucket", "AWS::S3::Bucket"),
    "AWS::SNS::TopicPolicy": ("Topics", "AWS::SNS::Topic"),
}


def identity_policies(stack: Stack, role: Resource) -> tuple[Policy, ...]:
    """Every policy of a role of the stack: inline, attached, or attached from the policy's side.

    Raises:
        UnresolvedError: the role has a managed policy that the stack does not declare: who knows what it allows?
    """
    inline = [policy["PolicyDocument"] for policy in role.properties.get("Policies", [])]
    managed = {policy.arn: policy for policy in stack.of_type("AWS::IAM::ManagedPolicy").values()}
    attached = []
    for arn in role.properties.get("ManagedPolicyArns", []):
        if arn not in managed:
            raise UnresolvedError(
                f"{role.logical}: {arn} is not a policy of {stack.name}; write out what the role needs."
            )
        attached.append(managed[arn].properties["PolicyDocument"])
    apart = [
        policy.properties["PolicyDocument"]
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in stack.of_type(kind).values()
        if role.name in policy.properties.get("Roles", [])
    ]
    return tuple(json.dumps(policy) for policy in (*inline, *attached, *apart))


def trust_policy(role: Resource) -> Policy:
    """Who may assume a role."""
    return json.dumps(role.properties["AssumeRolePolicyDocument"])


def resource_policy(stacks: list[Stack], arn: str) -> Policy | None:
    """The policy of the bucket, key or topic that an ARN names; None where it has none."""
    for stack in stacks:
        for key in stack.of_type("AWS::KMS::Key").values():
            if arn == key.arn:
                return json.dumps(key.properties["KeyPolicy"])
        for kind, (names, of) in _RESOURCE_POLICIES.items():
            for policy in stack.of_type(kind).values():
                named = policy.properties[names]
                targets = named if isinstance(named, list) else [named]
                owners = [found.arn for found in stack.of_type(of).values() if {found.name, found.arn} & set(targets)]
                if arn in owners or any(arn.startswith(f"{owner}/") for owner in owners):
                    return json.dumps(policy.properties["PolicyDocument"])
    return None


def statements(policy: Policy) -> Iterator[Mapping[str, Any]]:
    """The statements of a policy."""
    found = json.loads(policy)["Statement"]
    yield from found if isinstance(found, list) else [found]


def listed(value: Any) -> list[str]:
    """A policy's element that may be one text or several."""
    return [value] if isinstance(value, str) else list(value or [])
