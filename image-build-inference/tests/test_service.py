"""What a worker does with a request, without a worker."""

import json
from pathlib import Path

import pytest

from ocr_inference.failure import UserError
from ocr_inference.reader import Reader
from ocr_inference.request import Invocation
from ocr_inference.response import DocumentResult
from ocr_inference.service import Service, drawn_line
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000008000000080800000000e164e157"
    "0000001049444154789c636c60800026068a1800260800905d30a51e0000000049454e44ae426082"
)
"""8 x 8 pixels of grey."""


@pytest.fixture(scope="module")
def reader(stripe_model: Path) -> Reader:
    return Reader.from_folder(stripe_model)


class FailingService(Service):
    """A service with a bug."""

    def read(self, invocation: Invocation) -> list[DocumentResult]:
        raise RuntimeError(f"secret {invocation.task}")


def test_the_stages_work_without_http(reader: Reader) -> None:
    service = Service(reader, ServiceSettings())
    invocation = service.decode(PNG, "image/png", "task=recognition", "*/*")
    answer = json.loads(service.encode(service.read(invocation), invocation).content)
    assert answer["task"] == "recognition"
    assert list(answer["timings_ms"]) == ["decode", "detect", "crop", "classify", "recognise", "assemble"]
    assert answer["timings_ms"]["decode"] > 0
    assert answer["pages"][0]["lines"] == [
        {"text": "", "confidence": 0.0, "box": [[0.0, 0.0], [8.0, 0.0], [8.0, 8.0], [0.0, 8.0]]}
    ]


def test_the_drawn_line_of_the_warm_up_is_one_line(text_model: Path) -> None:
    page = Reader.from_folder(text_model).read(drawn_line())
    assert [(line.text or "").replace(" ", "") for line in page.lines] == ["SPECIMEN0123456789"]


def test_a_bug_is_told_to_the_log_and_not_to_the_caller(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    reply = FailingService(reader, ServiceSettings()).answer(Call(PNG))
    assert reply.status == 500
    assert list(json.loads(reply.content)) == ["error"]
    assert b"secret" not in reply.content
    assert "secret ocr" in caplog.text


def test_an_answer_comes_with_what_the_log_may_have(reader: Reader) -> None:
    reply = Service(reader, ServiceSettings()).answer(Call(PNG, attributes="task=recognition"))
    assert (reply.status, reply.media_type) == (200, "application/json")
    assert reply.summary == "task=recognition images=1 pages=1 lines=1"


def test_a_request_that_cannot_be_read_is_answered_with_the_reason(reader: Reader) -> None:
    reply = Service(reader, ServiceSettings()).answer(Call(b"junk", content_type="image/png"))
    assert reply.status == 400
    assert json.loads(reply.content)["error"] in reply.summary


def test_settings_come_from_the_environment() -> None:
    settings = ServiceSettings.from_environment({"OCR_MAX_PIXELS": "5", "SAGEMAKER_BIND_TO_PORT": "", "HOME": "x"})
    assert (settings.max_pixels, settings.port) == (5, 8080)


@pytest.mark.parametrize(("name", "value"), [("OCR_MAX_PIXELS", "many"), ("SAGEMAKER_BIND_TO_PORT", "99999")])
def test_a_wrong_setting_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"{name} is '{value}'"):
        ServiceSettings.from_environment({name: value})
