"""What only happens when something goes wrong inside, in a server that runs inside the test."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from ocr_inference.failure import UserError
from ocr_inference.reader import Reader
from ocr_inference.request import Invocation, Task
from ocr_inference.response import DocumentResult
from ocr_inference.server import create_app
from ocr_inference.service import Service, drawn_line
from ocr_inference.service_settings import ServiceSettings

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000008000000080800000000e164e157"
    "0000001049444154789c636c60800026068a1800260800905d30a51e0000000049454e44ae426082"
)
"""8 x 8 pixels of grey."""


@pytest.fixture(scope="module")
def reader(stripe_model: Path) -> Reader:
    return Reader.from_folder(stripe_model)


@contextmanager
def running(app: Starlette) -> Iterator[httpx.Client]:
    """Serve the application without its warm-up; callers queue in the socket until it has started."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        host, port = listening.getsockname()
        try:
            with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)


class FailingService(Service):
    """A service with a bug."""

    def read(self, invocation: Invocation) -> list[DocumentResult]:
        raise RuntimeError(f"secret {invocation.task}")


class SlowService(Service):
    """A service that reads when it is let."""

    started = threading.Event()
    let = threading.Event()

    def read(self, invocation: Invocation) -> list[DocumentResult]:
        self.started.set()
        assert self.let.wait(20)
        return super().read(invocation)


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


def test_ready_only_after_the_warm_up(reader: Reader) -> None:
    service = Service(reader, ServiceSettings())
    with running(create_app(service, ServiceSettings())) as client:
        assert client.get("/ping").status_code == 503
        service.warm_up()
        assert client.get("/ping").status_code == 200


def test_the_drawn_line_of_the_warm_up_is_one_line(text_model: Path) -> None:
    page = Reader.from_folder(text_model).read(drawn_line())
    assert [(line.text or "").replace(" ", "") for line in page.lines] == ["SPECIMEN0123456789"]


def test_a_bug_is_told_to_the_log_and_not_to_the_caller(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(FailingService(reader, ServiceSettings()), ServiceSettings())
    with running(app) as client:
        answer = client.post("/invocations", content=PNG)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert list(answer.json()) == ["error"]
    assert "secret ocr" in caplog.text


def test_a_request_too_many_is_told_to_try_again(reader: Reader) -> None:
    settings = ServiceSettings(max_waiting=1)
    with (
        running(create_app(service := SlowService(reader, settings), settings)) as client,
        ThreadPoolExecutor(1) as caller,
    ):
        first = caller.submit(client.post, "/invocations", content=PNG)
        assert service.started.wait(20)
        refused = client.post("/invocations", content=PNG)
        service.let.set()
        assert first.result(20).status_code == 200
    assert refused.status_code == 503
    assert "try again" in refused.json()["error"]
    assert Task.OCR in first.result().text


def test_settings_come_from_the_environment() -> None:
    settings = ServiceSettings.from_environment({"OCR_MAX_PIXELS": "5", "SAGEMAKER_BIND_TO_PORT": "", "HOME": "x"})
    assert (settings.max_pixels, settings.port) == (5, 8080)


@pytest.mark.parametrize(("name", "value"), [("OCR_MAX_PIXELS", "many"), ("SAGEMAKER_BIND_TO_PORT", "99999")])
def test_a_wrong_setting_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"{name} is '{value}'"):
        ServiceSettings.from_environment({name: value})
