"""Endpoints of one's own: any version of the registry as model-deploy's stack, without the stages."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from model_deploy.export import stage_configuration
from model_deploy.registry import Version as Registered
from model_deploy.stage import StageConfig, TemplateConfiguration
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reading import Reading, Task, invoke
from workbench.registry import Version
from workbench.table import Shown, Table

MODEL_DEPLOY = Path(__file__).resolve().parent.parent / "model-deploy"
TRIAL = "trial"
STAGES = ("staging", "prod")


@dataclass(frozen=True)
class Endpoint(Shown):
    """An endpoint as it was described last."""

    project: Project = field(repr=False)
    described: dict[str, Any] = field(repr=False)
    version: str
    """ARN of the model package that it serves; empty where that cannot be told."""

    @property
    def name(self) -> str:
        """Its name, which `invoke` takes."""
        return str(self.described["EndpointName"])

    @property
    def status(self) -> str:
        """`Creating`, `InService`, `Updating`, `Failed`, `Deleting`..."""
        return str(self.described["EndpointStatus"])

    def invoke(self, page: Path | bytes, task: Task | None = None) -> Reading:
        """Send it a page."""
        return invoke(self.project, self.name, page, task)

    def table(self) -> Table:
        """Status and what it serves."""
        rows = [("status", self.status), ("serves", self.version), ("why", self.described.get("FailureReason"))]
        return Table(f"endpoint {self.name}", ("", ""), [row for row in rows if row[1]])


@dataclass(frozen=True)
class Endpoints(Shown):
    """All endpoints of the project."""

    endpoints: tuple[Endpoint, ...]

    def table(self) -> Table:
        """A row an endpoint."""
        rows = [(endpoint.name, endpoint.status, endpoint.version) for endpoint in self.endpoints]
        return Table("endpoints", ("endpoint", "status", "serves"), rows)


def deploy(
    version: Version,
    name: str = TRIAL,
    *,
    task: Task | None = None,
    instance_type: str | None = None,
    capture_percent: int = 0,
) -> Endpoint:
    """Deploy a version as the stack `sagemaker-<id>-NAME`, and wait until it is in service.

    The stack is model-deploy's endpoint.yaml with staging's configuration. The endpoint is `<project>-NAME`; with a
    `task`, which it then does unless asked for another, `<project>-NAME-TASK`, so that detection and recognition can be
    two endpoints of one version. Where the stack is there already, it is changed. Raises WorkbenchError for the name of
    a stage, and with the stack's own reason when it fails.
    """
    label = checked_name(f"{name}-{task}" if task else name)
    project = version.project
    parameters = endpoint_configuration(version, label).parameters
    parameters |= {"DataCaptureSamplingPercentage": str(capture_percent)}
    parameters |= {"Task": task} if task else {}
    parameters |= {"InstanceType": instance_type} if instance_type else {}
    _apply(project, label, parameters)
    return find_endpoint(project, project.deployed.endpoint(label))


def endpoint_configuration(version: Version, label: str) -> TemplateConfiguration:
    """What endpoint.yaml is deployed with: staging's configuration under another name."""
    staging = StageConfig.read(MODEL_DEPLOY / "staging-config.json")
    named = staging.model_copy(update={"parameters": {**staging.parameters, "StageName": label}})
    return stage_configuration(named, version.project.deployed, Registered(version.arn))


def delete(project: Project, name: str = TRIAL, *, task: Task | None = None) -> None:
    """Delete the stack that `deploy` made, and wait until it is gone. Raises WorkbenchError for the name of a stage."""
    stack = project.stack(checked_name(f"{name}-{task}" if task else name))
    cloudformation = project.client("cloudformation")
    cloudformation.delete_stack(StackName=stack)
    _wait(cloudformation, "stack_delete_complete", stack)


def endpoints(project: Project) -> Endpoints:
    """The project's endpoints, those of the stages and those that `deploy` made."""
    pages = project.client("sagemaker").get_paginator("list_endpoints").paginate(NameContains=f"{project.name}-")
    names = [entry["EndpointName"] for page in pages for entry in page["Endpoints"]]
    return Endpoints(
        tuple(find_endpoint(project, name) for name in sorted(names) if name.startswith(f"{project.name}-"))
    )


def find_endpoint(project: Project, name: str) -> Endpoint:
    """The endpoint of this name. Raises botocore's ClientError where there is none."""
    sagemaker = project.client("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=name)
    try:
        config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
        model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    except ClientError:
        # An update in progress has replaced them already.
        return Endpoint(project, described, "")
    return Endpoint(project, described, model.get("PrimaryContainer", {}).get("ModelPackageName", ""))


def checked_name(label: str) -> str:
    """The label of a stack. Raises WorkbenchError for a stage's, and for one that SageMaker would not take."""
    if label in STAGES or not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,29}", label):
        message = (
            f"{label!r} cannot be the name: expected up to 30 letters, digits and hyphens, and neither of "
            f"{' and '.join(STAGES)}, which model-deploy's pipeline deploys"
        )
        raise WorkbenchError(message)
    return label


def _apply(project: Project, label: str, parameters: dict[str, str]) -> None:
    cloudformation, stack = project.client("cloudformation"), project.stack(label)
    request = {
        "StackName": stack,
        "TemplateBody": (MODEL_DEPLOY / "endpoint.yaml").read_text(encoding="utf-8"),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in project.deployed.tags(label).items()],
    }
    try:
        if not _exists(cloudformation, stack):
            cloudformation.create_stack(**request, OnFailure="DELETE")
            _wait(cloudformation, "stack_create_complete", stack)
        else:
            cloudformation.update_stack(**request)
            _wait(cloudformation, "stack_update_complete", stack)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
    name = project.deployed.endpoint(label)
    try:
        project.client("sagemaker").get_waiter("endpoint_in_service").wait(
            EndpointName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 1800}
        )
    except WaiterError as error:
        reason = error.last_response.get("FailureReason") or error
        message = f"endpoint {name} is not in service: {reason}"
        raise WorkbenchError(message) from error


def _exists(cloudformation: Any, stack: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def _wait(cloudformation: Any, what: str, stack: str) -> None:
    try:
        cloudformation.get_waiter(what).wait(StackName=stack, WaiterConfig={"Delay": 2, "MaxAttempts": 1800})
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        reasons = [event["ResourceStatusReason"] for event in events if "FAILED" in event.get("ResourceStatus", "")]
        message = f"stack {stack}: {reasons[-1] if reasons else error}"
        raise WorkbenchError(message) from error
