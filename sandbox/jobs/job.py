"""Runs one container to its end and says how it ended."""

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.clients import client
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.log_stream import shipped
from sandbox.jobs.runners import Container, Launch, Runner, RunningContainer
from sandbox.jobs.storage import Storage
from sandbox.layout import Layout
from sandbox.processes.children import Children
from sandbox.settings import Settings

ALGORITHM_ERROR = "AlgorithmError"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
# For the other hosts of a job to notice that one has failed, and to say so.
LOST_HOST_SECONDS = 10.0


class JobFailed(Exception):  # noqa: N818 - the state's name in SageMaker
    """A job that did not succeed; `kind` is what retry policies look at."""

    def __init__(self, reason: str, kind: str = ALGORITHM_ERROR):
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


@dataclass(frozen=True)
class JobTimes:
    """When the container began and ended."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class JobContext:
    """What every job needs from the sandbox."""

    settings: Settings
    endpoint_url: str
    runner: Runner
    children: Children
    own_jobs: set[str] = field(default_factory=set)
    """Names of the jobs that the sandbox itself creates, for steps of executions."""

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

    def log_stream(self, group: str, name: str, log: Path) -> AbstractContextManager[None]:
        """Puts what a container writes to `log` into CloudWatch Logs, into a stream that begins with `name`."""
        logs = client("logs", self.settings, self.endpoint_url)
        return shipped(logs, group, f"{name}-{time.time_ns() // 1_000_000}", log)

    def folder(self, job_name: str) -> JobFolder:
        """A fresh emulated `/opt/ml`."""
        folder = JobFolder(self.layout.jobs / job_name)
        folder.create()
        return folder

    def start_job(self, container: Container) -> RunningContainer:
        """Start a job. Raises SandboxError for an unknown image, RuntimeError when the sandbox is stopping."""
        return self._start(container, self.runner.job(container))

    def start_server(self, container: Container, port: int) -> RunningContainer:
        """Start a server that answers at `port` of 127.0.0.1. Raises as `start_job` does."""
        return self._start(container, self.runner.server(container, port))

    def _start(self, container: Container, launch: Launch) -> RunningContainer:
        process = self.children.start(
            launch.command, environment=launch.environment, folder=container.folder.root, log=container.log
        )
        return RunningContainer(container, process, self.children, self.runner)


def run_hosts(
    context: JobContext,
    containers: Sequence[Container],
    stop: threading.Event,
    *,
    failure_file: str,
    max_seconds: float | None = None,
) -> JobTimes:
    """Run one container for each host of a job to their end. The failure of one ends them all.

    Raises JobFailed with the job's own last sentence when a host exits non-zero, with an internal error when it
    was killed (what the machine does when memory runs out), and when it ran too long or was stopped. Of several
    that failed, one that was killed is the reason, else the first host.
    """
    start = datetime.now(UTC)
    running: list[RunningContainer] = []
    try:
        for container in containers:
            running.append(context.start_job(container))  # noqa: PERF401 - those that did start must be stopped
        codes = _wait(running, stop, max_seconds)
    finally:
        for host in running:
            if host.poll() is None:
                host.stop()
            else:
                host.wait()
    if not any(codes):
        return JobTimes(start, datetime.now(UTC))
    reasons = [(host.fault(code), code, host.container) for host, code in zip(running, codes, strict=True) if code]
    fault, code, container = next((reason for reason in reasons if reason[0]), reasons[0])
    said = container.folder.said(failure_file, container.log)
    if fault is not None:
        message = f"{fault}; it last said: {said}"
        raise JobFailed(message, INTERNAL_ERROR)
    raise JobFailed(said or f"the container exited with {code} and said nothing")


def _wait(running: Sequence[RunningContainer], stop: threading.Event, max_seconds: float | None) -> list[int | None]:
    """Wait until all have ended, or one has failed and the others had their time to; the exit codes there are."""
    end = time.monotonic() + max_seconds if max_seconds else None
    deadline = float("inf")
    while True:
        codes = [host.poll() for host in running]
        if None not in codes or time.monotonic() > deadline:
            return codes
        if any(codes):
            deadline = min(deadline, time.monotonic() + LOST_HOST_SECONDS)
        if stop.wait(0.05):
            message = "stopped"
            raise JobFailed(message, "Stopped")
        if end is not None and time.monotonic() > end:
            message = f"the container ran longer than MaxRuntimeInSeconds, {max_seconds:.0f} s"
            raise JobFailed(message, "MaxRuntimeExceeded")
