"""What an endpoint was asked and answered, as its data capture keeps it in S3."""

import json
import time
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reading import Reading, endpoint_name
from workbench.storage import list_files, read
from workbench.table import Shown, Table

POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Capture:
    """One request and its answer."""

    time: datetime
    reading: Reading


@dataclass(frozen=True)
class Captures(Shown):
    """The captures of an endpoint, oldest first."""

    endpoint: str
    captures: tuple[Capture, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.captures)

    def table(self) -> Table:
        """A row a capture: when, how many lines, how sure."""
        rows = [
            (f"{capture.time:%Y-%m-%d %H:%M:%S}", len(capture.reading.page), len(capture.reading.lines), _mean(capture))
            for capture in self.captures
        ]
        return Table(f"captures of {self.endpoint}", ("time", "bytes", "lines", "mean confidence"), rows)


def captures_uri(project: Project, endpoint: str) -> str:
    """The folder of an endpoint's captures, as endpoint.yaml has it."""
    return f"s3://{project.bucket}/data-capture/{endpoint_name(project, endpoint)}/"


def captures(project: Project, endpoint: str, *, at_least: int = 0, seconds: float = 600) -> Captures:
    """Read an endpoint's captures; SageMaker writes them down within minutes, so wait for `at_least` so many.

    Raises WorkbenchError when there are fewer after `seconds`.
    """
    end = time.monotonic() + seconds
    while True:
        found = _read(project, endpoint)
        if len(found) >= at_least:
            return found
        if time.monotonic() > end:
            message = (
                f"{captures_uri(project, endpoint)} has {len(found)} captures after {seconds:.0f} s, not {at_least}: "
                "was the endpoint deployed with capture_percent above 0?"
            )
            raise WorkbenchError(message)
        time.sleep(POLL_SECONDS)


def _read(project: Project, endpoint: str) -> Captures:
    files = [file for file in list_files(project, captures_uri(project, endpoint)) if file.name.endswith(".jsonl")]
    rows = [row for file in files for row in read(project, file.uri).splitlines() if row.strip()]
    found = [_capture(json.loads(row), endpoint_name(project, endpoint)) for row in rows]
    return Captures(endpoint_name(project, endpoint), tuple(sorted(found, key=lambda capture: capture.time)))


def _capture(row: dict[str, Any], endpoint: str) -> Capture:
    at = datetime.fromisoformat(row["eventMetadata"]["inferenceTime"])
    data = row["captureData"]
    answer = json.loads(_content(data["endpointOutput"]))
    return Capture(at, Reading(endpoint, _content(data.get("endpointInput")), answer, 0.0))


def _content(side: dict[str, str] | None) -> bytes:
    if side is None:
        return b""
    return b64decode(side["data"]) if side["encoding"] == "BASE64" else side["data"].encode()


def _mean(capture: Capture) -> float | None:
    sure = [line["confidence"] for page in capture.reading.answer["pages"] for line in page["lines"]]
    return sum(sure) / len(sure) if sure else None
