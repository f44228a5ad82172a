import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.synthesis.card import main, render_card
from ocr_processing.synthesis.card_face import draw_card
from ocr_processing.synthesis.charset import CAPTIONS, CHARACTERS, MARK
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.layout import PORTRAIT_LEFT, PORTRAIT_RIGHT, UPRIGHT, chosen_layout
from ocr_processing.synthesis.recipe import IdentityCardRecipe, Layouts
from ocr_processing.synthesis.settings import CardDamage

RECIPE = IdentityCardRecipe(recipe="identity-card", documents=3)
UNDAMAGED = IdentityCardRecipe(
    recipe="identity-card", damage=CardDamage(rotation=(0, 0), perspective=(0, 0), often=0, jpeg=(95, 95))
)
FIELDS = {
    "title_zh",
    "title_en",
    "name_zh",
    "name_en",
    "name_code",
    "birth_date",
    "sex",
    "issue_date",
    "id_number",
    "mark",
}


def only(layout: str) -> dict[str, Layouts]:
    """The setting that draws one layout alone."""
    weights = {"portrait_left": 0, "portrait_right": 0, "upright": 0}
    return {"layouts": Layouts.model_validate({**weights, layout: 1})}


LAYOUTS = {layout: RECIPE.model_copy(update=only(layout)) for layout in Layouts.model_fields}


def area(polygon: Any) -> float:
    return float(cv2.contourArea(polygon, oriented=True))


def test_a_card_is_a_function_of_seed_and_index_alone() -> None:
    first, again = render_card(4, 9, RECIPE), render_card(4, 9, RECIPE)
    assert first.jpeg == again.jpeg
    assert [line.text for line in first.lines] == [line.text for line in again.lines]


def test_another_seed_or_index_is_another_card() -> None:
    assert len({render_card(seed, index, RECIPE).jpeg for seed in (1, 2) for index in (0, 1)}) == 4


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_field_stands_on_the_card_once_and_every_caption_is_labelled(layout: str) -> None:
    lines = render_card(1, 0, LAYOUTS[layout]).lines
    fields = [line.field for line in lines if line.field != "caption"]
    assert sorted(fields) == sorted(FIELDS)
    captions = {line.text for line in lines if line.field == "caption"}
    assert captions >= {f"{zh} {en}" for zh, en in CAPTIONS.values()}


def test_every_card_says_that_it_is_a_specimen() -> None:
    assert all(MARK in {line.text for line in render_card(1, index, RECIPE).lines} for index in range(5))


def test_texts_are_within_the_dictionary() -> None:
    texts = "".join(line.text for index in range(8) for line in render_card(6, index, RECIPE).lines)
    assert set(texts) - set(CHARACTERS) == {" "}


@pytest.mark.parametrize("index", range(8))
def test_corners_and_polygons_lie_clockwise_within_the_photograph(index: int) -> None:
    sample = render_card(8, index, RECIPE)
    height, width = sample.pixels().shape[:2]
    for polygon in [sample.corners, *(line.polygon for line in sample.lines)]:
        assert polygon is not None
        assert polygon.shape == (4, 2)
        assert (polygon >= 0).all()
        assert (polygon <= (width, height)).all()
        assert area(polygon) > 0
        assert polygon[0][0] < polygon[1][0]
        assert polygon[0][1] < polygon[3][1]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("index", range(4))
def test_lines_lie_within_the_card_and_apart_from_each_other(layout: str, index: int) -> None:
    sample = render_card(9, index, LAYOUTS[layout])
    polygons = [line.polygon for line in sample.lines if line.polygon is not None]
    inside = [cv2.pointPolygonTest(sample.corners, tuple(map(float, p)), False) for q in polygons for p in q]
    assert min(inside) >= 0
    overlaps = [cv2.intersectConvexConvex(one, other)[0] for i, one in enumerate(polygons) for other in polygons[:i]]
    assert max(overlaps) == 0


def test_a_polygon_holds_its_ink_and_what_is_around_it_holds_none() -> None:
    sample = render_card(3, 1, UNDAMAGED)
    grey = cv2.cvtColor(sample.pixels(), cv2.COLOR_BGR2GRAY)
    line = next(line for line in sample.lines if line.field == "name_en")
    assert line.polygon is not None
    left, top, width, height = cv2.boundingRect(line.polygon)
    dark = grey < (int(grey[top : top + height, left : left + width].min()) + 60)
    assert dark[top : top + height, left : left + width].sum() > 100
    assert not dark[top - 3 : top, left : left + width].any()
    assert not dark[top + height : top + height + 3, left : left + width].any()


def test_a_card_is_a_document_of_its_photograph_and_lines() -> None:
    sample = render_card(1, 2, RECIPE)
    document = sample.document()
    assert document.encoded() == sample.jpeg
    assert document.lines == sample.lines
    assert document.source == "identity-card"
    assert document.name != render_card(1, 3, RECIPE).document().name


def test_the_command_writes_the_photograph_its_labels_and_an_annotated_picture(tmp_path: Path) -> None:
    assert main(["--seed", "5", "--count", "2", "--output", str(tmp_path)]) == 0
    labels = json.loads((tmp_path / "card-5-00001.json").read_text(encoding="utf-8"))
    photo = cv2.imread(str(tmp_path / labels["image"]))
    picture = cv2.imread(str(tmp_path / "card-5-00001-annotated.png"))
    assert photo is not None
    assert picture is not None
    assert picture.shape[0] == photo.shape[0]
    assert picture.shape[1] > photo.shape[1]
    assert {line["field"] for line in labels["lines"]} == FIELDS | {"caption"}
    assert np.shape(labels["corners"]) == (4, 2)
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_line_lies_on_the_portrait(layout: str) -> None:
    chosen = {"portrait_left": PORTRAIT_LEFT, "portrait_right": PORTRAIT_RIGHT, "upright": UPRIGHT}[layout]
    left, top, right, bottom = chosen.portrait
    for index in range(6):
        face = draw_card(np.random.default_rng(index), find_fonts(), LAYOUTS[layout].layouts)
        assert face.pixels.shape == (chosen.height, chosen.width, 3)
        for line in face.lines:
            assert line.polygon is not None
            (x0, y0), (x1, y1) = line.polygon[0], line.polygon[2]
            assert x1 < left or x0 > right or y1 < top or y0 > bottom, line.text


def test_layouts_come_by_their_weights() -> None:
    weights = Layouts(portrait_left=0, portrait_right=3, upright=1)
    rng = np.random.default_rng(1)
    chosen = [chosen_layout(rng, weights) for _ in range(2000)]
    assert PORTRAIT_LEFT not in chosen
    assert chosen.count(UPRIGHT) == pytest.approx(500, abs=60)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_text_detector_finds_every_line_as_one_box(layout: str) -> None:
    """Needs rapidocr, which the image does not carry: the layout's gaps are what is measured."""
    rapidocr = pytest.importorskip("rapidocr")
    detect = rapidocr.RapidOCR(params={"Global.log_level": "error"})
    matched, total = 0, 0
    for index in range(4 if layout == "portrait_left" else 2):
        sample = render_card(31, index, (RECIPE if index % 2 else UNDAMAGED).model_copy(update=only(layout)))
        boxes = detect(sample.pixels(), use_det=True, use_cls=False, use_rec=False).boxes
        for line in sample.lines:
            touching = [box for box in boxes if overlap(line.polygon, box) > 0.3]
            matched += len(touching) == 1 and overlap(line.polygon, touching[0]) > 0.6
            total += 1
    assert matched >= 0.97 * total


def overlap(one: Any, other: Any) -> float:
    """Intersection of two quadrilaterals over the smaller of them."""
    other = np.asarray(other, dtype=np.float32)
    shared, _ = cv2.intersectConvexConvex(one, other)
    return float(shared / min(cv2.contourArea(one), cv2.contourArea(other)))
