"""Draws a page of many lines beside what was read of it, in its places."""

from pathlib import Path
from typing import Any

from sandbox.demo.picture import READ, WRONG
from sandbox.demo.reading import FieldReading, LabelledPage
from workbench.picture import Mark, draw, gallery


def draw_overlay(page: LabelledPage, readings: list[FieldReading], answer: dict[str, Any], target: Path) -> None:
    """Write a PNG: at the left the page with its labelled lines framed, at the right with what was read over it.

    Green is read exactly, red is not.
    """
    labels = [
        Mark("", reading.line.polygon, READ if reading.is_exact else WRONG)
        for reading in readings
        if reading.line.polygon is not None
    ]
    found = [Mark(line["text"], [(x, y) for x, y in line["box"]]) for part in answer["pages"] for line in part["lines"]]
    framed, written = draw(page.image, labels), draw(page.image, found, over=True)
    gallery([framed, written], columns=2, width=framed.image.width).save(target)
