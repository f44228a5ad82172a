"""Requests of roles and services, decided by the policies of the stacks."""

import json
from collections.abc import Mapping, Sequence

from wiring.deployment import Deployment
from wiring.needs import requested
from wiring.policies import identity_policies, resource_policy, trust_policy
from wiring.simulator import Answer, Policy, Request, decide


def as_role(deployment: Deployment, asked: Sequence[tuple[str, str, str, Mapping[str, str]]]) -> list[Answer]:
    """Decide requests of the bootstrap's roles: role, action, resource and context of each."""
    names = deployment.names
    # What every request over HTTPS carries.
    always = {
        "aws:SecureTransport": "true",
        "aws:PrincipalAccount": names.account,
        "aws:RequestedRegion": names.region,
        "aws:PrincipalIsAWSService": "false",
    }
    roles = {role: requested(deployment, role) for role, *_ in asked}
    policies = {role: identity_policies(deployment.bootstrap, found) for role, found in roles.items()}
    owned = {resource: _owner_policy(deployment, resource) for _, _, resource, _ in asked}
    requests = []
    for role, action, resource, context in asked:
        found = roles[role]
        requests.append(
            Request(
                principal=found.arn,
                action=action,
                resource=resource,
                identity=policies[role],
                resource_policy=owned[resource],
                context=always | dict(context),
            )
        )
    return decide(requests)


def service_may(deployment: Deployment, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a resource's own policy lets a service do something to it.

    Raises:
        ValueError: the resource has no policy.
    """
    policy = resource_policy([deployment.bootstrap, deployment.project], resource)
    if policy is None:
        raise ValueError(f"{resource} has no policy.")
    (answer,) = decide([Request(service, action, resource, resource_policy=policy, context=context)])
    return answer.allowed


def _owner_policy(deployment: Deployment, resource: str) -> Policy | None:
    policy = resource_policy([deployment.bootstrap, deployment.project], resource)
    if policy is None and ":kms:" in resource:
        # Somebody else's key, with the policy that AWS gives to keys: IAM has the say.
        principal = {"AWS": f"arn:aws:iam::{deployment.names.account}:root"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return policy


def assume(deployment: Deployment, role: str, service: str, context: Mapping[str, str]) -> Request:
    """A service's request to act as a role of the bootstrap."""
    found = requested(deployment, role)
    return Request(service, "sts:AssumeRole", found.arn, resource_policy=trust_policy(found), context=context)
