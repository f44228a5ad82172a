"""The payload conventions of SageMaker's four ways to infer, of one server in the narrowest of their environments.

Serverless inference has no shared memory and no semaphores, and nothing can be written but in /tmp: the server runs
with a module that refuses the rest.
"""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from ocr_inference.batch_transform import execution_parameters
from ocr_inference.openapi import openapi_document
from ocr_inference.response.schema import BatchAnswer, PictureAnswer
from ocr_inference.service_settings import ServiceSettings

Draw = Callable[[str], npt.NDArray[np.uint8]]
Encode = Callable[[npt.NDArray[np.uint8]], bytes]

ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
LINE = {ATTRIBUTES: "task=recognition"}
READY_WITHIN = 90.0

NARROW = """
import _multiprocessing, _posixshmem, os, sys

def refuse(*_, **__):
    raise OSError(38, "Function not implemented")

_multiprocessing.SemLock = _posixshmem.shm_open = refuse
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}

def watch(event, arguments):
    if event in CHANGES or (event == "open" and arguments[2] & WRITING):
        path = arguments[0]
        if isinstance(path, (str, bytes)) and not os.fsdecode(path).startswith(("/tmp/", "/dev/null")):
            if not os.fsdecode(path).startswith("/proc/"):  # the process's own settings, which may be tried
                print("WROTE", event, path, flush=True)
            raise OSError(30, "Read-only file system")

sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, stripe_model: Path) -> Iterator[httpx.Client]:
    base = tmp_path_factory.mktemp("endpoint")
    (base / "model").symlink_to(stripe_model)
    (base / "sitecustomize.py").write_text(NARROW, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "OCR_MAX_BODY_BYTES": str(64 * 1024**2),
        "OCR_PLAYGROUND": "true",
        "PYTHONPATH": os.pathsep.join([str(base), os.environ.get("PYTHONPATH", "")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = base / "log"
    with log.open("w") as output, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        server = subprocess.Popen(
            [sys.executable, "-m", "ocr_inference", "serve"], env=environment, stdout=output, stderr=output
        )
        await_ready(server, client, log)
        yield client
        server.terminate()
        assert server.wait(30) == 0
    assert "WROTE" not in log.read_text(encoding="utf-8")


def await_ready(server: "subprocess.Popen[bytes]", client: httpx.Client, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if client.get("/ping").status_code == 200:
                return
        except httpx.TransportError:
            continue
    pytest.fail(f"The server was not ready: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def picture(draw_stripes: Draw, to_png: Encode) -> Callable[[str], bytes]:
    return lambda text: to_png(draw_stripes(text))


Picture = Callable[[str], bytes]


def as_line(content: bytes) -> bytes:
    return json.dumps({"image": base64.b64encode(content).decode()}).encode()


def texts(answer: PictureAnswer) -> list[str]:
    return [line.text for page in answer.pages for line in page.lines]


class TestRealTime:
    """InvokeEndpoint: ContentType, Accept and CustomAttributes arrive as headers; Accept may be anything or nothing."""

    @pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
    def test_a_picture_is_answered_with_json(self, client: httpx.Client, picture: Picture, accept: str | None) -> None:
        headers = LINE | {"Content-Type": "image/png"} | ({"Accept": accept} if accept else {})
        answer = client.post("/invocations", content=picture("BAD"), headers=headers)
        assert answer.headers["content-type"] == "application/json"
        assert texts(PictureAnswer.model_validate_json(answer.content)) == ["BAD"]

    def test_plain_text_where_it_is_asked_for(self, client: httpx.Client, picture: Picture) -> None:
        answer = client.post("/invocations", content=picture("BAD"), headers=LINE | {"Accept": "text/plain"})
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == "BAD\n"

    def test_a_line_a_line_where_it_is_asked_for(self, client: httpx.Client, picture: Picture) -> None:
        headers = {ATTRIBUTES: "task=recognition, words=true", "Accept": "application/jsonlines"}
        answer = client.post("/invocations", content=picture("BAD CAFE"), headers=headers)
        (line,) = [json.loads(line) for line in answer.text.splitlines()]
        assert (line["page"], line["text"]) == (1, "BAD CAFE")
        assert [word["text"] for word in line["words"]] == ["BAD", "CAFE"]

    def test_what_cannot_be_made_is_refused(self, client: httpx.Client, picture: Picture) -> None:
        answer = client.post("/invocations", content=picture("BAD"), headers={"Accept": "text/html"})
        assert answer.status_code == 406
        assert "accept application/json" in answer.json()["error"]

    def test_several_pictures_in_json(self, client: httpx.Client, picture: Picture) -> None:
        images = [base64.b64encode(content).decode() for content in (picture("BAD"), b"junk", picture("CAB"))]
        answer = client.post("/invocations", json={"images": images}, headers=LINE)
        first, second, third = BatchAnswer.model_validate_json(answer.content).results
        assert answer.status_code == 200
        assert [page.lines[0].text for page in (*first.pages, *third.pages)] == ["BAD", "CAB"]  # type: ignore[union-attr]
        assert "not a picture" in second.error  # type: ignore[union-attr]

    def test_the_pages_of_a_pdf(self, client: httpx.Client, draw_stripes: Draw, tmp_path: Path) -> None:
        first, *others = [PIL.Image.fromarray(draw_stripes(text)) for text in ("BAD", "CAB")]
        first.save(tmp_path / "two.pdf", resolution=200, save_all=True, append_images=others)
        headers = LINE | {"Content-Type": "application/pdf"}
        answer = client.post("/invocations", content=(tmp_path / "two.pdf").read_bytes(), headers=headers)
        assert [page.number for page in PictureAnswer.model_validate_json(answer.content).pages] == [1, 2]
        text = client.post(
            "/invocations", content=(tmp_path / "two.pdf").read_bytes(), headers=headers | {"Accept": "text/plain"}
        ).text
        assert [page.count("\n") for page in text.split("\f")] == [1, 1]

    def test_several_accept_headers_are_one_list(self, client: httpx.Client, picture: Picture) -> None:
        headers = [("Accept", "text/html"), ("Accept", "text/plain"), *LINE.items()]
        assert client.post("/invocations", content=picture("BAD"), headers=headers).text == "BAD\n"

    def test_another_method_is_told_which_are_served(self, client: httpx.Client) -> None:
        answer = client.delete("/invocations")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    def test_the_openapi_document_is_served_where_people_play(self, client: httpx.Client) -> None:
        assert client.get("/openapi.json").json() == openapi_document()


class TestServerless:
    """As real-time; a request has at most 4 MB (and this whole module runs in its environment)."""

    def test_the_largest_request_is_read(self, client: httpx.Client, picture: Picture) -> None:
        content = picture("BAD")
        answer = client.post("/invocations", content=content + bytes(4 * 1024**2 - len(content)), headers=LINE)
        assert texts(PictureAnswer.model_validate_json(answer.content)) == ["BAD"]


class TestAsynchronous:
    """The object of InputLocation is the body, up to 1 GB, with the ContentType that the caller gave."""

    def test_a_body_larger_than_real_time_admits(self, client: httpx.Client, draw_stripes: Draw) -> None:
        line = PIL.Image.fromarray(draw_stripes("BAD").repeat(80, axis=0).repeat(80, axis=1))
        file = io.BytesIO()
        line.save(file, "BMP")
        content = file.getvalue()
        assert len(content) > 25 * 1024**2
        chunks = (content[start : start + 2**20] for start in range(0, len(content), 2**20))
        headers = LINE | {"Content-Type": "application/octet-stream", "X-Amzn-SageMaker-Inference-Id": "1"}
        answer = client.post("/invocations", content=chunks, headers=headers)
        assert texts(PictureAnswer.model_validate_json(answer.content)) == ["BAD"]


class TestBatchTransform:
    """One object a request, or its lines: one (SingleRecord) or as many as fit (MultiRecord) a request."""

    def test_the_parameters_of_jobs_that_say_none(self, client: httpx.Client) -> None:
        found = client.get("/execution-parameters").json()
        assert found == {"MaxConcurrentTransforms": 1, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 64}

    @pytest.mark.parametrize("megabytes", [0.5, 1, 6, 25, 99, 1024])
    def test_the_parameters_keep_the_limits_of_the_service(self, megabytes: float) -> None:
        found = execution_parameters(ServiceSettings(max_body_bytes=int(megabytes * 1024**2)))
        assert 1 <= found["MaxPayloadInMB"] * found["MaxConcurrentTransforms"] <= 100
        assert found["MaxPayloadInMB"] <= max(1, megabytes)

    def test_an_object_a_request(self, client: httpx.Client, picture: Picture) -> None:
        headers = LINE | {"Content-Type": "image/png", "Accept": "application/jsonlines"}
        answer = client.post("/invocations", content=picture("BAD"), headers=headers)
        assert json.loads(answer.content)["text"] == "BAD"

    @pytest.mark.parametrize("content_type", ["application/jsonlines", "application/x-jsonlines", "application/json"])
    def test_a_line_a_request(self, client: httpx.Client, picture: Picture, content_type: str) -> None:
        headers = LINE | {"Content-Type": content_type}
        answer = client.post("/invocations", content=as_line(picture("BAD")), headers=headers)
        assert texts(PictureAnswer.model_validate_json(answer.content)) == ["BAD"]

    def test_as_many_lines_as_fit_a_request(self, client: httpx.Client, picture: Picture) -> None:
        body = b"\n".join([as_line(picture("BAD")), b'{"image": "*"}', as_line(picture("CAB"))]) + b"\n"
        answer = client.post("/invocations", content=body, headers=LINE | {"Content-Type": "application/jsonlines"})
        assert answer.headers["content-type"] == "application/jsonlines"
        first, second, third = answer.content.splitlines()
        assert texts(PictureAnswer.model_validate_json(first)) == ["BAD"]
        assert list(json.loads(second)) == ["error"]
        assert texts(PictureAnswer.model_validate_json(third)) == ["CAB"]

    def test_lines_as_one_json(self, client: httpx.Client, picture: Picture) -> None:
        headers = LINE | {"Content-Type": "application/jsonlines", "Accept": "application/json"}
        answer = client.post("/invocations", content=as_line(picture("BAD")), headers=headers)
        assert len(BatchAnswer.model_validate_json(answer.content).results) == 1
