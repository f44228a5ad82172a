"""Folders that were labelled elsewhere open with their labels."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from labelling.local.folder import LabelledFolder
from ocr_processing.convert import convert
from ocr_processing.detect import find_readers
from ocr_processing.document import Document


@pytest.fixture
def icdar(tmp_path: Path) -> Path:
    """Two pages as SROIE has them; a polygon of the second crosses itself."""
    folder = tmp_path / "icdar"
    for name in ("img", "box"):
        (folder / name).mkdir(parents=True)
    for number, corners in enumerate(("15,20,200,20,200,55,15,55", "15,20,200,55,200,20,15,55")):
        cv2.imwrite(str(folder / f"img/{number}.jpg"), np.full((120, 300, 3), 230, np.uint8))
        (folder / f"box/{number}.csv").write_text(f"{corners},Total, {number}：香港\n", encoding="utf-8")
    return folder


def test_they_open_to_be_corrected(icdar: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    convert(icdar, new, "groundtruth")
    folder = LabelledFolder(new)
    lines: list[list[dict[str, Any]]] = [folder.task(number)["lines"] for number in (1, 2)]
    assert [[line["text"] for line in page] for page in lines] == [["Total, 0：香港"], ["Total, 1：香港"]]
    assert folder.next() is None
    mended = lines[1][0] | {"bb": lines[0][0]["bb"], "text": "mended"}
    folder.answer(2, {"annotations": [mended]})
    folder.labels.close()
    (reader,) = find_readers(new.resolve())
    documents = [item for item in reader.read() if isinstance(item, Document)]
    assert [line.text for document in documents for line in document.lines] == ["Total, 0：香港", "mended"]
