"""The notes that come with the notebooks: small, whole, and what the command of their README draws."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.document import Document
from ocr_processing.readers.gnhk import GnhkReader
from ocr_processing.synthesis import gnhk

SHIPPED = Path(__file__).parents[1] / "notebooks/data/handwriting"


def words(path: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_they_are_what_their_readme_says() -> None:
    counts = {split: len(list((SHIPPED / split).glob("*.jpg"))) for split in ("train", "test")}
    assert counts == {"train": 18, "test": 6}
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.*")) < 2_000_000
    assert "python -m ocr_processing.synthesis.gnhk --output" in (SHIPPED / "README.md").read_text(encoding="utf-8")
    hands = {split: {path.name.split("_")[1] for path in (SHIPPED / split).iterdir()} for split in counts}
    assert (len(hands["train"]), len(hands["test"])) == (9, 3)
    assert not hands["train"] & hands["test"]


def test_every_word_of_them_is_read() -> None:
    for split in ("train", "test"):
        pairs = tuple((path.with_suffix(".jpg"), path) for path in sorted((SHIPPED / split).glob("*.json")))
        pages = [item for item in GnhkReader(SHIPPED, SHIPPED / split, pairs).read() if isinstance(item, Document)]
        assert len(pages) == len(pairs)
        assert all(page.complete for page in pages)
        for page, (_, path) in zip(pages, pairs, strict=True):
            assert len(page.lines) + len(page.ignored) == len(words(path))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "handwriting"
    assert gnhk.main(["--output", str(folder)]) == 0
    return folder


def test_the_command_draws_them_again(drawn: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*_*.*")}

    assert files(drawn) == files(SHIPPED)
    for path in drawn.rglob("*.json"):
        shipped = SHIPPED / path.relative_to(drawn)
        for again, before in zip(words(path), words(shipped), strict=True):
            assert {key: again[key] for key in ("text", "line_idx", "type")} == {
                key: before[key] for key in ("text", "line_idx", "type")
            }
            # Another processor may round otherwise.
            assert all(abs(again["polygon"][key] - before["polygon"][key]) <= 1 for key in before["polygon"])
        pictures = [cv2.imread(str(file.with_suffix(".jpg"))) for file in (path, shipped)]
        first, second = (np.asarray(picture, np.float32) for picture in pictures)
        assert first.shape == second.shape
        assert np.abs(first - second).mean() < 2
