"""The project's SageMaker Pipeline before its first execution, as the first model build on AWS leaves it."""

import subprocess
import sys
from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.commands.run import RunOptions, build_variables
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.processes.environment import child_environment
from sandbox.project.stacks import ensure_project
from sandbox.settings import Settings
from sandbox.state import State


def define_pipeline(settings: Settings, state: State) -> bool:
    """Create the pipeline, or update it where it is of other images than the checkout's; returns whether it had to.

    Raises SandboxError with the command's own last lines when model-build cannot define it.
    """
    project = ensure_project(settings, state.endpoint_url)
    variables = build_variables(settings, RunOptions(), project)
    sagemaker = client("sagemaker", settings, state.endpoint_url)
    defined = _defined(sagemaker, settings.project)
    images = [value for name, value in variables.items() if name.endswith("_IMAGE_URI")]
    if defined is not None and all(image in defined for image in images):
        return False
    request = {
        "PipelineName": settings.project,
        "PipelineDefinition": _definition(settings, state, variables),
        "RoleArn": variables["SAGEMAKER_PIPELINE_ROLE_ARN"],
    }
    if defined is None:
        sagemaker.create_pipeline(**request, ClientRequestToken=settings.project.ljust(32, "0"))
    else:
        sagemaker.update_pipeline(**request)
    return True


def _defined(sagemaker: Any, name: str) -> str | None:
    try:
        return str(sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ValidationException", "ValidationError", "ResourceNotFound"):
            return None
        raise


def _definition(settings: Settings, state: State, variables: dict[str, str]) -> str:
    log = Layout(settings.state_folder).logs / "define_pipeline.log"
    with log.open("wb") as errors:
        finished = subprocess.run(
            [sys.executable, "-m", "pipelines.get_pipeline_definition"],
            cwd=settings.checkout / "model-build",
            env=child_environment(settings, state.endpoint_url, variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            check=False,
        )
    if finished.returncode != 0:
        said = "\n".join(last_lines(log, 5))
        message = f"model-build's get_pipeline_definition ended with {finished.returncode} (its log is {log}):\n{said}"
        raise SandboxError(message)
    return finished.stdout.decode()
