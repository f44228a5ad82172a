"""Results: curves, percentiles, pictures, tables."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from workbench.check import check
from workbench.documents import LabelledPage
from workbench.errors import WorkbenchError
from workbench.load import Load
from workbench.log import Log, LogLine
from workbench.metrics import read_metrics
from workbench.picture import Mark, Picture, draw, gallery, open_page
from workbench.reading import Reading, content_type
from workbench.table import Table

START = datetime(2026, 1, 2, tzinfo=UTC)
BOX = [(20.0, 20.0), (180.0, 20.0), (180.0, 60.0), (20.0, 60.0)]


def page(mode: str = "RGB", **saved: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (200, 100), "white").save(written, "PNG", **saved)
    return written.getvalue()


def test_metrics_are_what_the_jobs_own_expressions_find_in_its_log() -> None:
    texts = ["epoch=1 train_loss=0.5", "something else", "epoch=2 train_loss=2.5e-1"]
    log = Log("job", tuple(LogLine(START + timedelta(seconds=n), text) for n, text in enumerate(texts)))
    definitions = [
        {"Name": "train:loss", "Regex": r"train_loss=([0-9.e-]+)"},
        {"Name": "never", "Regex": r"never=([0-9]+)"},
    ]
    found = read_metrics("job", log, definitions)
    assert list(found.curves) == ["train:loss"]
    assert found.curves["train:loss"].values == (0.5, 0.25)
    plotted = found.plot("train:loss")
    assert plotted.image.width > plotted.image.height
    assert len(set(plotted.image.convert("L").tobytes())) > 10


@pytest.mark.parametrize(("share", "expected"), [(50, 2.0), (75, 3.0), (99, 4.0), (1, 1.0)])
def test_a_percentile_is_a_request_that_was_measured(share: int, expected: float) -> None:
    assert Load("e", 1, 2.0, (4.0, 1.0, 3.0, 2.0)).percentile(share) == expected


def test_failed_requests_are_not_in_the_rate() -> None:
    load = Load("e", 1, 2.0, (4.0, 1.0), ("refused",))
    assert load.pages_per_second == 1.0
    assert ("failed", 1) in [tuple(row) for row in load.table().rows]


def test_a_mark_is_outlined_where_it_lies() -> None:
    drawn = draw(page(), [Mark("text", BOX, "#ff0000")]).image
    assert drawn.getpixel((100, 20)) == (255, 0, 0)
    assert drawn.getpixel((100, 40)) == (255, 255, 255)


def test_a_text_over_the_page_covers_what_was_there() -> None:
    black = io.BytesIO()
    Image.new("RGB", (200, 100)).save(black, "PNG")
    drawn = draw(black.getvalue(), [Mark("", BOX)], over=True).image
    inside, outside = drawn.getpixel((100, 40)), drawn.getpixel((5, 5))
    assert isinstance(inside, tuple)
    assert min(inside) > 200
    assert outside == (0, 0, 0)


def test_a_large_page_is_made_smaller_and_its_marks_with_it() -> None:
    drawn = draw(page(), [Mark("", BOX, "#ff0000")], longest_side=100).image
    assert drawn.size == (100, 50)
    assert drawn.getpixel((50, 10)) == (255, 0, 0)


def test_a_page_without_marks_of_its_own_place_is_framed_whole() -> None:
    assert draw(page(), [Mark("all", None, "#ff0000")]).image.getpixel((0, 50)) == (255, 0, 0)


def test_a_transparent_page_is_on_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    assert open_page(written.getvalue()).getpixel((5, 5)) == (255, 255, 255)


def test_a_gallery_has_its_pictures_in_rows() -> None:
    one = Picture(Image.new("RGB", (100, 50)))
    assert gallery([one, one, one], columns=2, width=40).image.size == (80, 40)


def test_lines_are_checked_in_their_places() -> None:
    lower = [(x, y + 40) for x, y in BOX]
    labelled = LabelledPage("card", b"", (Mark("first line", BOX), Mark("second", lower)))
    lines = [
        {"text": "seconds", "confidence": 0.9, "box": lower},
        {"text": "line", "confidence": 0.9, "box": [(100, 20), (180, 20), (180, 60), (100, 60)]},
        {"text": "first", "confidence": 0.9, "box": [(20, 20), (90, 20), (90, 60), (20, 60)]},
    ]
    found = check(Reading("e", b"", {"pages": [{"lines": lines}]}, 0.1), labelled)
    assert found.lines == (("first line", "first line"), ("second", "seconds"))
    assert found.exact == 1


def test_the_type_of_a_page_is_told_by_its_bytes() -> None:
    assert content_type(page()) == "image/png"
    assert content_type(b"%PDF-1.7") == "application/pdf"
    with pytest.raises(WorkbenchError, match="neither a picture nor a PDF"):
        content_type(b"hello")


def test_a_table_says_the_same_in_a_notebook_and_in_a_terminal() -> None:
    table = Table("a <title>", ("name", "value"), [("<b>", 0.123456), ("none", None)])
    shown = table._repr_html_()
    assert "a &lt;title&gt;" in shown
    assert "<b>" not in shown
    assert "0.1235" in shown
    assert "0.1235" in str(table)
    assert "<b>" in str(table)
