"""`report.html`: the dataset to look at, in one file that needs nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_processing.build import Build
from ocr_processing.corpus import Corpus
from ocr_processing.dataset.histogram import SCALES, length_bars
from ocr_processing.dataset.statistics import PICTURES_PER_REASON, RARE, Sample
from ocr_processing.dataset.twins import Pair, shown_pairs
from ocr_processing.document import Document, UnreadableImageError
from ocr_processing.encode import encode_jpeg
from ocr_processing.examine import Rejected, small_picture
from ocr_processing.fingerprint import BITS
from ocr_processing.html_page import page_template
from ocr_processing.page import Page, PageLine
from ocr_processing.readers.images import is_image
from ocr_processing.split import LEARNED, SPLITS
from ocr_processing.validate import REASONS

PAGES_SHOWN = 3
PAGE_WIDTH = 900
PAGE_QUALITY = 80
CROP_HEIGHT = 40


@dataclass(frozen=True)
class ShownReject:
    """A row of the list of rejects."""

    document: str
    line: int | None
    text: str
    detail: str
    picture: str | None


def write_report(path: Path, build: Build, record: dict[str, Any], corpus: Corpus) -> None:
    """Write the report of the dataset that was built of `corpus`."""
    statistics = build.statistics
    html = page_template("ocr_processing.dataset", "report.html.j2").render(
        record=record,
        splits=SPLITS,
        bars=length_bars(statistics.lengths),
        longest=max(statistics.lengths, default=0),
        measures=[(scale, scale.bars(statistics.measures[scale.name])) for scale in SCALES],
        pairs=[_pair(pair, build) for pair in shown_pairs(build.groups.twins, corpus)],
        samples={split: [_sample(sample) for sample in statistics.samples[split]] for split in SPLITS},
        pages=[_page(page) for page in build.pages[:PAGES_SHOWN]],
        training_pages=[_page(page) for page in build.part.training_pages],
        learned=LEARNED,
        reasons=REASONS,
        rejects={
            reason: [_reject(rejected, corpus.root, place) for place, rejected in enumerate(listed)]
            for reason, listed in sorted(statistics.listed.items())
        },
        rare_below=RARE,
    )
    path.write_text(html, encoding="utf-8", newline="\n")


def _data_uri(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _sample(sample: Sample) -> dict[str, str]:
    record = sample.record
    return {
        "picture": _data_uri(record.image),
        "text": record.text,
        "field": record.field,
        "where": f"{sample.document}, line {record.line}",
    }


def _pair(pair: Pair, build: Build) -> dict[str, Any]:
    twin = pair.twin
    found = "the same, pixel for pixel: left out"
    if twin.kind == "near":
        found = f"{twin.distance} of {BITS} bits differ"
        if twin.document in build.groups.moved or twin.twin in build.groups.moved:
            found += f"; moved to {build.groups.moved.get(twin.document) or build.groups.moved[twin.twin]}"
    pictures = [None if picture is None else _data_uri(picture) for picture in pair.pictures]
    return {"documents": list(zip((twin.document, twin.twin), pictures, strict=True)), "found": found}


def _page(page: Page) -> dict[str, Any]:
    pixels = cv2.imdecode(np.frombuffer(page.image, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise UnreadableImageError(f"{page.document}: the page that was read before cannot be read again")
    height, width = pixels.shape[:2]
    scale = min(1.0, PAGE_WIDTH / width)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return {
        "document": page.document,
        "picture": _data_uri(encode_jpeg(np.asarray(small, np.uint8), PAGE_QUALITY)),
        "width": width,
        "height": height,
        "lines": [_outline(line, width, height) for line in page.lines],
        "ignored": [_points(corners) for corners in page.ignored],
    }


def _outline(line: PageLine, width: int, height: int) -> dict[str, str]:
    corners = line.polygon or ((0, 0), (width, 0), (width, height), (0, height))
    return {"points": _points(corners), "text": line.text, "field": line.field}


def _points(corners: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _reject(rejected: Rejected, documents: Path, place: int) -> ShownReject:
    reject = rejected.reject
    picture = rejected.picture
    if reject.line is None and place < PICTURES_PER_REASON:
        picture = _whole_picture(documents / reject.document) or picture
    return ShownReject(
        reject.document,
        reject.line,
        reject.text,
        reject.detail,
        None if picture is None else _data_uri(picture),
    )


def _whole_picture(path: Path) -> bytes | None:
    """A small copy of a rejected picture; None where there is none, which may be why it was rejected."""
    if not (is_image(path) and path.is_file()):
        return None
    try:
        return small_picture(Document(path.name, "", path, ()).pixels())
    except (UnreadableImageError, OSError):
        return None
