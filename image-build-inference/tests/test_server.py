"""A server as the platform starts it, over real HTTP on loopback."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import numpy.typing as npt
import pytest

Draw = Callable[[str], npt.NDArray[np.uint8]]
DrawPage = Callable[..., npt.NDArray[np.uint8]]
Encode = Callable[[npt.NDArray[np.uint8]], bytes]

READY_WITHIN = 90.0
TASK = "X-Amzn-SageMaker-Custom-Attributes"
MAX_BODY = 300_000
MAX_PIXELS = 1_000_000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(base: Path, model: Path, port: int, **more: str) -> subprocess.Popen[str]:
    base.mkdir(parents=True, exist_ok=True)
    (base / "model").symlink_to(model)
    environment = os.environ | {
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "OCR_MAX_BODY_BYTES": str(MAX_BODY),
        "OCR_MAX_PIXELS": str(MAX_PIXELS),
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ocr_inference", "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _await_ready(server: subprocess.Popen[str], client: httpx.Client) -> list[int]:
    """The statuses of /ping until it is 200 or the server is gone."""
    statuses: list[int] = []
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            statuses.append(client.get("/ping").status_code)
        except httpx.ConnectError:
            continue
        if statuses[-1] == 200:
            return statuses
    pytest.fail(f"The server was not ready: {statuses[-3:]}, exit code {server.poll()}")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, stripe_model: Path) -> Iterator[httpx.Client]:
    port = _free_port()
    server = _start(tmp_path_factory.mktemp("endpoint"), stripe_model, port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _await_ready(server, client)
            yield client
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_a_line_is_read(client: httpx.Client, draw_stripes: Draw, to_png: Encode) -> None:
    picture = draw_stripes("FACE BAD")
    answer = client.post(
        "/invocations",
        content=to_png(picture),
        headers={"Content-Type": "image/png", TASK: "task=recognition"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    height, width = picture.shape[:2]
    found = answer.json()
    assert found["task"] == "recognition"
    assert found["model"].startswith("sha256:")
    (page,) = found["pages"]
    (line,) = page["lines"]
    assert (page["width"], page["height"], line["text"]) == (width, height, "FACE BAD")
    assert line["confidence"] > 0.99
    assert line["box"] == [[0, 0], [width, 0], [width, height], [0, height]]


def test_base64_in_json_is_read(client: httpx.Client, draw_stripes: Draw, to_png: Encode) -> None:
    image = base64.b64encode(to_png(draw_stripes("HEAD"))).decode()
    answer = client.post("/invocations", json={"image": image}, headers={TASK: "task=recognition"})
    assert answer.json()["pages"][0]["lines"][0]["text"] == "HEAD"


def test_the_lines_of_a_page_are_found(client: httpx.Client, draw_page: DrawPage, to_png: Encode) -> None:
    page = draw_page({"Name": (60, 80), "Number": (60, 240)})
    answer = client.post(
        "/invocations", content=to_png(page), headers={"Content-Type": "image/png", TASK: "task=detection"}
    )
    lines = answer.json()["pages"][0]["lines"]
    assert [set(line) for line in lines] == [{"confidence", "box"}] * 2
    np.testing.assert_allclose([line["box"][0] for line in lines], [(60, 80), (60, 240)], atol=15)


def test_a_whole_page_is_read_by_default(client: httpx.Client, draw_page: DrawPage, to_png: Encode) -> None:
    answer = client.post("/invocations", content=to_png(draw_page({"Name": (60, 80)})))
    assert answer.status_code == 200
    assert answer.json()["task"] == "ocr"
    assert (answer.json()["pages"][0]["width"], answer.json()["pages"][0]["height"]) == (900, 600)


@pytest.mark.parametrize(
    ("method", "path", "content", "content_type", "status"),
    [
        ("POST", "/invocations", b"", "image/png", 400),
        ("POST", "/invocations", b"junk", "image/png", 400),
        ("POST", "/invocations", b"{", "application/json", 400),
        ("POST", "/invocations", b'{"bucket": "b", "image_uri": "k"}', "application/json", 400),
        ("POST", "/invocations", b"junk", "text/plain", 415),
        ("POST", "/invocations", bytes(MAX_BODY + 1), "image/png", 413),
        ("GET", "/invocations", b"", "image/png", 405),
        ("POST", "/ping", b"", "image/png", 405),
        ("GET", "/elsewhere", b"", "image/png", 404),
        # For people who play, not for production.
        ("GET", "/openapi.json", b"", "image/png", 404),
        ("GET", "/", b"", "image/png", 404),
        ("GET", "/playground/main.js", b"", "image/png", 404),
    ],
)
def test_every_refusal_is_json_with_a_sentence(
    client: httpx.Client, method: str, path: str, content: bytes, content_type: str, status: int
) -> None:
    answer = client.request(method, path, content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].endswith(".")
    assert "Traceback" not in answer.text


def test_a_picture_of_too_many_pixels_is_refused(client: httpx.Client, to_png: Encode) -> None:
    answer = client.post("/invocations", content=to_png(np.zeros((1000, 1001, 3), dtype=np.uint8)))
    assert answer.status_code == 413
    assert "1001000 pixels" in answer.json()["error"]


def test_a_body_that_does_not_say_its_length_is_cut_off(client: httpx.Client) -> None:
    chunks = (bytes(10_000) for _ in range(MAX_BODY // 10_000 + 1))
    assert client.post("/invocations", content=chunks).status_code == 413


def test_an_unknown_task_is_refused(client: httpx.Client, draw_stripes: Draw, to_png: Encode) -> None:
    answer = client.post("/invocations", content=to_png(draw_stripes("A")), headers={TASK: "task=translate"})
    assert answer.status_code == 400
    assert "translate" in answer.json()["error"]


def test_requests_at_once_get_their_own_answers(client: httpx.Client, draw_stripes: Draw, to_png: Encode) -> None:
    texts = ["FACE", "BAD", "HEAD", "DEAF", "CAB", "EGG", "HAG", "BEEF"] * 2

    def ask(text: str) -> str:
        answer = client.post("/invocations", content=to_png(draw_stripes(text)), headers={TASK: "task=recognition"})
        return str(answer.json()["pages"][0]["lines"][0]["text"])

    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(ask, texts)) == texts


def test_ping_is_503_until_an_inference_has_succeeded_and_sigterm_ends_in_peace(
    tmp_path: Path, stripe_model: Path
) -> None:
    port = _free_port()
    server = _start(tmp_path / "endpoint", stripe_model, port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        statuses = _await_ready(server, client)
    server.send_signal(signal.SIGTERM)
    output, _ = server.communicate(timeout=30)
    assert server.returncode == 0, output
    assert set(statuses[:-1]) <= {503}
    assert "Traceback" not in output
    assert list((tmp_path / "endpoint").iterdir()) == [tmp_path / "endpoint" / "model"]


def test_a_request_under_way_is_answered_before_the_server_stops(
    tmp_path: Path, stripe_model: Path, draw_stripes: Draw, to_png: Encode
) -> None:
    port = _free_port()
    server = _start(tmp_path / "endpoint", stripe_model, port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        _await_ready(server, client)
    body = to_png(draw_stripes("ABBA"))
    head = (
        f"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n{TASK}: task=recognition\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert b"100 Continue" in connection.recv(1024)  # the request is under way
        server.send_signal(signal.SIGTERM)
        connection.sendall(body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    server.communicate(timeout=30)
    assert b" 200 OK" in answer.splitlines()[0]
    assert b"ABBA" in answer
    assert server.returncode == 0


def test_stopping_before_it_listens_is_no_failure(tmp_path: Path, stripe_model: Path) -> None:
    server = _start(tmp_path / "endpoint", stripe_model, _free_port())
    assert server.stdout is not None
    assert "Loaded" in server.stdout.readline()
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    assert server.returncode == 0


def test_a_folder_without_a_model_stops_the_server_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    server = _start(tmp_path / "endpoint", tmp_path / "empty", _free_port())
    output, _ = server.communicate(timeout=READY_WITHIN)
    assert server.returncode == 1
    assert "inference.yml" in output.splitlines()[-1]
    assert "Traceback" not in output


def test_serving_needs_no_paddle() -> None:
    code = "import sys, ocr_inference.serve, ocr_inference.evaluate; print([m for m in sys.modules if 'paddle' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_server_for_each_half_called_one_after_the_other_reads_a_page(
    tmp_path: Path, own_detector_model: Path, draw_page: DrawPage, to_png: Encode
) -> None:
    page = to_png(draw_page({"Number 1984": (60, 80), "Total 12.50": (60, 240)}))
    ports = {task: _free_port() for task in ("detection", "recognition")}
    servers = [
        _start(tmp_path / task, own_detector_model, port, OCR_TASK=task, OCR_WORKERS="1")
        for task, port in ports.items()
    ]
    clients = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) for port in ports.values()]
    try:
        for server, client in zip(servers, clients, strict=True):
            _await_ready(server, client)
        found = clients[0].post("/invocations", content=page, headers={"Content-Type": "image/png"}).json()
        body = {"image": base64.b64encode(page).decode(), "pages": found["pages"]}
        read = clients[1].post("/invocations", json=body).json()
        whole = clients[0].post("/invocations", content=page, headers={TASK: "task=ocr"}).json()
    finally:
        for server, client in zip(servers, clients, strict=True):
            client.close()
            server.terminate()
            server.communicate(timeout=30)
    assert (found["task"], read["task"]) == ("detection", "recognition")
    assert found["detector"].startswith("sha256:")
    assert found["model"] == read["model"]
    assert read["pages"] == whole["pages"]
    assert "Number 1984" in [line["text"] for line in read["pages"][0]["lines"]]
