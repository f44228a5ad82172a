"""Pages that the tests look at and learn from."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import lmdb
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_training.detection.pp_ocrv3 import PACKAGE, pp_ocrv3_file

Page = NDArray[np.uint8]
Box = tuple[int, int, int, int]
WORDS = ("TOTAL", "12.50", "CASH", "thank you", "TEA", "9.90")


def draw_page(texts: Sequence[tuple[str, int, int]], height: int = 192, width: int = 256) -> tuple[Page, list[Box]]:
    """Dark OpenCV letters on light ground, uint8 [height, width, 3], and left, top, right, bottom of each text."""
    page = np.full((height, width, 3), 235, np.uint8)
    boxes = []
    for text, left, top in texts:
        (across, ascent), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)
        cv2.putText(page, text, (left, top + ascent), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2)
        boxes.append((left - 2, top - 2, left + across + 2, top + ascent + below // 2 + 2))
    return page, boxes


def region(box: Box, text: str = "TEXT") -> dict[str, Any]:
    """A region in PaddleOCR's form."""
    left, top, right, bottom = box
    return {"transcription": text, "points": [[left, top], [right, top], [right, bottom], [left, bottom]]}


def write_lmdb(folder: Path, pages: Sequence[tuple[bytes, Any]]) -> None:
    """Write a folder of pages as Preprocess would: encoded pictures, and regions or whatever a test wants there."""
    folder.mkdir(parents=True, exist_ok=True)
    with lmdb.open(str(folder), map_size=1 << 26) as env, env.begin(write=True) as records:
        for i, (encoded, regions) in enumerate(pages, start=1):
            records.put(b"image-%09d" % i, encoded)
            records.put(b"label-%09d" % i, regions if isinstance(regions, bytes) else json.dumps(regions).encode())
            records.put(b"meta-%09d" % i, json.dumps({"source": "drawn", "document": f"page-{i}"}).encode())
        records.put(b"num-samples", str(len(pages)).encode())


def random_pages(count: int, seed: int) -> list[tuple[bytes, Any]]:
    """Pages with three lines each."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        texts = [
            (WORDS[rng.integers(len(WORDS))], int(rng.integers(5, 100)), int(rng.integers(5, 25)) + 60 * row)
            for row in range(3)
        ]
        page, boxes = draw_page(texts)
        made.append((cv2.imencode(".png", page)[1].tobytes(), [region(box) for box in boxes]))
    return made


@pytest.fixture(scope="session")
def drawn_page() -> Callable[..., tuple[Page, list[Box]]]:
    return draw_page


@pytest.fixture(scope="session")
def write_pages() -> Callable[[Path, Sequence[tuple[bytes, Any]]], None]:
    return write_lmdb


@pytest.fixture(scope="session")
def pp_ocrv3() -> Path:
    """PP-OCRv3's detector in ONNX, from its wheel."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip(f"{PACKAGE} is for Python 3.11")
    path = pp_ocrv3_file()
    assert path, f"{PACKAGE} is not installed"
    return path


@pytest.fixture(scope="session")
def pages_of() -> Callable[[int, int], list[tuple[bytes, Any]]]:
    """Drawn pages with their regions: how many, and a seed."""
    return random_pages


@pytest.fixture
def detection_job(tmp_path: Path) -> Callable[..., Path]:
    """An /opt/ml with a detection channel and these hyperparameters; its base folder."""

    def make(train: int = 4, validation: int = 2, **hyperparameters: str) -> Path:
        base = tmp_path / "ml"
        for name, count, seed in (("train", train, 1), ("validation", validation, 2)):
            write_lmdb(base / "input/data/detection" / name / "pages-00000", random_pages(count, seed))
        config = base / "input/config"
        config.mkdir(parents=True)
        given = {"task": "detection", **hyperparameters}
        (config / "hyperparameters.json").write_text(json.dumps(given), encoding="utf-8")
        return base

    return make
