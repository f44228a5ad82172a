"""SageMaker's data capture: JSON Lines below ENDPOINT/VARIANT/yyyy/mm/dd/hh/, a request and its answer a line."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from ocr_processing.drift.exchange import (
    Exchange,
    LeftOut,
    LeftOutError,
    decode_base64,
    first_problem,
    is_json,
    parse_answer,
)
from ocr_processing.readers.images import walk_files

SUFFIX = ".jsonl"


class CapturedBody(BaseModel):
    """What went in or out: text as it is, anything else in base64.

    SageMaker writes content types that the capture was not told to be JSON or CSV in base64.
    """

    observed_content_type: str | None = Field(None, alias="observedContentType")
    data: str
    encoding: Literal["BASE64", "JSON", "CSV"]

    def content(self, reason: Literal["unknown-answer", "unknown-request"]) -> bytes:
        """The body's bytes. Raises LeftOutError with `reason`."""
        return decode_base64(self.data, reason) if self.encoding == "BASE64" else self.data.encode()

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in small letters."""
        return (self.observed_content_type or "").partition(";")[0].strip().lower()


class CapturedData(BaseModel):
    """Either side may be missing: a capture can be told to keep one only."""

    endpoint_input: CapturedBody | None = Field(None, alias="endpointInput")
    endpoint_output: CapturedBody | None = Field(None, alias="endpointOutput")


class EventMetadata(BaseModel):
    """Which invocation it was, and when."""

    event_id: Annotated[str, Field(alias="eventId", min_length=1)]
    inference_time: AwareDatetime | None = Field(None, alias="inferenceTime")


class Capture(BaseModel):
    """One line of a capture file."""

    capture_data: CapturedData = Field(alias="captureData")
    event_metadata: EventMetadata = Field(alias="eventMetadata")


class JsonRequest(BaseModel):
    """The JSON form of a request to the endpoint."""

    image: str


def capture_files(folder: Path) -> list[Path]:
    """The capture files anywhere below `folder`, in the order of their paths, which is that of time."""
    return [path for path in walk_files(folder) if path.suffix == SUFFIX]


def read_captures(folder: Path, since: datetime | None = None) -> Iterator[Exchange | LeftOut]:
    """Each captured request and answer below `folder`, a line at a time; with `since`, only those from then on."""
    for outcome in _read_captures(folder, since):
        earlier = since and isinstance(outcome, Exchange) and outcome.time and outcome.time < since
        if not earlier:
            yield outcome


def _read_captures(folder: Path, since: datetime | None) -> Iterator[Exchange | LeftOut]:
    seen: set[str] = set()
    for path in capture_files(folder):
        name = path.relative_to(folder).as_posix()
        hour = _hour(name)
        if since and hour and hour + timedelta(hours=1) <= since:
            continue
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    where = f"{name}:{number}"
                    try:
                        yield parse_capture(line, where, seen)
                    except LeftOutError as error:
                        yield LeftOut(where, error.reason, str(error))


def _hour(name: str) -> datetime | None:
    """The hour that a file's folders say, `.../yyyy/mm/dd/hh/FILE` in UTC; None where they say none."""
    try:
        return datetime.strptime("/".join(name.split("/")[-5:-1]), "%Y/%m/%d/%H").replace(tzinfo=UTC)
    except ValueError:
        return None


def parse_capture(line: bytes, where: str, seen: set[str]) -> Exchange:
    """One line of a capture file; the event is added to those `seen`. Raises LeftOutError."""
    try:
        capture = Capture.model_validate_json(line)
    except ValidationError as error:
        if not is_json(line):
            raise LeftOutError("not-json", f"{len(line)} bytes that are not JSON in UTF-8") from error
        raise LeftOutError("not-a-capture", first_problem(error)) from error
    event = capture.event_metadata.event_id
    if event in seen:
        raise LeftOutError("repeated-event", "an earlier line has the same eventId")
    seen.add(event)
    asked, answered = capture.capture_data.endpoint_input, capture.capture_data.endpoint_output
    if answered is None:
        raise LeftOutError("no-answer", "captureData has no endpointOutput: capture the output too")
    answer = parse_answer(answered.content("unknown-answer"))
    picture = None if asked is None else _picture(asked)
    return Exchange(where, picture, answer, capture.event_metadata.inference_time)


def _picture(asked: CapturedBody) -> bytes:
    content = asked.content("unknown-request")
    if asked.media_type != "application/json":
        return content
    try:
        return decode_base64(JsonRequest.model_validate_json(content).image, "unknown-request")
    except ValidationError as error:
        raise LeftOutError("unknown-request", first_problem(error)) from error
