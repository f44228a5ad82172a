"""One page through an endpoint: what was read, where, and how sure the model is."""

import base64
import io
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError
from PIL import Image

from workbench.errors import WorkbenchError
from workbench.picture import Mark, Picture, draw, draw_beside
from workbench.project import Project
from workbench.table import Shown, Table

Task = Literal["ocr", "detection", "recognition"]
TASKS: tuple[Task, ...] = ("ocr", "detection", "recognition")
_DOCUMENT_TYPES = {b"%PDF": "application/pdf"}


@dataclass(frozen=True)
class Reading(Shown):
    """An endpoint's answer to one page."""

    endpoint: str
    page: bytes = field(repr=False)
    answer: dict[str, Any] = field(repr=False)
    seconds: float

    @property
    def lines(self) -> tuple[Mark, ...]:
        """The lines of all pages in reading order; without texts where only their places were asked for."""
        return tuple(
            Mark(line.get("text") or "", [(x, y) for x, y in line["box"]] if line.get("box") else None)
            for page in self.answer["pages"]
            for line in page["lines"]
        )

    @property
    def texts(self) -> list[str]:
        """The lines' texts."""
        return [line.text for line in self.lines]

    def draw(self, *, over: bool = False, beside: bool = False) -> Picture:
        """The (first) page with the lines outlined, or with `over` their texts in their places.

        With `beside` the page with the places alone at the left, and the texts in their places at the right.
        """
        return draw_beside(self.page, self.lines) if beside else draw(self.page, self.lines, over=over)

    def table(self) -> Table:
        """A row a line."""
        rows = [
            (line.get("text"), line.get("confidence"), _corner(line.get("box")))
            for page in self.answer["pages"]
            for line in page["lines"]
        ]
        title = f"{len(rows)} lines, read by {self.endpoint} in {self.seconds * 1000:.0f} ms"
        return Table(title, ("text", "confidence", "top left"), rows)


def invoke(project: Project, endpoint: str, page: Path | bytes, task: Task | None = None) -> Reading:
    """Send a page to an endpoint; `endpoint` is its name or its stage, `staging` or `prod`.

    Without a task, that of the endpoint. Raises WorkbenchError with the server's own words where it refuses.
    """
    content = page if isinstance(page, bytes) else page.read_bytes()
    begun = time.monotonic()
    answer = _answer(project, endpoint_name(project, endpoint), content, content_type(content), _task(task))
    return Reading(endpoint_name(project, endpoint), content, answer, time.monotonic() - begun)


def invoke_halves(project: Project, detection: str, recognition: str, page: Path | bytes) -> Reading:
    """Send a page to an endpoint that finds lines, and what it found, with the page, to one that reads them.

    Where both serve one version, the lines are those of one endpoint that does both: places in which nothing was read
    are left out. Raises as `invoke` does.
    """
    content = page if isinstance(page, bytes) else page.read_bytes()
    begun = time.monotonic()
    found = _answer(project, endpoint_name(project, detection), content, content_type(content), _task("detection"))
    body = json.dumps({"image": base64.b64encode(content).decode(), "pages": found["pages"]}).encode()
    answer = _answer(project, endpoint_name(project, recognition), body, "application/json", _task("recognition"))
    for read in answer["pages"]:
        read["lines"] = [line for line in read["lines"] if line["text"].strip()]
    return Reading(endpoint_name(project, recognition), content, answer, time.monotonic() - begun)


def _task(task: Task | None) -> dict[str, str]:
    return {"CustomAttributes": f"task={task}"} if task else {}


def _answer(project: Project, name: str, body: bytes, media_type: str, attributes: dict[str, str]) -> dict[str, Any]:
    runtime = project.client("sagemaker-runtime")
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=name, Body=body, ContentType=media_type, Accept="application/json", **attributes
        )
        decoded: dict[str, Any] = json.loads(answer["Body"].read())
    except ClientError as error:
        said = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        message = f"endpoint {name} refused the page: {said}"
        raise WorkbenchError(message) from error
    return decoded


def endpoint_name(project: Project, endpoint: str) -> str:
    """The full name of a stage's endpoint; other names stay as they are."""
    return project.deployed.endpoint(endpoint) if endpoint in ("staging", "prod") else endpoint


def content_type(content: bytes) -> str:
    """Media type of a page's bytes. Raises WorkbenchError for what is neither a picture nor a PDF."""
    for beginning, known in _DOCUMENT_TYPES.items():
        if content.startswith(beginning):
            return known
    try:
        with Image.open(io.BytesIO(content)) as opened:
            return Image.MIME[str(opened.format)]
    except (OSError, KeyError) as error:
        message = f"{len(content)} bytes that are neither a picture nor a PDF: expected a page"
        raise WorkbenchError(message) from error


def _corner(box: list[list[float]] | None) -> str | None:
    return f"{box[0][0]:.0f}, {box[0][1]:.0f}" if box else None
