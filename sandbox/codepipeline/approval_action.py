"""Manual approvals: an action that waits for a person."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import uuid4

from sandbox.codepipeline.action import ActionRun, Outcome
from sandbox.codepipeline.record import Approval
from sandbox.errors import SandboxError

# NotificationArn is honoured by AWS alone: nobody here has a mailbox.
_SETTINGS = {"CustomData", "ExternalEntityLink", "NotificationArn"}
TIMEOUT = timedelta(days=7)
NOTED_SECONDS = 10.0

Answer = Literal["Approved", "Rejected"]


@dataclass
class _Pending:
    answered: threading.Event = field(default_factory=threading.Event)
    noted: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None
    summary: str = ""


class ManualApproval:
    """Approvals by their tokens; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}

    def run(self, run: ActionRun) -> Outcome:
        """Wait for the answer. A rejection fails the action, and so does the end of its time."""
        run.only(_SETTINGS)
        token, pending = str(uuid4()), _Pending()
        with self._lock:
            self._pending[token] = pending
        custom_data = run.configuration.get("CustomData", "")
        with run.journal.change(run.execution):
            run.record.approval = Approval(token=token, custom_data=custom_data)
        run.log.write_text(f"waiting for an answer: {custom_data}\n")
        run.stop.on_abandon(pending.answered.set)
        minutes = run.action.timeout_in_minutes
        time = timedelta(minutes=minutes) if minutes else TIMEOUT
        pending.answered.wait(time.total_seconds())
        with self._lock:
            self._pending.pop(token, None)
        with run.journal.change(run.execution):
            run.record.approval = None
        pending.noted.set()
        if pending.answer != "Approved":
            said = f"was rejected: {pending.summary}" if pending.answer else f"had no answer within {time}"
            message = f"{run.owner} {said}"
            raise SandboxError(message)
        with run.log.open("a") as log:
            log.write(f"approved: {pending.summary}\n")
        return Outcome(summary=pending.summary)

    def answer(self, token: str, answer: Answer, summary: str) -> bool:
        """Give an answer; returns whether anything waited for one under this token."""
        with self._lock:
            pending = self._pending.pop(token, None)
            if pending is None:
                return False
            pending.answer, pending.summary = answer, summary
            pending.answered.set()
        # So that whoever has answered does not find the question on record still.
        pending.noted.wait(NOTED_SECONDS)
        return True
