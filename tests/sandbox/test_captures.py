"""Data capture: exchanges in S3, in the form that the drift job reads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ocr_processing.drift.capture import read_captures
from ocr_processing.drift.exchange import Exchange
from sandbox.endpoints.captures import Body, DataCapture

ANSWER = b'{"model": "m1", "task": "ocr", "pages": [{"number": 1, "width": 10, "height": 10, "lines": []}]}'
PICTURE = b"\xff\xd8\xff not really"


def config(percent: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": percent,
        "DestinationS3Uri": "s3://bucket/data-capture/ocr-prod",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        **more,
    }


class Stored:
    """Keeps what is put, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        path = self.folder / Bucket / Key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Body)


def keep(folder: Path, capture: DataCapture, count: int = 1) -> None:
    asked = Body(PICTURE, "image/jpeg")
    for _ in range(count):
        capture.keep(Stored(folder), "ocr-prod", "AllTraffic", asked, Body(ANSWER, "application/json; charset=utf-8"))


def test_the_drift_job_reads_what_was_captured(tmp_path: Path) -> None:
    capture = DataCapture.of(config())
    assert capture is not None
    keep(tmp_path, capture, 3)
    found = list(read_captures(tmp_path, datetime.now(UTC) - timedelta(minutes=5)))
    assert [type(exchange) for exchange in found] == [Exchange] * 3
    assert {exchange.picture for exchange in found if isinstance(exchange, Exchange)} == {PICTURE}


def test_captures_lie_by_endpoint_variant_and_hour(tmp_path: Path) -> None:
    capture = DataCapture.of(config())
    assert capture is not None
    keep(tmp_path, capture)
    (path,) = tmp_path.rglob("*.jsonl")
    folder = path.parent.relative_to(tmp_path / "bucket/data-capture/ocr-prod").as_posix()
    assert folder.startswith("ocr-prod/AllTraffic/")
    datetime.strptime(folder, "ocr-prod/AllTraffic/%Y/%m/%d/%H").replace(tzinfo=UTC)


@pytest.mark.parametrize("given", [{}, config(EnableCapture=False)])
def test_nothing_is_captured_unless_it_is_asked_for(given: dict[str, Any]) -> None:
    assert DataCapture.of(given) is None


def test_a_share_is_captured(tmp_path: Path) -> None:
    capture = DataCapture.of(config(percent=50))
    assert capture is not None
    keep(tmp_path, capture, 400)
    # 10 standard deviations to either side.
    assert 100 < len(list(tmp_path.rglob("*.jsonl"))) < 300


def test_one_side_is_captured_where_the_other_is_not_asked_for(tmp_path: Path) -> None:
    capture = DataCapture.of(config(CaptureOptions=[{"CaptureMode": "Output"}]))
    assert capture is not None
    keep(tmp_path, capture)
    (found,) = read_captures(tmp_path)
    assert isinstance(found, Exchange)
    assert found.picture is None
