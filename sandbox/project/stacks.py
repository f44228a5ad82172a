"""The project as its template makes it: the bootstrap stack, the published version, the project's stack."""

import fcntl
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.processes.environment import child_environment
from sandbox.project.repositories import Repositories
from sandbox.settings import Settings

TEMPLATES = "project-template"


@dataclass(frozen=True)
class Project:
    """Outputs of the two stacks, by name."""

    bootstrap: Mapping[str, str]
    project: Mapping[str, str]


def ensure_project(settings: Settings, endpoint_url: str, parameters: Mapping[str, str] | None = None) -> Project:
    """Create the project unless it exists; `parameters` of project.yaml count when it is created.

    What takes the time is done once: the others who ask for it wait. Raises SandboxError when a stack fails or the
    publisher refuses.
    """
    cloudformation = client("cloudformation", settings, endpoint_url)
    with _alone(settings):
        bootstrap = _outputs(cloudformation, settings.bootstrap_stack)
        if bootstrap is None:
            template = (settings.checkout / TEMPLATES / "bootstrap.yaml").read_text()
            bootstrap = _create(cloudformation, settings.bootstrap_stack, {"TemplateBody": template})
        project = _outputs(cloudformation, settings.project_stack)
        if project is None:
            template_url = _publish(settings, endpoint_url, bootstrap["TemplateBucketName"])
            given = {
                "SageMakerProjectName": settings.project_name,
                "SageMakerProjectId": settings.project_id,
                **(parameters or {}),
            }
            tags = {"sagemaker:project-name": settings.project_name, "sagemaker:project-id": settings.project_id}
            source = {
                "TemplateURL": template_url,
                "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
                "Tags": [{"Key": name, "Value": value} for name, value in tags.items()],
            }
            project = _create(cloudformation, settings.project_stack, source)
    return Project(bootstrap, project)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    with (settings.state_folder / "project.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _outputs(cloudformation: Any, stack: str) -> dict[str, str] | None:
    """Outputs of a stack that is complete, or None for one that does not exist."""
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if described["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        reason = described.get("StackStatusReason", "no reason was given")
        message = f"stack {stack} is {described['StackStatus']}: {reason}"
        raise SandboxError(message)
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _create(cloudformation: Any, stack: str, source: Mapping[str, Any]) -> dict[str, str]:
    cloudformation.create_stack(StackName=stack, Capabilities=["CAPABILITY_NAMED_IAM"], **source)
    outputs = _outputs(cloudformation, stack)
    if outputs is None:
        message = f"stack {stack} vanished while it was created"
        raise SandboxError(message)
    return outputs


def _publish(settings: Settings, endpoint_url: str, bucket: str) -> str:
    """Publish the checkout as it lies there, with the real publisher; returns the template's address."""
    version = tomllib.loads((settings.checkout / "pyproject.toml").read_text())["project"]["version"]
    command = [sys.executable, "-m", "publisher", "publish", "--bucket", bucket, "--version", version]
    command += ["--no-lint", "--uncommitted", "--replace"]
    folder = settings.checkout / TEMPLATES
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(folder), *([inherited] if inherited else [])])
    log = Layout(settings.state_folder).logs / "publisher.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        finished = subprocess.run(  # noqa: S603 - a command of the project
            command,
            cwd=folder,
            env=child_environment(settings, endpoint_url, {"PYTHONPATH": path, **_trusted(settings.checkout)}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode != 0:
        said = "\n".join(last_lines(log, 10))
        message = f"the publisher ended with {finished.returncode} (its log is {log}):\n{said}"
        raise SandboxError(message)
    return f"https://{bucket}.s3.amazonaws.com/ocr-project/{version}/project.yaml"


def _trusted(checkout: Path) -> dict[str, str]:
    """Lets git list a checkout that belongs to another user, as in a container: it runs from there already."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(checkout.resolve()),
    }


def clone_paths(settings: Settings) -> dict[str, Path]:
    """The project's repositories and what `git clone` takes for each, in the order of their names."""
    repositories = Repositories(settings)
    return {name: repositories.path(name) for name in repositories.names()}
