"""From pages to the JSON that callers get."""

from collections.abc import Sequence
from typing import Any

from ocr_inference.reader import Line, Page
from ocr_inference.request import Task


def encode_response(pages: Sequence[Page], model: str, task: Task) -> dict[str, Any]:
    """Return the answer's JSON: lines in reading order, boxes in pixels clockwise from the top left."""
    return {"pages": [_page(page) for page in pages], "model": model, "task": task.value}


def _page(page: Page) -> dict[str, Any]:
    return {"width": page.width, "height": page.height, "lines": [_line(line) for line in page.lines]}


def _line(line: Line) -> dict[str, Any]:
    text = {} if line.text is None else {"text": line.text}
    box = [[round(float(x), 1), round(float(y), 1)] for x, y in line.polygon]
    return {**text, "confidence": round(line.confidence, 4), "box": box}
