"""What an endpoint was asked and answered, as its data capture keeps it in S3."""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.errors import WorkbenchError
from workbench.polling import looks
from workbench.project import Project
from workbench.reading import Reading, endpoint_name
from workbench.storage import list_files, read
from workbench.table import Shown, Table


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
    name, uri = endpoint_name(project, endpoint), captures_uri(project, endpoint)
    # A file that is there is complete: none is fetched twice.
    rows: dict[str, list[bytes]] = {}
    for _ in looks(seconds):
        for file in list_files(project, uri):
            if file.name.endswith(".jsonl") and file.uri not in rows:
                rows[file.uri] = [row for row in read(project, file.uri).splitlines() if row.strip()]
        if sum(map(len, rows.values())) >= at_least:
            found = [_capture(json.loads(row), name) for kept in rows.values() for row in kept]
            return Captures(name, tuple(sorted(found, key=lambda capture: capture.time)))
    message = (
        f"{uri} has {sum(map(len, rows.values()))} captures after {seconds:.0f} s, not {at_least}: "
        "was the endpoint deployed with capture_percent above 0?"
    )
    raise WorkbenchError(message)


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
