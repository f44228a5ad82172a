"""`run`: starts the model-build repository's pipeline, as its CodeBuild project would on a push."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.checkout import commit_of
from sandbox.clients import client
from sandbox.docker.containers import load_containers
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.images.entry_points import image_uri, load_images, project_images
from sandbox.jobs.storage import Storage
from sandbox.layout import Layout
from sandbox.processes.environment import child_environment
from sandbox.processes.warm_command import WarmCommand
from sandbox.project.documents import upload_documents, upload_recipe
from sandbox.project.stacks import Project, ensure_project
from sandbox.settings import Settings
from sandbox.state import State

_IMAGE_VARIABLES = {
    "PROCESSING_IMAGE_URI": "ocr-processing",
    "TRAINING_IMAGE_URI": "ocr-training",
    "INFERENCE_IMAGE_URI": "ocr-inference",
}


@dataclass(frozen=True)
class RunOptions:
    """What to learn from, and the pipeline parameters that differ from their defaults."""

    data: Path | None = None
    documents_uri: str | None = None
    format: str | None = None
    documents: int = 600
    seed: int = 17
    train_seconds: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    cache: bool = True
    images_file: Path | None = None

    def pipeline_parameters(self) -> dict[str, str]:
        """Parameters of the execution; the explicit ones win."""
        chosen = {"Seed": str(self.seed)}
        if self.format:
            chosen["DocumentFormat"] = self.format
        if self.train_seconds is not None:
            chosen |= dict.fromkeys(("MaxTrainSeconds", "DetectionMaxTrainSeconds"), str(self.train_seconds))
        return chosen | self.parameters


@dataclass(frozen=True)
class StartedRun:
    """An execution that has just started, and how long model-build took to define and start it."""

    execution_arn: str
    documents_uri: str
    define_seconds: float


def start_run(settings: Settings, state: State, options: RunOptions) -> StartedRun:
    """Provide the project and documents, then run model-build's `run_pipeline`.

    Raises SandboxError with that command's own last lines when it fails.
    """
    log = Layout(settings.state_folder).logs / "run_pipeline.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        command = WarmCommand(
            "pipelines.run_pipeline",
            # The one that imports the SDK.
            ["pipelines.pipeline"],
            folder=settings.checkout / "model-build",
            environment=child_environment(settings, state.endpoint_url),
            errors=errors,
        )
        try:
            project = ensure_project(settings, state.endpoint_url)
            uri = _documents(settings, state, options)
        except BaseException:
            command.stop()
            raise
        begun = time.monotonic()
        code, output = command.run(_arguments(options, uri), build_variables(settings, options, project))
    return StartedRun(_execution(code, output.splitlines(), log), uri, time.monotonic() - begun)


def _documents(settings: Settings, state: State, options: RunOptions) -> str:
    storage = Storage(client("s3", settings, state.endpoint_url))
    if options.documents_uri:
        return options.documents_uri
    if options.data:
        return upload_documents(storage, settings, options.data)
    return upload_recipe(storage, settings, options.documents, options.seed)


def _arguments(options: RunOptions, documents_uri: str) -> list[str]:
    arguments = ["--documents-uri", documents_uri]
    for name, value in options.pipeline_parameters().items():
        arguments += ["--parameter", f"{name}={value}"]
    return arguments if options.cache else [*arguments, "--no-cache"]


def _execution(code: int, printed: list[str], log: Path) -> str:
    """ARN of the execution that run_pipeline says it has started."""
    if code != 0:
        said = "\n".join([*printed[-5:], *last_lines(log, 5)])
        message = f"model-build's run_pipeline ended with {code} (its log is {log}):\n{said}"
        raise SandboxError(message)
    return str(json.loads(printed[-1])["pipeline_execution_arn"])


def build_variables(settings: Settings, options: RunOptions, project: Project) -> dict[str, str]:
    """Environment of model-build's commands, beside that of everything in the sandbox."""
    variables = {
        "SAGEMAKER_PROJECT_NAME": settings.project_name,
        "SAGEMAKER_PROJECT_ID": settings.project_id,
        "ARTIFACT_BUCKET": project.project["ArtifactBucketName"],
        "SAGEMAKER_PIPELINE_NAME": settings.project,
        "SAGEMAKER_PIPELINE_ROLE_ARN": project.bootstrap["PipelineExecutionRoleArn"],
        "MODEL_PACKAGE_GROUP_NAME": settings.project,
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "COMMIT": commit_of(settings.checkout),
    }
    for variable, repository in _IMAGE_VARIABLES.items():
        address = image_uri(repository, _tag(repository, settings, options), settings)
        variables[variable] = os.environ.get(variable) or address
    return variables


def _tag(repository: str, settings: Settings, options: RunOptions) -> str:
    containers = load_containers(Layout(settings.state_folder))
    if containers is not None:
        return containers.tag(repository)
    images = load_images(options.images_file) if options.images_file else project_images(settings.checkout)
    return images.tag(repository)
