"""The project of the demonstration: its pipelines, repositories, executions and endpoints."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from sandbox.cicd.happening import Happenings, expect
from sandbox.clients import client
from sandbox.codepipeline.record import ExecutionRecord
from sandbox.commands.decisions import DEPLOY
from sandbox.commands.delivery_progress import (
    DeliveryFollower,
    answer_approval,
    executions,
    next_number,
    tell_action,
    waiting_approval,
)
from sandbox.commands.follow import explain_failure, follow
from sandbox.commands.progress import ExecutionProgress
from sandbox.control_plane.lifecycle import require_state
from sandbox.layout import Layout
from sandbox.project.repositories import DEFAULT_BRANCH, Repositories
from sandbox.project.working_copy import WorkingCopy
from sandbox.registry.packages import find_version, set_approval
from sandbox.settings import Settings
from sandbox.state import EndpointState, State

MODEL_BUILD = "modelbuild"
LANES = {
    "processingimagebuild": "processing",
    "trainingimagebuild": "training",
    "inferenceimagebuild": "inference",
}

Change = Callable[[Path], None]


class CicdProject:
    """What the steps of the demonstration do and look at."""

    def __init__(self, settings: Settings, state: State, console: Console):
        self.settings = settings
        self.console = console
        self.happenings = Happenings()
        self._endpoint_url = state.endpoint_url
        self._followers: dict[tuple[str, int], DeliveryFollower] = {}

    def client(self, service: str) -> Any:
        """A boto3 client of the sandbox."""
        return client(service, self.settings, self._endpoint_url)

    def say(self, text: str) -> None:
        """Print a line that begins something."""
        self.console.print(f"\n[bold]{text}[/]", highlight=False)

    def next(self, suffix: str) -> int:
        """Number that the next execution of a pipeline will have."""
        return next_number(self.settings, self.settings.pipeline_name(suffix))

    def executions(self, suffix: str) -> list[ExecutionRecord]:
        """Executions of a pipeline, oldest first."""
        return executions(self.settings, self.settings.pipeline_name(suffix))

    def follow(self, suffix: str, number: int) -> ExecutionRecord:
        """Follow an execution to its end, or to the approval that it asks for."""
        follower = self._followers.get((suffix, number))
        if follower is None:
            name = self.settings.pipeline_name(suffix)
            self.console.print(f"{name}-{number}", style="cyan", highlight=False)
            follower = DeliveryFollower(self.settings, name, number, tell_action(self.console))
            self._followers[suffix, number] = follower
        return follower.follow()

    def push(self, suffix: str, message: str, change: Change) -> str:
        """Clone a repository, change something, commit and push; returns the commit."""
        repository = Repositories(self.settings).path(self.settings.repository_name(suffix))
        scratch = Layout(self.settings.state_folder).scratch
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            copy = WorkingCopy(repository, Path(folder) / suffix, DEFAULT_BRANCH)
            change(copy.folder)
            commit = copy.commit(message)
            expect(commit, f"the push to {suffix} would have changed nothing: look at how the demonstration edits it")
            copy.push()
        return str(commit)

    def decide(self, version: int, status: str) -> int:
        """Approve or reject a version; returns the number that the deployment will have."""
        number = self.next(DEPLOY)
        sagemaker = self.client("sagemaker")
        set_approval(sagemaker, find_version(sagemaker, self.settings, version), status, f"{status} by the demo")
        return number

    def promote(self, record: ExecutionRecord) -> ExecutionRecord:
        """Approve production, and follow the rest of the deployment."""
        expect(waiting_approval(record), f"{record.name} asks for no approval; it is {_why(record)}")
        answer_approval(self.client("codepipeline"), record, "Approved", "approved by the demo")
        return self.follow(DEPLOY, record.number)

    def sagemaker_executions(self) -> list[str]:
        """ARNs of the executions of the SageMaker pipeline, newest first; none before it exists."""
        client = self.client("sagemaker")
        known = {entry["PipelineName"] for entry in client.list_pipelines()["PipelineSummaries"]}
        if self.settings.project not in known:
            return []
        listed = client.list_pipeline_executions(PipelineName=self.settings.project)
        return [entry["PipelineExecutionArn"] for entry in listed["PipelineExecutionSummaries"]]

    def follow_sagemaker(self, before: list[str]) -> ExecutionProgress:
        """Follow the execution that was started since; it must succeed."""
        started = [arn for arn in self.sagemaker_executions() if arn not in before]
        expect(len(started) == 1, f"expected one new execution of the SageMaker pipeline, found {len(started)}")
        progress = follow(self.client("sagemaker"), self.settings, started[0], self.console)
        if progress.status != "Succeeded":
            explain_failure(progress, self.console)
        expect(progress.status == "Succeeded", f"the SageMaker pipeline ended as {progress.status}")
        return progress

    def endpoint(self, stage: str) -> EndpointState:
        """The endpoint of a stage as it is now."""
        name = self.settings.endpoint_name(stage)
        endpoints = require_state(self.settings).endpoints
        expect(name in endpoints, f"there is no endpoint {name}")
        return endpoints[name]

    def expect_served(self, stage: str, version: int) -> None:
        """Check which version a stage's endpoint serves."""
        served = str(self.endpoint(stage).model_package_arn).rsplit("/", 1)[-1]
        expect(served == str(version), f"{stage} serves version {served}, expected {version}")


def expect_succeeded(record: ExecutionRecord) -> None:
    """Check that an execution has ended well."""
    expect(record.status == "Succeeded", f"{record.name} was to succeed; it is {_why(record)}")


def expect_rule(record: ExecutionRecord, rule: str) -> None:
    """Check that it was this rule which started an execution."""
    started_by = record.trigger.detail
    expect(
        started_by.startswith(f"{rule}: "), f"{record.name} was to be started by the rule {rule}, not {started_by!r}"
    )


def expect_said(record: ExecutionRecord, action: str, sentence: str) -> str:
    """Check that an action's log has a line with this sentence; returns the line from there on."""
    found = record.action(action)
    text = Path(found.log).read_text(errors="replace") if found else ""
    line = next((line for line in text.splitlines() if sentence in line), None)
    expect(
        line,
        f"{record.name}: the log of {action} was to say {sentence!r} (it is {found.log if found else 'not there'})",
    )
    return str(line)[str(line).index(sentence) :]


def _why(record: ExecutionRecord) -> str:
    return f"{record.status}: {record.failure_reason}" if record.failure_reason else record.status
