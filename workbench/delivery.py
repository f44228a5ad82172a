"""What an approval sets off: the deployment of a version, as CodePipeline tells of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workbench.errors import WorkbenchError
from workbench.polling import looks
from workbench.project import DEPLOY_SUFFIX, Project
from workbench.registry import Version
from workbench.table import Shown, Table

# Between the approval and the execution that it starts lie an event and a rule.
START_SECONDS = 300.0
# The registry's clock and the pipeline's may differ.
CLOCKS = timedelta(seconds=5)


@dataclass(frozen=True)
class Action:
    """One action of a deployment."""

    stage: str
    name: str
    status: str
    summary: str
    token: str | None = None
    """Of a manual approval that waits: what its answer is given with."""


@dataclass(frozen=True)
class Deployment(Shown):
    """An execution of model-deploy's pipeline as it was described last."""

    project: Project = field(repr=False)
    id: str
    status: str
    actions: tuple[Action, ...]

    @property
    def waiting(self) -> Action | None:
        """The approval that it waits for, if any: staging has passed then."""
        return next((action for action in self.actions if action.token), None)

    def refreshed(self) -> "Deployment":
        """The deployment as it is now."""
        return _described(self.project, self.id)

    def wait(self, tell: Callable[[str], None] = print) -> "Deployment":
        """Wait until it has ended or waits for a person; `tell` is given a line for each action that ends.

        Raises WorkbenchError when it fails.
        """
        told: set[tuple[str, str]] = set()
        now = self
        for _ in looks():
            now = self.refreshed()
            for action in now.actions:
                if action.status != "InProgress" and (action.name, action.status) not in told:
                    told.add((action.name, action.status))
                    tell(f"{action.stage}: {action.name} {action.status}")
            if now.status not in ("InProgress", "Stopping"):
                break
            if now.waiting:
                return now
        if now.status != "Succeeded":
            failed = next((action for action in now.actions if action.status == "Failed"), None)
            reason = f"{failed.name}: {failed.summary}" if failed else "no action of it failed"
            message = f"deployment {now.id} ended as {now.status}; {reason}"
            raise WorkbenchError(message)
        return now

    def promote(self, note: str = "Approved from the workbench") -> "Deployment":
        """Let what has passed staging go to production. Raises WorkbenchError when it does not wait for that."""
        return self._answer("Approved", note)

    def refuse(self, note: str = "Rejected from the workbench") -> "Deployment":
        """Leave production as it is. Raises WorkbenchError when it does not wait for an answer."""
        return self._answer("Rejected", note)

    def _answer(self, answer: str, note: str) -> "Deployment":
        now = self.refreshed()
        if now.waiting is None:
            message = f"deployment {self.id} waits for nobody: it is {now.status}"
            raise WorkbenchError(message)
        self.project.client("codepipeline").put_approval_result(
            pipelineName=_pipeline(self.project),
            stageName=now.waiting.stage,
            actionName=now.waiting.name,
            result={"summary": note, "status": answer},
            token=now.waiting.token,
        )
        return self.refreshed()

    def table(self) -> Table:
        """A row an action."""
        rows = [(action.stage, action.name, action.status, action.summary) for action in self.actions]
        return Table(f"deployment {self.id}: {self.status}", ("stage", "action", "status", "summary"), rows)


def deployment(version: Version) -> Deployment:
    """The deployment that the approval or rejection of a version has started.

    Waits up to five minutes for it to begin. Raises WorkbenchError when none does.
    """
    since: datetime = version.described["LastModifiedTime"] - CLOCKS
    for _ in looks(START_SECONDS):
        found = newest_deployment(version.project, since)
        if found:
            return found
    message = (
        f"no execution of {_pipeline(version.project)} began after version {version.number} became {version.status}: "
        "is the rule of approvals enabled?"
    )
    raise WorkbenchError(message)


def newest_deployment(project: Project, since: datetime | None = None) -> Deployment | None:
    """The newest execution of model-deploy's pipeline, or the first that began after `since`; None without one."""
    listed = project.client("codepipeline").list_pipeline_executions(pipelineName=_pipeline(project))
    begun = [entry for entry in listed["pipelineExecutionSummaries"] if since is None or entry["startTime"] >= since]
    if not begun:
        return None
    chosen = begun[0] if since is None else begun[-1]
    return _described(project, chosen["pipelineExecutionId"])


def _described(project: Project, execution: str) -> Deployment:
    codepipeline, pipeline = project.client("codepipeline"), _pipeline(project)
    described = codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
    listed = codepipeline.list_action_executions(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution}, maxResults=100
    )
    tokens = _tokens(codepipeline.get_pipeline_state(name=pipeline), execution)
    actions = tuple(_action(entry, tokens) for entry in reversed(listed["actionExecutionDetails"]))
    return Deployment(project, execution, described["pipelineExecution"]["status"], actions)


def _action(entry: dict[str, Any], tokens: dict[str, str]) -> Action:
    result = entry.get("output", {}).get("executionResult", {})
    summary = result.get("errorDetails", {}).get("message") or result.get("externalExecutionSummary", "")
    waits = entry["status"] == "InProgress"
    return Action(
        entry["stageName"],
        entry["actionName"],
        entry["status"],
        summary,
        tokens.get(entry["actionName"]) if waits else None,
    )


def _tokens(state: dict[str, Any], execution: str) -> dict[str, str]:
    """Tokens of the approvals that this execution waits for, by the action's name."""
    return {
        action["actionName"]: action["latestExecution"]["token"]
        for stage in state["stageStates"]
        if stage.get("latestExecution", {}).get("pipelineExecutionId") == execution
        for action in stage.get("actionStates", [])
        if action.get("latestExecution", {}).get("token") and action["latestExecution"]["status"] == "InProgress"
    }


def _pipeline(project: Project) -> str:
    return project.code_pipeline(DEPLOY_SUFFIX.removeprefix("-"))
