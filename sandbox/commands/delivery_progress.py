"""Follows an execution of a CodePipeline, and answers the approval that it waits for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape

from sandbox.codepipeline.record import ActionRecord, ExecutionRecord, load_executions
from sandbox.control_plane.lifecycle import require_state
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.settings import Settings

POLL_SECONDS = 0.2
APPEAR_SECONDS = 10.0

Answer = Literal["Approved", "Rejected"]


def executions(settings: Settings, pipeline: str) -> list[ExecutionRecord]:
    """A pipeline's executions, oldest first."""
    path = Layout(settings.state_folder).deliveries_file
    return [record for record in load_executions(path) if record.pipeline == pipeline]


def next_number(settings: Settings, pipeline: str) -> int:
    """Number that the pipeline's next execution will have."""
    return len(executions(settings, pipeline)) + 1


class DeliveryFollower:
    """Follows one execution, telling of every action that begins or ends."""

    def __init__(self, settings: Settings, pipeline: str, number: int, tell: Callable[[ActionRecord], None]):
        self._settings = settings
        self._pipeline = pipeline
        self._number = number
        self._tell = tell
        self._told: dict[str, str] = {}

    def follow(self) -> ExecutionRecord:
        """Wait until the execution ends or waits for an approval.

        Raises SandboxError when it does not appear, waits behind another one's approval, or the sandbox ends meanwhile.
        """
        begun = time.monotonic()
        while True:
            known = executions(self._settings, self._pipeline)
            found = next((record for record in known if record.number == self._number), None)
            if found is None and time.monotonic() - begun > APPEAR_SECONDS:
                message = f"{self._pipeline} has no execution {self._number}: nothing started it"
                raise SandboxError(message)
            if found is not None:
                self._tell_changes(found)
                if found.has_ended or waiting_approval(found):
                    return found
                _require_free_way(known, found)
            require_state(self._settings)
            time.sleep(POLL_SECONDS)

    def _tell_changes(self, found: ExecutionRecord) -> None:
        for action in found.actions():
            if self._told.get(action.name) != action.status:
                self._told[action.name] = action.status
                self._tell(action)


def _require_free_way(known: list[ExecutionRecord], found: ExecutionRecord) -> None:
    if any(action.status == "InProgress" for action in found.actions()):
        return
    ahead = [record for record in known if record.number < found.number and waiting_approval(record)]
    if ahead and any(stage.status == "Succeeded" for stage in found.stages):
        message = (
            f"{found.name} waits behind {ahead[0].name}, which asks whether to go to production: answer that with "
            "`python -m sandbox promote` or `python -m sandbox promote --reject`"
        )
        raise SandboxError(message)


def waiting_approval(record: ExecutionRecord) -> ActionRecord | None:
    """The manual approval that an execution waits for."""
    return next((action for action in record.actions() if action.approval), None)


def answer_approval(codepipeline: Any, record: ExecutionRecord, answer: Answer, summary: str) -> None:
    """Answer the approval that an execution waits for. Raises SandboxError when it waits for none."""
    for stage in record.stages:
        for action in stage.actions:
            if action.approval is not None:
                codepipeline.put_approval_result(
                    pipelineName=record.pipeline,
                    stageName=stage.name,
                    actionName=action.name,
                    result={"summary": summary, "status": answer},
                    token=action.approval.token,
                )
                return
    message = f"{record.name} waits for no approval; it is {record.status}"
    raise SandboxError(message)


def tell_action(console: Console) -> Callable[[ActionRecord], None]:
    """Prints one line for each change of an action."""

    def tell(action: ActionRecord) -> None:
        seconds = f"{(action.end - action.start).total_seconds():7.1f} s" if action.end else ""
        status = "Waiting" if action.status == "InProgress" and action.provider == "Manual" else action.status
        console.print(f"{action.name:<18} {status:<10} {seconds}".rstrip(), highlight=False, markup=False)

    return tell


def explain_failed_delivery(record: ExecutionRecord, console: Console) -> None:
    """Print the reason, the failed action's last lines and where its log is."""
    console.print(f"[red]{escape(record.name)} ended as {record.status}.[/]")
    console.print(escape(record.failure_reason or ""), soft_wrap=True)
    failed = next((action for action in record.actions() if action.status == "Failed"), None)
    if failed is None:
        return

    console.rule(f"last lines of {failed.name}")
    for line in last_lines(Path(failed.log), 20):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.rule()
    console.print(f"log: {escape(failed.log)}", soft_wrap=True)
