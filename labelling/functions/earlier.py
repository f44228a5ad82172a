"""What is known of a page before a person labels it."""

from collections.abc import Mapping
from typing import Any

from labelling.functions.polygon import fault
from labelling.functions.texts import (
    METADATA_END,
    PREFILL_KEY,
    SOURCE_KEY,
    TYPES,
    AnswerError,
    Text,
    text_of,
)


def earlier_texts(row: Mapping[str, Any]) -> list[Text] | None:
    """The labels that a row has of an earlier job, of the newest where there are several; None where it has none.

    A polygon that could not be drawn on the page is among them: the page asks for another. Raises AnswerError for
    labels of this form that are wrong in themselves.
    """
    job = earlier_job(row)
    if job is None:
        return None
    entries = enumerate(row[job]["texts"], start=1)
    return [text_of(entry, f"{job}, text {number}", any_polygon=True) for number, entry in entries]


def earlier_job(row: Mapping[str, Any]) -> str | None:
    """The name of the attribute that holds the newest job's labels; None where there is none."""
    jobs = [
        name
        for name, value in row.items()
        if name not in (SOURCE_KEY, PREFILL_KEY)
        and not name.endswith(METADATA_END)
        and isinstance(value, Mapping)
        and isinstance(value.get("texts"), list)
    ]
    return max(jobs, key=lambda name: str((row.get(name + METADATA_END) or {}).get("creation-date", "")), default=None)


def read_texts(page: Any, kind: str = TYPES[0]) -> list[dict[str, Any]]:
    """The lines of a page of the endpoint's answer, as the worker's page takes them, with the model's confidence.

    A line of the model's whose box cannot be cut out is left out: the person draws it anew. `kind` is the type of the
    lines where the page does not name one. Raises AnswerError where `page` is no page of an answer.
    """
    if page is None:
        return []
    if not isinstance(page, Mapping) or not isinstance(page.get("lines"), list):
        raise AnswerError(f"{PREFILL_KEY} is not a page of the endpoint's answer; expected an object with lines")
    found: list[dict[str, Any]] = []
    for line in page["lines"]:
        polygon = tuple((round(max(0.0, float(x)), 1), round(max(0.0, float(y)), 1)) for x, y in line["box"])
        if len(polygon) == 4 and fault(polygon) is None:
            text = Text(str(line.get("text", "")).strip(), len(found) + 1, page.get("type", kind), polygon)
            found.append({**text.as_json(), "confidence": round(float(line["confidence"]), 3)})
    return found
