"""Runs one container's process to its end and says how it ended."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.clients import client
from sandbox.environment import child_environment
from sandbox.images import Images
from sandbox.job_folder import JobFolder
from sandbox.layout import Layout
from sandbox.processes import Children
from sandbox.settings import Settings
from sandbox.storage import Storage

ALGORITHM_ERROR = "AlgorithmError"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"


class JobFailed(Exception):  # noqa: N818 - the state's name in SageMaker
    """A job that did not succeed; `kind` is what retry policies look at."""

    def __init__(self, reason: str, kind: str = ALGORITHM_ERROR):
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


@dataclass(frozen=True)
class JobTimes:
    """When the container's process began and ended."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class JobContext:
    """What every job needs from the sandbox."""

    settings: Settings
    endpoint_url: str
    images: Images
    children: Children

    @property
    def storage(self) -> Storage:
        """The sandbox's S3."""
        return Storage(client("s3", self.settings, self.endpoint_url))

    @property
    def client(self) -> Any:
        """boto3's SageMaker client: requests through it are checked against the service's own model."""
        return client("sagemaker", self.settings, self.endpoint_url)

    @property
    def layout(self) -> Layout:
        """Folders of this sandbox."""
        return Layout(self.settings.state_folder)

    def folder(self, job_name: str) -> JobFolder:
        """A fresh emulated `/opt/ml`."""
        folder = JobFolder(self.layout.jobs / job_name)
        folder.create()
        return folder


@dataclass(frozen=True)
class Container:
    """One container run: what, with which environment, for how long, where its log goes."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    failure_file: str
    max_seconds: float | None = None


def run_container(context: JobContext, folder: JobFolder, container: Container, stop: threading.Event) -> JobTimes:
    """Run the process to its end.

    Raises JobFailed with the job's own last sentence when it exits non-zero, with an internal error when
    it was killed (what the machine does when memory runs out), and when it ran too long or was stopped.
    """
    environment = child_environment(
        context.settings,
        context.endpoint_url,
        {**container.environment, "SAGEMAKER_BASE_DIR": str(folder.base)},
    )
    start = datetime.now(UTC)
    process = context.children.start(container.command, environment=environment, folder=folder.root, log=container.log)
    _wait(context, process, container, stop)
    code = context.children.wait(process)
    times = JobTimes(start, datetime.now(UTC))
    if code < 0:
        said = folder.said(container.failure_file, container.log)
        message = f"the container was killed by signal {-code}; it last said: {said}"
        raise JobFailed(message, INTERNAL_ERROR)
    if code != 0:
        said = folder.said(container.failure_file, container.log)
        raise JobFailed(said or f"the container exited with {code} and said nothing")
    return times


def _wait(context: JobContext, process: "subprocess.Popen[bytes]", container: Container, stop: threading.Event) -> None:
    end = time.monotonic() + container.max_seconds if container.max_seconds else None
    while process.poll() is None:
        if stop.wait(0.05):
            context.children.stop(process)
            message = "stopped"
            raise JobFailed(message, "Stopped")
        if end is not None and time.monotonic() > end:
            context.children.stop(process)
            message = f"the container ran longer than MaxRuntimeInSeconds, {container.max_seconds:.0f} s"
            raise JobFailed(message, "MaxRuntimeExceeded")
