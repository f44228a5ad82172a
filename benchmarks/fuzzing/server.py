"""The real server, as the image starts it, on a loopback port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60.0
STOP_SECONDS = 30.0
PAUSE_SECONDS = 0.1


class ServerError(Exception):
    """The server did not start; the message says what it said."""


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, its process and the file it logs to."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def sound(self) -> bool:
        """Whether it still runs and says that it can read."""
        if self.process.poll() is not None:
            return False
        try:
            return httpx.get(f"{self.address}/ping", trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stack_traces(self) -> int:
        """How many stack traces its log holds."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("Traceback (most recent call last)")


@contextmanager
def serving(model: Path, log: Path) -> Iterator[Server]:
    """Serve the model until the end of the block.

    Raises:
        ServerError: it ended, or was not ready in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"SAGEMAKER_BASE_DIR": str(model.parent), "OCR_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": str(port)}
    command = [sys.executable, "-m", "ocr_inference", "serve"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, env={**os.environ, **own}, stdout=output, stderr=output)  # noqa: S603
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _await(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(server: Server) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not server.sound:
        if server.process.poll() is not None or time.monotonic() > give_up:
            raise ServerError(f"The server was not ready: {server.log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(PAUSE_SECONDS)
