"""An MLflow server of this machine, for whoever has none: on loopback, with its files in a folder."""

import atexit
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError

START_SECONDS = 180.0
_ALONE = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}


@dataclass(frozen=True)
class TrackingServer:
    """A running MLflow server: its address is what MLFLOW_TRACKING_URI must be."""

    address: str
    process: "subprocess.Popen[bytes]" = field(repr=False)

    def stop(self) -> None:
        """End it; its files stay."""
        self.process.terminate()
        self.process.wait()


def mlflow_server(folder: Path) -> TrackingServer:
    """Start MLflow's own server over `folder`; it ends with this process.

    Raises WorkbenchError with its last lines when it does not come up.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - MLflow's own command
            command,
            env={**os.environ, **_ALONE},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    atexit.register(process.terminate)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > end:
            process.terminate()
            said = "\n".join(log.read_text("utf-8", "replace").splitlines()[-10:])
            message = f"the MLflow server did not come up; its log {log} ends with:\n{said}"
            raise WorkbenchError(message)
        time.sleep(0.2)
    return TrackingServer(address, process)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
