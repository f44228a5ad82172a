"""Lines of capture files, whatever is in them."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocr_processing.drift.capture import parse_capture, read_captures
from ocr_processing.drift.exchange import REASONS, Exchange, LeftOutError

from .conftest import capture

ANSWER = {
    "pages": [{"width": 4, "height": 3, "lines": [{"text": "證", "confidence": 0.5, "box": []}]}],
    "model": "m",
    "task": "ocr",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["captureData", "eventMetadata", "data"]), inner),
)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b'{"captureData": {}, "eventMetadata": {"eventId": "1"}}')
def test_any_line_is_read_or_left_out_with_a_reason(line: bytes) -> None:
    assert reason(line) in {None, *REASONS}


def reason(line: bytes) -> str | None:
    """Why a line is left out, None where it is not."""
    try:
        parse_capture(line, "here", set())
    except LeftOutError as error:
        return error.reason
    return None


@given(st.binary(min_size=1), st.sampled_from(["image/jpeg", "application/octet-stream", "image/png; q=1"]))
def test_a_picture_comes_out_as_it_went_in(picture: bytes, content_type: str) -> None:
    line = json.dumps(capture("1", picture, ANSWER, content_type)).encode()
    assert parse_capture(line, "here", set()).picture == picture


@given(st.binary(min_size=1), st.sampled_from(["JSON", "BASE64"]))
def test_a_picture_within_json_comes_out_as_it_went_in(picture: bytes, encoding: str) -> None:
    body = json.dumps({"image": base64.b64encode(picture).decode()})
    row = capture("1", picture, ANSWER, "application/json; charset=utf-8")
    row["captureData"]["endpointInput"] |= {
        "encoding": encoding,
        "data": body if encoding == "JSON" else base64.b64encode(body.encode()).decode(),
    }
    assert parse_capture(json.dumps(row).encode(), "here", set()).picture == picture


def test_an_answer_may_be_in_base64() -> None:
    row = capture("1", b"picture", ANSWER)
    row["captureData"]["endpointOutput"] |= {
        "encoding": "BASE64",
        "data": base64.b64encode(json.dumps(ANSWER).encode()).decode(),
    }
    assert parse_capture(json.dumps(row).encode(), "here", set()).answer.pages[0].lines[0].text == "證"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"endpointOutput": None}, "no-answer"),
        ({"endpointOutput": {"data": "{", "encoding": "JSON"}}, "unknown-answer"),
        ({"endpointOutput": {"data": "***", "encoding": "BASE64"}}, "unknown-answer"),
        ({"endpointOutput": {"data": "", "encoding": "XML"}}, "not-a-capture"),
        ({"endpointInput": {"data": "***", "encoding": "BASE64"}}, "unknown-request"),
    ],
)
def test_what_is_wrong_has_its_reason(change: dict[str, Any], expected: str) -> None:
    row = capture("1", b"picture", ANSWER)
    row["captureData"] |= change
    assert reason(json.dumps(row).encode()) == expected


def test_a_time_without_its_zone_is_refused_since_it_cannot_be_ordered() -> None:
    row = capture("1", b"picture", ANSWER)
    row["eventMetadata"]["inferenceTime"] = "2026-11-21T09:15:00"
    assert reason(json.dumps(row).encode()) == "not-a-capture"


def test_files_are_found_in_any_folder_and_read_in_the_order_of_time(tmp_path: Path) -> None:
    for hour, event in (("10", "later"), ("09", "earlier")):
        folder = tmp_path / "ocr-prod/AllTraffic/2026/11/21" / hour
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_text(json.dumps(capture(event, b"picture", ANSWER)) + "\n\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a capture", encoding="utf-8")
    found = list(read_captures(tmp_path))
    assert [outcome.where for outcome in found] == [
        "ocr-prod/AllTraffic/2026/11/21/09/a.jsonl:1",
        "ocr-prod/AllTraffic/2026/11/21/10/a.jsonl:1",
    ]
    assert all(isinstance(outcome, Exchange) for outcome in found)


@pytest.mark.parametrize(
    ("folder", "time", "read"),
    [
        ("2026/11/21/09", "2026-11-21T09:29:59Z", False),
        ("2026/11/21/09", "2026-11-21T09:30:00Z", True),
        ("elsewhere", "2026-11-21T09:29:59Z", False),
        ("elsewhere", None, True),
        ("2026/11/21/08", None, False),
    ],
)
def test_only_the_captures_of_a_window_are_read(tmp_path: Path, folder: str, time: str | None, read: bool) -> None:
    row = capture("1", b"picture", ANSWER)
    row["eventMetadata"]["inferenceTime"] = time
    path = tmp_path / "ocr-prod/AllTraffic" / folder / "a.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(row), encoding="utf-8")
    found = list(read_captures(tmp_path, since=datetime(2026, 11, 21, 9, 30, tzinfo=UTC)))
    assert len(found) == read
