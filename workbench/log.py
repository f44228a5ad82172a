"""What a job or a server prints, from CloudWatch Logs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.polling import looks
from workbench.project import Project


@dataclass(frozen=True)
class LogLine:
    """One line, and when it was written."""

    time: datetime
    text: str


@dataclass(frozen=True)
class Log:
    """The lines of one log, oldest first."""

    name: str
    lines: tuple[LogLine, ...]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(line.text for line in self.lines)

    def last(self, count: int = 20) -> "Log":
        """The newest lines."""
        return Log(self.name, self.lines[-count:])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text or f"{self.name} has no lines yet"


def read_log(project: Project, group: str, stream_prefix: str = "") -> Log:
    """The lines of all streams of a group whose names begin so; none where there is nothing yet."""
    lines = [line for stream in _streams(project, group, stream_prefix) for line in _lines(project, group, stream)]
    return Log(f"{group}/{stream_prefix}", tuple(sorted(lines, key=lambda line: line.time)))


def follow_log(project: Project, group: str, stream_prefix: str, has_ended: Callable[[], bool]) -> Iterator[LogLine]:
    """The lines as they come, until `has_ended` and no more are there."""
    tokens: dict[str, str] = {}
    for _ in looks():
        is_last = has_ended()
        streams = _streams(project, group, stream_prefix)
        new = [line for stream in streams for line in _lines(project, group, stream, tokens)]
        yield from sorted(new, key=lambda line: line.time)
        if is_last:
            return


def _streams(project: Project, group: str, prefix: str) -> list[str]:
    logs = project.client("logs")
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=group, **({"logStreamNamePrefix": prefix} if prefix else {})
    )
    try:
        return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def _lines(project: Project, group: str, stream: str, tokens: dict[str, str] | None = None) -> Iterator[LogLine]:
    """The lines after the stream's token, which is moved on. The same token twice is CloudWatch's sign of the end."""
    tokens = {} if tokens is None else tokens
    logs = project.client("logs")
    while True:
        after: dict[str, Any] = {"nextToken": tokens[stream]} if stream in tokens else {}
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **after)
        for event in answer["events"]:
            yield LogLine(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"])
        token = answer["nextForwardToken"]
        if token == tokens.get(stream):
            return
        tokens[stream] = token
