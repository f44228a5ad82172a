"""One real server of an inference image, and the way to it over HTTP."""

import http.client
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.endpoints.model import ServedModel
from sandbox.files import last_line
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.job import JobContext
from sandbox.jobs.runners import Container, RunningContainer
from sandbox.jobs.storage import unpack

# SageMaker gives a container eight minutes to answer its first /ping, and a request sixty seconds.
STARTUP_SECONDS = 480.0
REQUEST_SECONDS = 60.0


class ServerFailed(Exception):  # noqa: N818 - the state's name in SageMaker
    """The server never became healthy; the message is its own last line."""


@dataclass(frozen=True)
class Answer:
    """What a server said to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class EndpointServer:
    """A running server of one model."""

    running: RunningContainer
    port: int
    log: Path
    model: ServedModel
    seconds_to_ready: float

    def request(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST /invocations. Raises OSError or http.client.HTTPException when no answer comes."""
        return _request(self.port, "POST", "/invocations", body, headers, REQUEST_SECONDS)


def start_server(context: JobContext, name: str, model: ServedModel, stop: threading.Event) -> EndpointServer:
    """Fetch the model, start the image with `serve` and wait until `/ping` answers 200.

    Raises ServerFailed when the server ends, takes too long, or `stop` is set meanwhile.
    """
    folder = JobFolder(context.layout.endpoints / name)
    folder.create()
    context.storage.download(model.model_data_url, folder.root)
    unpack(folder.root / Path(model.model_data_url).name, folder.base / "model")
    log = context.layout.logs / "endpoints" / f"{name}.log"
    port = _free_port()
    begun = time.monotonic()
    # The person at this machine may look at what every endpoint reads; what a model's environment says comes first.
    environment = {"OCR_PLAYGROUND": "true", **model.environment}
    container = Container(name, model.image, folder, log, environment, arguments=("serve",))
    running = context.start_server(container, port)
    try:
        _wait_until_healthy(running, port, log, stop)
    except ServerFailed:
        running.stop()
        raise
    return EndpointServer(running, port, log, model, time.monotonic() - begun)


def _wait_until_healthy(running: RunningContainer, port: int, log: Path, stop: threading.Event) -> None:
    end = time.monotonic() + STARTUP_SECONDS
    while True:
        code = running.poll()
        if code is not None:
            ended = running.fault(code) or f"the server ended with {code}"
            message = f"{ended} before /ping was 200: {last_line(log)}"
            raise ServerFailed(message)
        if _is_healthy(port):
            return
        if time.monotonic() > end:
            message = f"/ping did not answer 200 within {STARTUP_SECONDS:.0f} s: {last_line(log)}"
            raise ServerFailed(message)
        if stop.wait(0.1):
            message = "the endpoint was deleted while it was being created"
            raise ServerFailed(message)


def _is_healthy(port: int) -> bool:
    try:
        return _request(port, "GET", "/ping", b"", {}, 2.0).status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def _request(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
