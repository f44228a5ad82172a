"""The local server without a browser: sending a page's texts as the page does, and waiting for a person's."""

import http.client
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from labelling.errors import LabellingError
from labelling.functions.texts import FIELD, TYPES, Text

Line = tuple[str, Iterable[Iterable[float]]]
"""A text, and the four corners around it in pixels of the upright page."""

SECONDS = 1.0
"""Between two looks at what a person has done."""


def answer_page(address: str, number: int, lines: Iterable[Line], kind: str = TYPES[0]) -> None:
    """Submit a page's lines, all of the type `kind`. Pages are numbered from 1, as their names are sorted.

    Raises LabellingError where the server does not take them.
    """
    texts = [
        Text(text, place, kind, tuple((round(float(x), 1), round(float(y), 1)) for x, y in polygon)).as_json()
        for place, (text, polygon) in enumerate(lines, start=1)
    ]
    _asked(address, "POST", f"/answers/{number}", json.dumps({FIELD: json.dumps(texts)}))


def wait_for_labels(
    address: str,
    told: Callable[[str], None] = print,
    seconds: float = SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Tell how many pages are labelled whenever one is, until all are or Ctrl+C (a kernel's interrupt); how many are.

    Raises LabellingError where the server does not answer.
    """
    before = -1
    try:
        while True:
            state = _asked(address, "GET", "/pages/1/state")
            labelled, pages = int(state["labelled"]), int(state["pages"])
            if labelled != before:
                told(f"{labelled} of {pages} pages are labelled")
            if labelled == pages:
                return labelled
            before = labelled
            pause(seconds)
    except KeyboardInterrupt:
        return max(before, 0)


def _asked(address: str, method: str, path: str, body: str | None = None) -> Mapping[str, Any]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        # As the server's own page: another's answers are refused.
        connection.request(method, path, body, {"Content-Type": "application/json", "Origin": address})
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise LabellingError(f"The server at {address} does not answer ({error}): is it still running?") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        said = content[:500].decode("utf-8", "replace")
        raise LabellingError(f"The server at {address} refused {path} ({answer.status}): {said}")
    found: Mapping[str, Any] = json.loads(content)
    return found
