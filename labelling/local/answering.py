"""The local server without a browser: what a page opens with, sending texts as the page does, waiting for a person."""

import html
import http.client
import json
import re
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from labelling.errors import LabellingError
from labelling.functions.texts import FIELD, TYPES, Text

Line = tuple[str, Iterable[Iterable[float]]]
"""A text, and the four corners around it in pixels of the upright page."""

SECONDS = 1.0
"""Between two looks at what a person has done."""


def opened_texts(address: str, number: int) -> list[str]:
    """The texts that a page opens with: its labels, else what a model reads. Pages are numbered from 1.

    Raises LabellingError where they cannot be shown, or the model did not read the page.
    """
    page = _asked(address, "GET", f"/pages/{number}").decode()
    problem = json.loads(_asked(address, "GET", f"/pages/{number}/state"))["problem"]
    if problem:
        raise LabellingError(problem)
    (lines,) = re.findall(r'data-lines="([^"]*)"', page)
    return [line["text"] for line in json.loads(html.unescape(lines))]


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
            state = json.loads(_asked(address, "GET", "/pages/1/state"))
            labelled, pages = int(state["labelled"]), int(state["pages"])
            if labelled != before:
                told(f"{labelled} of {pages} pages are labelled")
            if labelled == pages:
                return labelled
            before = labelled
            pause(seconds)
    except KeyboardInterrupt:
        return max(before, 0)


def _asked(address: str, method: str, path: str, body: str | None = None) -> bytes:
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
    return content
