"""Pages are read in PaddleOCR's form, and what is wrong with them is found before the first step."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_training.checks.findings import Findings
from ocr_training.checks.page_checks import (
    check_page_pictures,
    check_regions,
    check_small_lines,
)
from ocr_training.checks.pictures import check_overlap
from ocr_training.config import read_config
from ocr_training.detection.identity import page_digest
from ocr_training.detection.inputs import read_detection
from ocr_training.detection.pages import LabelledPage, Region, read_pages
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import ALONE
from ocr_training.paths import TrainingPaths

Job = Callable[..., Path]
Pages = Callable[[int, int], list[tuple[bytes, Any]]]
Write = Callable[[Path, list[tuple[bytes, Any]]], None]


def square(left: float, top: float, side: float = 20) -> Region:
    corners = [[left, top], [left + side, top], [left + side, top + side], [left, top + side]]
    return Region(np.array(corners, np.float32))


def page(*regions: Region) -> LabelledPage:
    return LabelledPage(b"picture", regions, 100, 200, json.dumps({"document": "a.jpg"}).encode())


def test_pages_are_read_with_their_regions(tmp_path: Path, pages_of: Pages, write_pages: Write) -> None:
    written = pages_of(2, 5)
    written[0][1].append({"transcription": "###", "points": [[0, 0], [9, 0], [12, 5], [9, 9], [0, 9]]})
    write_pages(tmp_path / "pages-00000", written)
    first, second = read_pages(tmp_path).pages
    assert (first.height, first.width, first.lines, first.origin) == (192, 256, 3, "page-1")
    assert [region.ignored for region in first.regions] == [False, False, False, True]
    assert first.regions[3].polygon.shape == (5, 2)
    assert first.pixels().shape == (192, 256, 3)
    assert second.lines == 3


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (b"{", "not a list of regions"),
        (b'[{"transcription": "A"}]', "not a list of regions .*points"),
        (b'[{"transcription": "A", "points": [[1, 2], [3, 4]]}]', "expected three or more pairs"),
        (b'[{"transcription": "A", "points": [[1, 2], [3, NaN], [5, 6]]}]', "expected three or more pairs"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_label_of_another_form_is_named(
    tmp_path: Path, pages_of: Pages, write_pages: Write, label: bytes, message: str
) -> None:
    ((encoded, _),) = pages_of(1, 5)
    write_pages(tmp_path / "pages-00000", [(encoded, label)])
    records = read_pages(tmp_path)
    assert not records.pages
    with pytest.raises(UserError, match=message):
        raise UserError(records.unreadable[0])


def test_a_picture_that_is_none_is_named(tmp_path: Path, write_pages: Write) -> None:
    write_pages(tmp_path / "pages-00000", [(b"no picture", [])])
    assert "image-000000001 of" in read_pages(tmp_path).unreadable[0]


def test_regions_without_area_or_beyond_their_page_are_errors() -> None:
    findings = Findings()
    flat = Region(np.array([[1, 1], [50, 1], [90, 1]], np.float32))
    check_regions(findings, "train page", [page(square(0, 0), flat), page(square(195, 50), square(300, 300))])
    first, second = findings.errors
    assert "of a.jpg (200 x 100 pixels) has no area" in first
    assert "lies outside its page, more than half of it, as 1 others do" in second


def test_a_region_that_is_a_little_beyond_its_page_is_none() -> None:
    findings = Findings()
    check_regions(findings, "train page", [page(square(185, 50))])
    assert not findings.errors


def test_pages_without_a_line_are_an_error_when_all_are() -> None:
    findings = Findings()
    ignored = Region(square(0, 0).polygon, ignored=True)
    check_regions(findings, "train page", [page(ignored), page()])
    assert findings.errors == ["none of the 2 train pages has a line to find; label some"]


def test_lines_too_small_for_the_size_at_which_pages_are_looked_at_are_told() -> None:
    findings = Findings()
    large = LabelledPage(b"", (square(0, 0, 9), square(50, 0, 100)), 4000, 3000)
    check_small_lines(findings, [large])
    assert "1 of 2 training lines are less than 6 pixels high" in findings.notes[0]


def test_validation_pages_among_the_training_pages_are_an_error() -> None:
    findings = Findings()
    check_overlap(findings, [page()], [page()], 0.05, "pages")
    assert "1 of 1 validation pictures are among the training pages too: 100%" in findings.errors[0]


def test_a_picture_that_cannot_be_decoded_is_an_error() -> None:
    findings = Findings()
    check_page_pictures(findings, "train", [page()], 1.0)
    assert "the picture of the page 'a.jpg' cannot be decoded" in findings.errors[0]


def test_the_digest_tells_pages_apart() -> None:
    assert page_digest([page(square(0, 0))]) == page_digest([page(square(0, 0))])
    assert page_digest([page(square(0, 0))]) != page_digest([page(square(1, 0))])
    ignored = Region(square(0, 0).polygon, ignored=True)
    assert page_digest([page(square(0, 0))]) != page_digest([page(ignored)])


def found(base: Path) -> list[str]:
    paths, findings = TrainingPaths(base), Findings()
    read_detection(findings, paths, read_config(paths.hyperparameters), ALONE)
    return findings.errors


def test_a_task_without_its_channel_is_refused(detection_job: Job, tmp_path: Path) -> None:
    base = detection_job(detection_pretrained="none")
    (base / "input/data/detection").rename(tmp_path / "elsewhere")
    first, second = found(base)
    assert "there is no train folder in the detection channel" in first
    assert "there is no validation folder" in second


def test_a_dataset_without_places_is_refused_in_words(detection_job: Job) -> None:
    base = detection_job(train=0, detection_pretrained="none")
    (error,) = found(base)
    assert "holds no pages: no document says where its lines are" in error


def test_without_official_weights_in_the_image_they_cannot_be_asked_for(detection_job: Job) -> None:
    (error,) = found(detection_job(detection_pretrained="official"))
    assert "build it with PRETRAINED_DETECTOR_URL" in error
