"""A request and its answer, without HTTP and without the pictures' pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """The body of an invocation and the headers that matter."""

    body: bytes
    content_type: str = ""
    attributes: str = ""
    accept: str = ""


@dataclass(frozen=True)
class Reply:
    """What the caller gets."""

    status: int
    media_type: str
    content: bytes
    summary: str = ""
    """For the log: sizes and counts, never texts."""


def refusal(status: int, sentence: str) -> Reply:
    """An error as callers get it, which the log has too."""
    import pydantic_core

    return Reply(status, "application/json", pydantic_core.to_json({"error": sentence}), f"status={status} {sentence}")
