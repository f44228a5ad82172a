"""What can be wrong with the pages of the detection channel."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.checks.findings import Findings
from ocr_training.checks.pictures import undecodable
from ocr_training.detection.maps import LEAST_SIDE
from ocr_training.detection.page_size import page_scale
from ocr_training.detection.pages import LabelledPage, count_lines

LEAST_AREA = 1.0
"""Square pixels; less is no region."""
LEAST_INSIDE = 0.5
"""Share of a region that must be on its page."""
MANY_SMALL = 0.1
"""Share of the lines from which on it is told that they are too small."""


def check_regions(findings: Findings, name: str, pages: Sequence[LabelledPage]) -> None:
    """Errors: regions without area, regions beyond their page, and no line to find on any page."""
    flat: list[str] = []
    outside: list[str] = []
    for page in pages:
        for region in page.regions:
            area = cv2.contourArea(cv2.convexHull(region.polygon))
            if area < LEAST_AREA:
                flat.append(_named(page, region.polygon))
            elif _area_inside(region.polygon, page.height, page.width) < LEAST_INSIDE * area:
                outside.append(_named(page, region.polygon))
    for found, what in ((flat, "has no area"), (outside, "lies outside its page, more than half of it")):
        if found:
            also = f", as {len(found) - 1} others do" if len(found) > 1 else ""
            findings.errors.append(f"the {name} region {found[0]} {what}{also}; prepare the dataset anew")
    if pages and not count_lines(pages):
        findings.errors.append(f"none of the {len(pages)} {name}s has a line to find; label some")


def check_small_lines(findings: Findings, pages: Sequence[LabelledPage]) -> None:
    """Note: training lines that are too small to be learned at the size at which pages are looked at."""
    lines = small = 0
    for page in pages:
        scale = page_scale(page.height, page.width)
        for region in page.regions:
            if not region.ignored:
                lines += 1
                small += min(cv2.minAreaRect(region.polygon)[1]) * scale < LEAST_SIDE
    if lines and small > MANY_SMALL * lines:
        findings.notes.append(
            f"{small} of {lines} training lines are less than {LEAST_SIDE:g} pixels high at the size at which the "
            "reader looks at their pages, and are not learned"
        )


def check_page_pictures(findings: Findings, name: str, pages: Sequence[LabelledPage], seconds: float) -> None:
    """Error: pictures that cannot be decoded, of as many as the time allows, in random order; a note when not all."""
    broken, read = undecodable(findings, name, pages, seconds)
    if broken:
        findings.errors.append(f"{name}: {broken[0][1]}; it is one of {len(broken)} among {read} that were tried")


def _area_inside(polygon: NDArray[np.float32], height: int, width: int) -> float:
    page = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    area, _ = cv2.intersectConvexConvex(cv2.convexHull(polygon), page)
    return float(area)


def _named(page: LabelledPage, polygon: NDArray[np.float32]) -> str:
    return f"{polygon.round(1).tolist()} of {page.origin or 'a page'} ({page.width} x {page.height} pixels)"
