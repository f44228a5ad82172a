import numpy as np
import pytest

from ocr_processing.dictionary import Dictionary
from ocr_processing.validate import (
    REASONS,
    ctc_columns,
    length_fault,
    polygon_fault,
    size_fault,
    text_fault,
)


@pytest.mark.parametrize(
    ("width", "height", "columns"),
    [(320, 32, 80), (100, 40, 20), (101, 40, 20), (1, 100, 2), (100_000, 32, 320)],
)
def test_columns_of_a_crop(width: int, height: int, columns: int) -> None:
    assert ctc_columns(width, height) == columns


def test_a_label_fits_when_it_has_a_column_for_each_character() -> None:
    assert length_fault("abcdefgh", 32, 32) is None
    fault = length_fault("abcdefghi", 32, 32)
    assert fault is not None
    assert fault.reason == "label-too-long"


def test_equal_neighbours_need_a_column_between_them() -> None:
    assert length_fault("aabb", 24, 32) is None
    fault = length_fault("aabba", 24, 32)
    assert fault is not None
    assert "5 characters need 7 columns" in fault.detail


def test_every_character_that_is_not_admitted_is_named_once() -> None:
    fault = text_fault("xAyAx", Dictionary(frozenset("A")))
    assert fault is not None
    assert fault.detail.startswith("'x' (U+0078), 'y' (U+0079) in ")


def test_the_space_is_always_admitted() -> None:
    assert text_fault("A A", Dictionary(frozenset("A"))) is None


def test_without_a_dictionary_what_can_be_seen_is_admitted() -> None:
    assert text_fault("Ünïcødé 身份證 €½😀", Dictionary()) is None


@pytest.mark.parametrize(
    ("corners", "reason"),
    [
        ([(10, 10), (90, 10), (90, 40), (10, 40)], None),
        ([(-2, 10), (90, 10), (90, 40), (-2, 40)], None),
        ([(-40, 10), (40, 10), (40, 40), (-40, 40)], "polygon-outside-image"),
        ([(10, 10), (10, 40), (90, 40), (90, 10)], "degenerate-polygon"),
        ([(10, 10), (90, 40), (90, 10), (10, 40)], "degenerate-polygon"),
        ([(10, 10), (90, 10), (170, 10), (10, 10)], "degenerate-polygon"),
        ([(10, 10), (90, 10), (90, 17), (10, 17)], "crop-too-small"),
    ],
)
def test_polygons(corners: list[tuple[int, int]], reason: str | None) -> None:
    fault = polygon_fault(np.array(corners, np.float32), 100, 50)
    assert (fault.reason if fault else None) == reason


def test_every_reason_is_explained() -> None:
    faults = [
        text_fault("", Dictionary()),
        text_fault("\u200b", Dictionary()),
        length_fault("long", 8, 32),
        size_fault(3, 3),
        polygon_fault(np.zeros((4, 2), np.float32), 10, 10),
        polygon_fault(np.array([(20, 20), (40, 20), (40, 40), (20, 40)], np.float32), 10, 10),
    ]
    assert all(fault is not None and fault.reason in REASONS for fault in faults)
