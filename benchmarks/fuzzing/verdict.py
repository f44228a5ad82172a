"""Whether an answer is one that a sound server gives."""

import json
from dataclasses import dataclass

import httpx

from benchmarks.fuzzing.attempt import Attempt

TOO_BUSY = 503
CRASHED = "has ended"
"""Part of the sentence with which the server answers 503 for a process that ended while it read."""

HANG_SECONDS = 60.0
"""What SageMaker gives a container for an answer."""


@dataclass(frozen=True)
class Verdict:
    """What became of a request: its status, or a word where there is none, and what is wrong with it, if anything."""

    outcome: str
    complaint: str | None = None


def ask(client: httpx.Client, attempt: Attempt) -> Verdict:
    """Send a request and judge its answer."""
    try:
        answer = client.post("/invocations", content=attempt.body, headers=dict(attempt.headers), timeout=HANG_SECONDS)
    except httpx.TimeoutException:
        return Verdict("hang", f"no answer within {HANG_SECONDS:.0f} s")
    except httpx.TransportError as error:
        return Verdict("no answer", f"{type(error).__name__}: {error}")
    return judge(answer)


def judge(answer: httpx.Response) -> Verdict:
    """Judge an answer by its status and its body."""
    return Verdict(str(answer.status_code), _complaint(answer))


def _complaint(answer: httpx.Response) -> str | None:
    status = answer.status_code
    if status >= 500 and status != TOO_BUSY:
        return f"status {status}: {answer.text[:200]}"
    if status == TOO_BUSY and CRASHED in answer.text:
        return f"what read it crashed: {answer.text[:200]}"
    if "Traceback" in answer.text:
        return "a stack trace in the answer"
    if status == httpx.codes.OK:
        return None if answer.content or answer.headers["content-type"] != "application/json" else "an empty answer"
    try:
        content = json.loads(answer.content)
    except ValueError:
        return f"status {status} without JSON: {answer.text[:200]}"
    if list(content) != ["error"] or not str(content["error"]).strip():
        return f"status {status} without a sentence: {answer.text[:200]}"
    return None
