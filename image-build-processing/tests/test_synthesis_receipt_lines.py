import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_processing.crop import TALL
from ocr_processing.document import Image
from ocr_processing.synthesis.charset import LATIN
from ocr_processing.synthesis.fonts import FontError, find_fonts
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.printer import printed
from ocr_processing.synthesis.receipt_lines import framed
from ocr_processing.synthesis.receipt_text import GRAMMAR, MAX_LENGTH, receipt_text
from ocr_processing.synthesis.recipe import Printers, ReceiptLinesRecipe
from ocr_processing.synthesis.settings import ReceiptDamage
from ocr_processing.validate import length_fault

RECIPE = ReceiptLinesRecipe(recipe="receipt-lines")
CLEAN = ReceiptLinesRecipe(
    recipe="receipt-lines",
    stretch=(1, 1),
    margin=(0.1, 0.1),
    neighbours=0,
    upended=0,
    worn=0,
    coloured=0,
    marks=0,
    damage=ReceiptDamage(often=0, contrast=(0.9, 0.9)),
)
PRINTERS = {
    "thermal": Printers(thermal=1, matrix=0, laser=0),
    "matrix": Printers(thermal=0, matrix=1, laser=0),
    "laser": Printers(thermal=0, matrix=0, laser=1),
}


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [receipt_text(np.random.default_rng((3, index))) for index in range(20_000)]


def crops(recipe: ReceiptLinesRecipe, count: int = 40) -> list[Image]:
    return [render_line(1, index, recipe).crop for index in range(count)]


def changed(**options: Any) -> ReceiptLinesRecipe:
    return CLEAN.model_copy(update=options)


def colour(crop: Image) -> float:
    return float(np.ptp(crop.astype(int), axis=2).max())


def letters_apart(mask: NDArray[np.float32]) -> int:
    """Runs of columns with ink."""
    inked = np.concatenate([[0], mask.max(axis=0) > 0.25]).astype(int)
    return int((np.diff(inked) == 1).sum())


@pytest.mark.parametrize("rule", GRAMMAR.starts)
def test_every_rule_writes_printable_ascii(rule: str) -> None:
    rng = np.random.default_rng(5)
    written = {character for _ in range(500) for character in GRAMMAR.expand(rule, rng)}
    assert written - set(LATIN) <= {" "}


def test_texts_are_of_usable_length_and_neatly_spaced(texts: list[str]) -> None:
    assert all(1 <= len(text) <= MAX_LENGTH for text in texts)
    assert all(text == " ".join(text.split()) for text in texts)


def test_texts_have_the_forms_of_receipts(texts: list[str]) -> None:
    def share(pattern: str) -> float:
        return sum(re.search(pattern, text) is not None for text in texts) / len(texts)

    assert share(r"\d\.\d\d\b") > 0.2
    assert share(r"^-?\d+\.\d\d$") > 0.1
    assert share(r"^.{1,2}$") > 0.05
    assert share(r"[:#]$") > 0.02
    assert share(r"\d\d[/:.-]\d\d") > 0.08
    assert share(r"([*=#.-])\1\1") > 0.01
    assert 0.4 < sum(text == text.upper() for text in texts) / len(texts) < 0.85


def test_every_character_comes_often_enough_to_be_learnt(texts: list[str]) -> None:
    counts = Counter("".join(texts))
    assert min(counts[character] for character in set(LATIN) - set("`^{}~")) >= 20


def test_a_receipt_line_is_a_function_of_seed_and_index_alone() -> None:
    alone = render_line(7, 12, RECIPE)
    [render_line(7, index, RECIPE) for index in range(3)]
    again = render_line(7, 12, RECIPE)
    assert alone.text == again.text
    assert np.array_equal(alone.crop, again.crop)


def test_another_seed_or_index_is_another_receipt_line() -> None:
    assert len({render_line(seed, index, RECIPE).crop.tobytes() for seed in range(4) for index in range(4)}) == 16


def test_crops_are_colour_pictures_no_higher_than_the_recipes_height() -> None:
    for crop in crops(RECIPE, 100):
        assert crop.dtype == np.uint8
        assert crop.ndim == 3
        assert 8 <= crop.shape[0] <= 44
        assert crop.shape[1] >= 8


def test_nearly_every_line_is_wide_enough_for_its_text() -> None:
    samples = [render_line(4, index, RECIPE) for index in range(400)]
    faults = [s.text for s in samples if length_fault(s.text, s.crop.shape[1], s.crop.shape[0])]
    assert len(faults) <= 8


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize(("text", "apart"), [("8 8 8 8", 4), ("0 0", 2), ("X X X X X", 5), ("A", 1)])
def test_every_printer_draws_each_letter_of_the_label(printer: str, text: str, apart: int) -> None:
    recipe = changed(printers=PRINTERS[printer], stretch=(1.2, 1.2))
    drawn = [printed(np.random.default_rng(seed), text, find_fonts(), recipe) for seed in range(30)]
    # A burnt-out element of a thermal head may part a letter in two.
    right = sum(letters_apart(mask) == apart for mask in drawn)
    assert right >= (30 if printer != "thermal" else 25)


@pytest.mark.parametrize("printer", PRINTERS)
def test_a_glyph_that_a_printer_lacks_is_an_error_not_a_box(printer: str) -> None:
    with pytest.raises(FontError, match="no glyph for '陳'"):
        printed(np.random.default_rng(1), "A陳", find_fonts(), changed(printers=PRINTERS[printer]))


def test_a_dash_stays_as_small_beside_its_margins_as_beside_letters() -> None:
    drawn = [printed(np.random.default_rng(seed), "-", find_fonts(), CLEAN) for seed in range(30)]
    assert max(float((mask.max(axis=1) > 0.25).mean()) for mask in drawn) < 0.6


def test_stretch_makes_lines_narrow_or_wide() -> None:
    narrow, wide = (crops(changed(stretch=(share, share), upended=0)) for share in (0.5, 1.4))
    ratios = [b.shape[1] / b.shape[0] / (a.shape[1] / a.shape[0]) for a, b in zip(narrow, wide, strict=True)]
    assert np.median(ratios) > 1.4


def test_margins_below_zero_cut_letters_off_and_those_above_leave_paper() -> None:
    def edge_ink(crop: Image) -> bool:
        return bool(crop[0].min() < 128)

    assert sum(map(edge_ink, crops(changed(margin=(-0.1, -0.1))))) > 25
    assert sum(map(edge_ink, crops(changed(margin=(0.3, 0.3))))) < 4


def test_narrow_lines_are_turned_when_asked() -> None:
    def narrow(recipe: ReceiptLinesRecipe) -> list[int]:
        shapes = [crop.shape for crop in crops(recipe, 400)]
        return [index for index, shape in enumerate(shapes) if shape[0] >= TALL * shape[1]]

    assert len(narrow(CLEAN)) >= 3
    assert narrow(changed(upended=1)) == []


def test_coloured_ink_comes_as_often_as_asked() -> None:
    assert np.median([colour(crop) for crop in crops(changed(coloured=1))]) > 60
    assert np.median([colour(crop) for crop in crops(CLEAN)]) < 20


def test_worn_ink_is_paler() -> None:
    fresh, worn = (np.mean([crop.mean() for crop in crops(changed(worn=share), 120)]) for share in (0, 1))
    assert worn > fresh + 3


@pytest.mark.parametrize("option", ["neighbours", "marks"])
def test_what_else_is_on_the_paper_changes_the_crop_and_not_the_label(option: str) -> None:
    with_room = [changed(margin=(0.25, 0.25), **{option: share}) for share in (0, 1)]
    plain, other = ([render_line(1, index, recipe) for index in range(40)] for recipe in with_room)
    assert [sample.text for sample in plain] == [sample.text for sample in other]
    pairs = zip(plain, other, strict=True)
    assert sum(a.crop.shape != b.crop.shape or not np.array_equal(a.crop, b.crop) for a, b in pairs) > 15


def test_ink_can_be_told_from_paper_in_clean_lines() -> None:
    assert min(float(np.ptp(crop.astype(int).mean(axis=2))) for crop in crops(CLEAN, 100)) > 60


@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_of_the_narrowest_line_something_is_left(width: int) -> None:
    bar = np.ones((30, width), dtype=np.float32)
    cut = framed(np.random.default_rng(1), bar, changed(margin=(-0.08, -0.08)))
    assert cut.shape[1] >= width / 2
    assert cut.min() == 1
