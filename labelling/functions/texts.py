"""The texts of a page, in the form in which they go to the worker's page, come from it, and stand in the manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelling.functions.polygon import LARGEST, Polygon, fault

TYPES = ("printed", "handwritten")
FIELD = "annotations"
"""The name of the worker page's one field."""

SOURCE_KEY = "source-ref"
METADATA_END = "-metadata"
PREFILL_KEY = "prefill"
"""What a model read of a page, in the input manifest: a page of the endpoint's answer."""

MOST_TEXTS = 2000
MOST_CHARACTERS = 2000


class AnswerError(ValueError):
    """A worker's answer, or a row of a manifest, that is not of this form."""


@dataclass(frozen=True)
class Text:
    """A polygon and what stands in it.

    `text` is as the worker typed it: every character, with the white space at its ends cut off; empty where nobody
    can read it. `bb` has four corners in pixels of the upright page.
    """

    text: str
    line_num: int
    type: str
    bb: Polygon

    def as_json(self) -> dict[str, Any]:
        """As the manifest has it; `line_num` is a string, as the handwriting solution writes it."""
        corners = [{"x": _number(x), "y": _number(y)} for x, y in self.bb]
        return {"text": self.text, "line_num": str(self.line_num), "type": self.type, "bb": corners}


def texts_of_answer(content: str | Mapping[str, Any]) -> list[Text]:
    """The texts of one worker's answer, `annotationData.content`.

    It is the JSON of the worker page's form; the value of its field is JSON once more. Raises AnswerError.
    """
    form = _loaded(content, "the answer")
    if not isinstance(form, Mapping) or FIELD not in form:
        found = ", ".join(sorted(form)) if isinstance(form, Mapping) else type(form).__name__
        raise AnswerError(f"the answer has {found or 'nothing'}; expected a form with the field {FIELD}")
    entries = _loaded(form[FIELD], FIELD)
    if not isinstance(entries, list):
        raise AnswerError(f"{FIELD} is {type(entries).__name__}; expected a list of texts")
    if len(entries) > MOST_TEXTS:
        raise AnswerError(f"{FIELD} has {len(entries)} texts; at most {MOST_TEXTS} are taken")
    return [text_of(entry, f"text {number}") for number, entry in enumerate(entries, start=1)]


def text_of(entry: Any, where: str, any_polygon: bool = False) -> Text:
    """One text, checked, with `any_polygon` but for the polygon's form. Raises AnswerError, which says `where`."""
    if not isinstance(entry, Mapping):
        raise AnswerError(f"{where} is {entry!r}; expected an object")
    text, kind = entry.get("text"), str(entry.get("type")).strip().lower()
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS or (not text.isascii() and not _is_unicode(text)):
        raise AnswerError(f"{where} has the text {text!r}; expected a string of at most {MOST_CHARACTERS} characters")
    if kind not in TYPES:
        raise AnswerError(f"{where} has the type {entry.get('type')!r}; expected one of {', '.join(TYPES)}")
    polygon = _polygon(entry.get("bb"), where)
    if not any_polygon and (problem := fault(polygon)) is not None:
        raise AnswerError(f"{where} has a polygon that {problem}: {polygon}")
    return Text(text.strip(), _line_number(entry.get("line_num"), where), kind, polygon)


def _polygon(corners: Any, where: str) -> Polygon:
    if not isinstance(corners, list) or len(corners) != 4:
        raise AnswerError(f"{where} has the corners {corners!r}; expected four objects with x and y")
    found: list[tuple[float, float]] = []
    for corner in corners:
        x, y = (_coordinate(corner.get(axis)) if isinstance(corner, Mapping) else None for axis in ("x", "y"))
        if x is None or y is None:
            raise AnswerError(f"{where} has the corner {corner!r}; expected x and y in pixels")
        found.append((x, y))
    return tuple(found)


def _coordinate(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= LARGEST else None


def _line_number(value: Any, where: str) -> int:
    digits = str(value).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) > 0):
        raise AnswerError(f"{where} has the line number {value!r}; expected 1 to 99999")
    return int(digits)


def _is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold it: half a surrogate pair is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _loaded(value: Any, what: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"{what} is not JSON: {error}") from error


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 1)
