"""A running sandbox whose images are the few lines of `tiny_image.py`, and a pipeline over them."""

import json
import os
import stat
import string
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.clients import client
from sandbox.control_plane.lifecycle import down, up
from sandbox.docker.client import DockerClient
from sandbox.jobs.storage import Storage
from sandbox.project.repositories import Repositories
from sandbox.project.stacks import ensure_project
from sandbox.project.stage_thresholds import change_threshold
from sandbox.project.working_copy import WorkingCopy
from sandbox.settings import Settings
from sandbox.state import State

TINY_IMAGE = str(Path(__file__).with_name("tiny_image.py"))
TESTS = "python -m pytest --quiet tests"
PATIENCE_MS = 60_000
TINY_PIPELINE = Path(__file__).with_name("tiny_pipeline.json")

Definition = dict[str, Any]


@dataclass(frozen=True)
class Running:
    """A running sandbox and clients of it."""

    settings: Settings
    state: State

    def client(self, service: str) -> Any:
        return client(service, self.settings, self.state.endpoint_url)

    @property
    def storage(self) -> Storage:
        return Storage(self.client("s3"))

    def provide(self) -> None:
        """Make the bucket and the group that the tiny pipeline needs: the whole project would take seconds."""
        self.storage.ensure_bucket(self.settings.bucket)
        self.client("sagemaker").create_model_package_group(ModelPackageGroupName=self.settings.project)

    def put(self, key: str, content: str) -> str:
        """Store an object in the project's bucket; returns its address."""
        self.client("s3").put_object(Bucket=self.settings.bucket, Key=key, Body=content.encode())
        return f"s3://{self.settings.bucket}/{key}"

    def start(self, name: str, definition: Definition, **parameters: str) -> str:
        """Create or update a pipeline and start it; returns the execution's ARN."""
        sagemaker = self.client("sagemaker")
        arguments = {
            "PipelineName": name,
            "PipelineDefinition": json.dumps(definition),
            "RoleArn": self.settings.role_arn,
        }
        known = {entry["PipelineName"] for entry in sagemaker.list_pipelines()["PipelineSummaries"]}
        if name in known:
            sagemaker.update_pipeline(**arguments)
        else:
            sagemaker.create_pipeline(**arguments, ClientRequestToken="t" * 32)
        started = sagemaker.start_pipeline_execution(
            PipelineName=name,
            PipelineParameters=[{"Name": key, "Value": value} for key, value in parameters.items()],
        )
        return str(started["PipelineExecutionArn"])

    def finish(self, arn: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Wait for an execution's end; returns its description and its steps by name, oldest first."""
        sagemaker = self.client("sagemaker")

        def ended() -> Any:
            described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            return described if described["PipelineExecutionStatus"] != "Executing" else None

        described = wait_for(ended)
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
        return described, {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}

    def run(
        self, name: str, definition: Definition, **parameters: str
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Start and finish."""
        return self.finish(self.start(name, definition, **parameters))


def wait_for(look: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer of `look`; fails the test when none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail(f"nothing came within {seconds:.0f} s")


@pytest.fixture(name="wait_for", scope="session")
def _wait_for() -> Callable[..., Any]:
    return wait_for


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., DockerClient]:
    """Makes a program `docker` that prints `output` and ends with `code`; returns a client that finds it."""

    def make(output: str = "", code: int = 0) -> DockerClient:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "output").write_text(output)
        program = folder / "docker"
        program.write_text(f"#!/bin/sh\ncat '{folder}/output' >&2\nexit {code}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return DockerClient(environment={"PATH": f"{folder}:{os.environ['PATH']}", "DOCKER_HOST": "unix:///engine"})

    return make


@pytest.fixture(name="tiny_definition", scope="session")
def _tiny_definition() -> Callable[..., Definition]:
    return tiny_definition


@pytest.fixture(scope="session")
def running() -> type[Running]:
    """What makes a sandbox's state and clients easy to use."""
    return Running


@pytest.fixture(scope="session")
def images_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images that the tiny script plays, by repository name."""
    path = tmp_path_factory.mktemp("images") / "images.json"
    entry = {"entrypoint": [sys.executable, TINY_IMAGE]}
    names = ("tiny", "ocr-processing", "ocr-training", "ocr-inference")
    path.write_text(json.dumps({"repositories": dict.fromkeys(names, entry)}))
    return path


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, images_file: Path) -> Iterator[Running]:
    """One sandbox for all tests that only use it."""
    settings = Settings(state_folder=tmp_path_factory.mktemp("sandbox"))
    state, _ = up(settings, images_file)
    running = Running(settings, state)
    running.provide()
    yield running
    down(settings)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, images_file: Path) -> Iterator[Running]:
    """One sandbox with the whole project, for tests that need what the template makes."""
    settings = Settings(state_folder=tmp_path_factory.mktemp("project"))
    state, _ = up(settings, images_file)
    ensure_project(settings, state.endpoint_url)
    yield Running(settings, state)
    down(settings)


@pytest.fixture(scope="session")
def leave_tests_out(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Settings], None]:
    """Lets a project's builds leave the repositories' own tests out, and its endpoints be slow.

    The gate runs them, and so does its demo in a build; here they would be run for each deployment, beside other tests.
    """

    def leave_out(settings: Settings) -> None:
        for suffix in ("modeldeploy", "modelbuild"):
            bare = Repositories(settings).path(settings.repository_name(suffix))
            copy = WorkingCopy(bare, tmp_path_factory.mktemp("clones") / suffix, "main")
            path = copy.folder / "buildspec.yml"
            assert TESTS in path.read_text()
            path.write_text(path.read_text().replace(TESTS, "echo the tests are left out"))
            if suffix == "modeldeploy":
                change_threshold(copy.folder, "MaxLatencyMs", PATIENCE_MS)
            assert copy.commit("Leave the tests out")
            copy.push(starts_pipelines=False)

    return leave_out


@pytest.fixture(scope="session")
def definition_for(sandbox: Running) -> Callable[[str], Definition]:
    """Gives a pipeline over the tiny image: Preprocess, Train, Evaluate, a gate, Register or Fail.

    Pipelines of different owners share nothing in the step cache.
    """
    sandbox.put("documents/a.txt", "a")
    sandbox.put("documents/deep/b.txt", "b")
    return lambda owner: tiny_definition(sandbox.settings, owner)


@pytest.fixture
def definition(definition_for: Callable[[str], Definition], request: pytest.FixtureRequest) -> Definition:
    """A pipeline of this test's own."""
    return definition_for(request.node.name)


def tiny_definition(settings: Settings, owner: str, tiny_image: str = TINY_IMAGE) -> Definition:
    """The definition for one test, whose script lies at `tiny_image`; `owner` keeps the step caches of tests apart."""
    text = string.Template(TINY_PIPELINE.read_text()).substitute(
        bucket=settings.bucket,
        role=settings.role_arn,
        group=settings.project,
        owner=owner,
        tiny_image=tiny_image,
    )
    definition: Definition = json.loads(text)
    return definition
