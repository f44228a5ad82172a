"""The project's SageMaker Pipeline before its first execution, as the first model build on AWS leaves it."""

from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.commands.run import RunOptions, build_variables
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.processes.environment import child_environment
from sandbox.processes.warm_command import WarmCommand
from sandbox.project.stacks import ensure_project
from sandbox.settings import Settings
from sandbox.state import State


def define_pipeline(settings: Settings, state: State) -> bool:
    """Create the pipeline, or update it where it is of other images than the checkout's; returns whether it had to.

    Raises SandboxError with the command's own last lines when model-build cannot define it.
    """
    sagemaker = client("sagemaker", settings, state.endpoint_url)
    defined = _defined(sagemaker, settings.project)
    if defined is not None:
        variables = build_variables(settings, RunOptions(), ensure_project(settings, state.endpoint_url))
        images = [value for name, value in variables.items() if name.endswith("_IMAGE_URI")]
        if all(image in defined for image in images):
            return False
    variables, definition = _definition(settings, state)
    request = {
        "PipelineName": settings.project,
        "PipelineDefinition": definition,
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


def _definition(settings: Settings, state: State) -> tuple[dict[str, str], str]:
    """Environment of model-build's commands, and the definition that they make with it."""
    log = Layout(settings.state_folder).logs / "define_pipeline.log"
    with log.open("wb") as errors:
        command = WarmCommand(
            "pipelines.get_pipeline_definition",
            ["pipelines.pipeline"],
            folder=settings.checkout / "model-build",
            environment=child_environment(settings, state.endpoint_url),
            errors=errors,
        )
        try:
            variables = build_variables(settings, RunOptions(), ensure_project(settings, state.endpoint_url))
        except BaseException:
            command.stop()
            raise
        code, printed = command.run([], variables)
    if code != 0:
        said = "\n".join(last_lines(log, 5))
        message = f"model-build's get_pipeline_definition ended with {code} (its log is {log}):\n{said}"
        raise SandboxError(message)
    return variables, printed
