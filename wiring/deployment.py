"""The template's stacks together, in the forms in which a project can be created."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wiring import sources
from wiring.delivery import stacks
from wiring.names import OURS, Names
from wiring.stack import PSEUDO, Stack

CONNECTION = OURS.arn("codeconnections", "connection/1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d")

VARIANTS: dict[str, dict[str, str]] = {
    "codecommit": {},
    "connection": {"CodeConnectionArn": CONNECTION, "RepositoryOwner": "acme"},
    "everything": {
        "VpcId": "vpc-0a1b2c3d",
        "VpcSubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b",
        "VpcSecurityGroupIds": "sg-0a1b2c3d",
        "RetrainSchedule": "cron(0 6 ? * MON *)",
        "WithFrontDoor": "true",
        "WithDrift": "true",
        "NotificationEmail": "someone@example.com",
        "MonthlyBudget": "500",
        "DocumentsUri": "s3://cards-of-acme/2026/",
    },
}
"""Parameters of project.yaml besides its name and identifier."""

BOOTSTRAP = {
    "everything": {
        "StudioRoleNames": "StudioUsers",
        "DocumentBucketArns": "arn:aws:s3:::cards-of-acme",
        "ApiGatewayLogs": "true",
        "PermissionsBoundaryArn": f"arn:aws:iam::{PSEUDO['AWS::AccountId']}:policy/Boundary",
    }
}
"""Parameters of bootstrap.yaml, where a variant has any."""

BOOTSTRAP_STACK = "ocr-bootstrap"
SEED = {"SeedPrefix": "ocr-project/0.1.0", "SeedVersion": "0.1.0"}


@dataclass(frozen=True)
class Deployment:
    """The account's bootstrap stack and one project's own."""

    names: Names
    bootstrap: Stack
    project: Stack

    @cached_property
    def roles(self) -> dict[str, str]:
        """Names of the bootstrap's roles by ARN: as exported, without `Arn`."""
        return {
            value: name.removeprefix(f"{BOOTSTRAP_STACK}-").removesuffix("Arn")
            for name, value in self.bootstrap.exports.items()
            if ":role/" in value
        }

    @cached_property
    def stacks(self) -> dict[str, Stack]:
        """What an approved version becomes: staging, prod and, where asked for, front-door and drift."""
        return stacks(self.project, self.names)

    def properties(self, stack: str, logical: str) -> Any:
        """The resolved properties of a resource of the stack `bootstrap` or `project`."""
        found: Stack = getattr(self, stack)
        return found[logical].properties

    def export(self, name: str) -> str:
        """What the bootstrap exports under `<stack>-<name>`."""
        return self.bootstrap.exports[f"{BOOTSTRAP_STACK}-{name}"]


def deployed(variant: str = "codecommit", names: Names = OURS, **parameters: str) -> Deployment:
    """The stacks of one of VARIANTS.

    Raises:
        UnresolvedError: a reference leads nowhere.
    """
    return sources.derived(
        ("deployed", variant, names, tuple(sorted(parameters.items()))),
        lambda: _deployed(BOOTSTRAP.get(variant, {}), VARIANTS[variant] | parameters, names),
    )


def _deployed(bootstrap_parameters: Mapping[str, str], parameters: Mapping[str, str], names: Names) -> Deployment:
    bootstrap = Stack(BOOTSTRAP_STACK, sources.template(sources.BOOTSTRAP), bootstrap_parameters)
    given: dict[str, Any] = {
        "SageMakerProjectName": names.project,
        "SageMakerProjectId": names.id,
        "SeedBucket": bootstrap.exports[f"{BOOTSTRAP_STACK}-TemplateBucketName"],
        **SEED,
        **parameters,
    }
    project = Stack(f"SageMaker-{names.id}", sources.template(sources.PROJECT), given, exports=bootstrap.exports)
    return Deployment(names, bootstrap, project)
