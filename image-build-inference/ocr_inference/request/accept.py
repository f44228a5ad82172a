"""Which form of answer a caller accepts."""

import re
from collections.abc import Sequence
from enum import StrEnum

from ocr_inference.request.error import RequestError


class AnswerForm(StrEnum):
    """A form of answer, by its media type."""

    JSON = "application/json"
    JSON_LINES = "application/jsonlines"
    TEXT = "text/plain"


OTHER_NAMES = {
    "application/x-jsonlines": AnswerForm.JSON_LINES,
    "application/jsonl": AnswerForm.JSON_LINES,
    "application/x-ndjson": AnswerForm.JSON_LINES,
}
"""JSON Lines has no registered media type; these are in use."""

RANGE = re.compile(r"\s*([a-z0-9!#$&^_.+-]+|\*)/([a-z0-9!#$&^_.+-]+|\*)\s*((?:;[^,]*)?)", re.IGNORECASE)
QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
LONGEST_QUOTED = 80


def choose_form(accept: str, offered: Sequence[AnswerForm]) -> AnswerForm:
    """Choose what the caller likes best (RFC 9110, section 12.5.1), the first offered where that leaves a choice.

    No header, or nothing in it that can be understood, accepts anything.

    Raises:
        RequestError: 406 when nothing that is offered is acceptable.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    qualities = {form: _quality(form, ranges) for form in offered}
    best = max(offered, key=qualities.__getitem__)  # the first of the best, as max is stable
    if qualities[best] <= 0:
        raise RequestError(
            406, f"Nothing that {accept[:LONGEST_QUOTED]!r} accepts can be made of this: accept {' or '.join(offered)}."
        )
    return best


def is_json_lines(media_type: str) -> bool:
    """Whether this is one of the names of JSON Lines."""
    return media_type == AnswerForm.JSON_LINES or media_type in OTHER_NAMES


def _ranges(accept: str) -> dict[str, float]:
    """The quality of each media range; what is no media range is left out."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        match = RANGE.fullmatch(part)
        if match is None or (match[1] == "*" and match[2] != "*"):
            continue
        media_range = f"{match[1]}/{match[2]}".lower()
        quality = QUALITY.search(match[3])
        if quality is None and re.search(r";\s*q\s*=", match[3], re.IGNORECASE):
            continue
        value = float(quality[1]) if quality else 1.0
        name = str(OTHER_NAMES.get(media_range, media_range))
        found[name] = max(value, found.get(name, 0.0))
    return found


def _quality(form: AnswerForm, ranges: dict[str, float]) -> float:
    """The quality of a form: the most specific range decides."""
    for media_range in (form.value, form.value.partition("/")[0] + "/*", "*/*"):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0
