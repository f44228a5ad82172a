"""CodePipeline and CodeBuild behind moto's real server, in this process; sources are real git, builds real bash."""

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.codebuild.models import CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.codepipeline.models import CodePipelineBackend
from moto.codepipeline.responses import CodePipelineResponse
from moto.events.models import Rule
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from sandbox.clients import client
from sandbox.codebuild.service import Builds
from sandbox.codepipeline import api
from sandbox.codepipeline.approval_action import ManualApproval
from sandbox.codepipeline.build_action import CodeBuildAction
from sandbox.codepipeline.service import CodePipelines
from sandbox.codepipeline.source_action import CodeCommitAction
from sandbox.codepipeline.stack import StackDeployer
from sandbox.codepipeline.stack_action import CloudFormationAction
from sandbox.events.rules import EventRules
from sandbox.images.entry_points import Images
from sandbox.jobs.job import JobContext
from sandbox.jobs.runners import ProcessRunner
from sandbox.processes.children import Children
from sandbox.project.repositories import Repositories
from sandbox.settings import Settings
from sandbox.stand_ins.programs import write_programs

ROLE = "arn:aws:iam::123456789012:role/delivery"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}

REPLACED = [
    (CodePipelineBackend, ["create_pipeline"]),
    (CodePipelineResponse, ["start_pipeline_execution", "get_pipeline_execution", "list_pipeline_executions"]),
    (CodeBuildResponse, ["start_build", "batch_get_builds", "stop_build"]),
    (CodeBuildBackend, ["list_builds_for_project"]),
    (Rule, ["send_to_targets"]),
]


@dataclass
class World:
    """The service, clients of it, and what makes pipelines short to write."""

    settings: Settings
    endpoint_url: str
    service: CodePipelines
    repositories: Repositories

    def client(self, service: str) -> Any:
        return client(service, self.settings, self.endpoint_url)

    @property
    def pipelines(self) -> Any:
        return self.client("codepipeline")

    def project(
        self, name: str, script: str, *, exports: tuple[str, ...] = (), source: str = "CODEPIPELINE", **variables: str
    ) -> None:
        """A CodeBuild project whose build is a script; what the script leaves in `out` are its artifacts."""
        buildspec: dict[str, Any] = {
            "version": "0.2",
            "env": {"shell": "bash", "exported-variables": list(exports)},
            "phases": {"build": {"commands": [script]}},
        }
        if "out/" in script:
            buildspec["artifacts"] = {"files": ["**/*"], "base-directory": "out"}
        given = [{"name": key, "value": value, "type": "PLAINTEXT"} for key, value in variables.items()]
        self.client("codebuild").create_project(
            name=name,
            source={"type": source, "buildspec": yaml.safe_dump(buildspec), "location": "none"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": given,
            },
            serviceRole="arn:aws:iam::123456789012:role/build",
        )

    def create(self, name: str, stages: list[dict[str, Any]], mode: str = "SUPERSEDED") -> None:
        """A repository, and a pipeline with a source stage before the given ones."""
        seed = io.BytesIO()
        with zipfile.ZipFile(seed, "w") as archive:
            archive.writestr("name.txt", name)
            archive.writestr("out/kept.txt", "kept")
        self.repositories.create(name, seed.getvalue())
        first = {"name": "Source", "actions": [source(name)]}
        self.pipelines.create_pipeline(
            pipeline={
                "name": name,
                "roleArn": ROLE,
                "artifactStore": {"type": "S3", "location": "artifacts"},
                "pipelineType": "V2",
                "executionMode": mode,
                "stages": [first, *stages],
            }
        )

    def start(self, name: str) -> str:
        return str(self.pipelines.start_pipeline_execution(name=name)["pipelineExecutionId"])

    def executions(self, name: str) -> list[dict[str, Any]]:
        """Oldest first."""
        listed = self.pipelines.list_pipeline_executions(pipelineName=name)
        return list(listed["pipelineExecutionSummaries"])[::-1]

    def ended(self, name: str, number: int = 1) -> dict[str, Any]:
        """Wait for the end of an execution."""

        def look() -> dict[str, Any] | None:
            found = self.executions(name)
            done = len(found) >= number and found[number - 1]["status"] not in ("InProgress", "Stopping")
            return found[number - 1] if done else None

        return dict(wait_for(look))

    def stage(self, name: str, stage: str) -> dict[str, Any]:
        """A stage's state."""
        states = self.pipelines.get_pipeline_state(name=name)["stageStates"]
        return next(dict(state) for state in states if state["stageName"] == stage)

    def log(self, name: str, number: int, action: str) -> str:
        return (self.settings.state_folder / "logs" / f"{name}-{number}" / f"{action}.log").read_text()


def wait_for(look: Callable[[], Any], seconds: float = 20.0) -> Any:
    """The first true answer; fails the test when none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"nothing came within {seconds:.0f} s")


def action(name: str, kind: str, configuration: dict[str, str], **others: Any) -> dict[str, Any]:
    """An action of kind `Category/Provider`."""
    category, provider = kind.split("/")
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        **others,
    }


def source(repository: str) -> dict[str, Any]:
    configuration = {"RepositoryName": repository, "BranchName": "main", "PollForSourceChanges": "false"}
    return action("Source", "Source/CodeCommit", configuration, outputArtifacts=[{"name": "Source"}])


def build(project: str, name: str = "Build", **others: Any) -> dict[str, Any]:
    return action(name, "Build/CodeBuild", {"ProjectName": project}, inputArtifacts=[{"name": "Source"}], **others)


@pytest.fixture(scope="session")
def tools() -> Any:
    """The makers of actions, and what waits."""

    class Tools:
        pass

    for tool in (action, build, source, wait_for):
        setattr(Tools, tool.__name__, staticmethod(tool))
    return Tools


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(state_folder=tmp_path_factory.mktemp("state"))
    moto_api_backend.reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint_url = f"http://{host}:{port}"
    context = JobContext(
        settings,
        endpoint_url,
        ProcessRunner(Images(repositories={}), settings, endpoint_url),
        Children(settings.state_folder / "children"),
    )
    (settings.state_folder / "home").mkdir()
    (settings.state_folder / "tmp").mkdir()
    programs = write_programs(settings.state_folder / "programs", settings.state_folder / "stand-ins")
    builds, repositories, rules = Builds(context, programs), Repositories(settings), EventRules(settings)
    providers = {
        ("Source", "CodeCommit"): CodeCommitAction(repositories),
        ("Build", "CodeBuild"): CodeBuildAction(builds),
        ("Test", "CodeBuild"): CodeBuildAction(builds),
        ("Deploy", "CloudFormation"): CloudFormationAction(StackDeployer(settings, endpoint_url), lambda _: 0.0),
    }
    service = CodePipelines(settings, rules, providers, ManualApproval())
    with pytest.MonkeyPatch.context() as patch:
        # So that what is installed here is gone afterwards.
        for owner, names in REPLACED:
            for name in names:
                patch.setattr(owner, name, getattr(owner, name))
        api.install(service, builds)
        rules.install()
        rules.on_target(service.start_on_event)
        made = World(settings, endpoint_url, service, repositories)
        made.client("iam").create_role(RoleName="delivery", AssumeRolePolicyDocument=json.dumps(TRUST))
        yield made
    context.children.close()
    server.stop()


@dataclass
class Gate:
    """Where a build waits until the test lets it go on."""

    path: Path

    @property
    def script(self) -> str:
        return f"cat '{self.path}'"

    def open(self) -> None:
        """Let one build through; waits until it is there."""
        self.path.write_text("go\n")


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    path = tmp_path / "gate"
    os.mkfifo(path)
    return Gate(path)
