"""The OCR server as a container and as a process: how soon it answers, and what it answers."""

import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from images.docker import docker, docker_command
from images.errors import ImageError

DEADLINE_SECONDS = 60.0
PAUSE_SECONDS = 0.01


def seconds_to_ping(reference: str, model: Path) -> float:
    """Seconds from ``docker run IMAGE serve`` to the first 200 of ``/ping``, Docker's own share included.

    Raises:
        ImageError: the server ended or did not answer in time.
    """
    start = time.perf_counter()
    with container(reference, model):
        return time.perf_counter() - start


def read_by_container(reference: str, model: Path, page: bytes) -> bytes:
    """The body with which the image's server answers a page.

    Raises:
        ImageError: the server ended, did not answer in time, or refused the page.
    """
    with container(reference, model) as address:
        return _read(address, page)


def read_by_process(model: Path, page: bytes) -> bytes:
    """The body with which the server answers a page when it runs as a process of this Python.

    Raises:
        ImageError: as for the container.
    """
    with _process(model) as address:
        return _read(address, page)


@contextmanager
def container(reference: str, model: Path) -> Iterator[str]:
    """Run the server as the platform does, on a read-only root; yields its address once ``/ping`` is 200.

    Raises:
        ImageError: it ended or did not answer in time.
    """
    port, name = _free_port(), f"images-report-{uuid.uuid4().hex[:12]}"
    command = [docker_command(), "run", "--rm", "--read-only", f"--name={name}", f"--publish=127.0.0.1:{port}:8080"]
    command += [f"--volume={model}:/opt/ml/model:ro", reference, "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:  # noqa: S603
        try:
            yield _answering(server, port)
        finally:
            if server.poll() is None:
                docker("stop", "--time=30", name)


@contextmanager
def _process(model: Path) -> Iterator[str]:
    port = _free_port()
    own = {"SAGEMAKER_BASE_DIR": str(model.parent), "OCR_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": str(port)}
    command = [sys.executable, "-m", "ocr_inference", "serve"]
    with subprocess.Popen(  # noqa: S603  this Python, our own arguments
        command, env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            yield _answering(server, port)
        finally:
            server.terminate()


def _answering(server: "subprocess.Popen[str]", port: int) -> str:
    """Wait for the first 200 of ``/ping``; returns the server's address."""
    address = f"http://127.0.0.1:{port}"
    give_up = time.monotonic() + DEADLINE_SECONDS
    with httpx.Client(trust_env=False, timeout=DEADLINE_SECONDS) as client:
        while time.monotonic() < give_up:
            if server.poll() is not None:
                said = server.stdout.read().strip() if server.stdout else ""
                raise ImageError(f"The server ended with exit code {server.returncode} before /ping was 200: {said}")
            if _ready(client, address):
                return address
            time.sleep(PAUSE_SECONDS)
    raise ImageError(f"/ping was not 200 within {DEADLINE_SECONDS:.0f} s.")


def _ready(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(f"{address}/ping").status_code == httpx.codes.OK
    except httpx.TransportError:  # Nobody listens yet.
        return False


def _read(address: str, page: bytes) -> bytes:
    answer = httpx.post(
        f"{address}/invocations",
        content=page,
        headers={"Content-Type": "image/jpeg"},
        timeout=DEADLINE_SECONDS,
        trust_env=False,
    )
    if answer.status_code != httpx.codes.OK:
        raise ImageError(f"The server refused the page with {answer.status_code}: {answer.text}")
    # How long it took is not what was read.
    return re.sub(rb',"timings_ms":\{[^}]*\}', b"", answer.content)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
