"""A log file's lines in CloudWatch Logs, where whoever does not sit at this machine looks for them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TRAINING_GROUP = "/aws/sagemaker/TrainingJobs"
PROCESSING_GROUP = "/aws/sagemaker/ProcessingJobs"

POLL_SECONDS = 0.5
MOST_LINES = 1000


@contextmanager
def shipped(logs: Any, group: str, stream: str, log: Path) -> Iterator[None]:
    """Put the lines that are written to `log` from now on into a new log stream, until the context ends.

    `logs` is boto3's client of CloudWatch Logs.
    """
    _ensure_stream(logs, group, stream)
    begun = log.stat().st_size if log.exists() else 0
    ended = threading.Event()
    shipper = _Shipper(logs, group, stream, log, begun)
    thread = threading.Thread(target=shipper.run, args=(ended,), name=f"log-{stream}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class _Shipper:
    """Where in the file and in the stream it is."""

    def __init__(self, logs: Any, group: str, stream: str, log: Path, position: int):
        self._logs = logs
        self._names = {"logGroupName": group, "logStreamName": stream}
        self._log = log
        self._position = position
        self._rest = b""

    def run(self, ended: threading.Event) -> None:
        """Ship until `ended`, and what is there then."""
        is_last = False
        while not is_last:
            is_last = ended.wait(POLL_SECONDS)
            self._ship(is_last=is_last)

    def _ship(self, *, is_last: bool) -> None:
        if not self._log.exists():
            return
        with self._log.open("rb") as file:
            file.seek(self._position)
            content = file.read()
        self._position += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        if is_last:
            lines.append(self._rest)
        now = int(time.time() * 1000)
        # CloudWatch takes no empty event.
        texts = [text for line in lines if (text := line.decode("utf-8", "replace").rstrip("\r"))]
        for first in range(0, len(texts), MOST_LINES):
            events = [{"timestamp": now, "message": text} for text in texts[first : first + MOST_LINES]]
            self._logs.put_log_events(**self._names, logEvents=events)


def _ensure_stream(logs: Any, group: str, stream: str) -> None:
    exists = logs.exceptions.ResourceAlreadyExistsException
    for create, names in (
        (logs.create_log_group, {"logGroupName": group}),
        (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
    ):
        try:
            create(**names)
        except exists:
            continue
