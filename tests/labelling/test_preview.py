"""The labels that were made, drawn over their pages."""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labelling.cli import main
from labelling.errors import LabellingError
from labelling.local.labels import Labels
from labelling.preview import preview

BOX = [{"x": x, "y": y} for x, y in ((100, 200), (500, 200), (500, 260), (100, 260))]
TEXTS = [
    {"text": "<b>香港</b>", "line_num": "1", "type": "printed", "bb": BOX},
    {"text": "", "line_num": "2", "type": "handwritten", "bb": BOX},
    {"text": "two said so", "line_num": "3", "type": "handwritten", "bb": BOX},
]


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    picture = Image.new("RGB", (2400, 1600), "white")
    # A photograph that lies on its side: width and height are those of the upright page.
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(folder / "1.jpg", exif=exif)
    picture.save(folder / "2.jpg")
    labels = Labels(folder)
    labels.save("1.jpg", {"texts": TEXTS, "workers": 2, "disputed": [2]})
    labels.save("2.jpg", {"failure-reason": "nobody answered"})
    labels.close()
    return folder


def test_every_text_is_drawn_in_its_place(cards: Path) -> None:
    page = preview(cards).pages[0]
    assert (page.width, page.height) == (1600, 2400)
    assert [drawn.kind for drawn in page.texts] == ["printed", "unreadable", "disputed"]
    assert page.texts[0].points == "100,200 500,200 500,260 100,260"
    found = preview(cards).html
    assert 'viewBox="0 0 1600 2400"' in found
    assert found.count('points="100,200 500,200 500,260 100,260"') == 3
    embedded = re.findall(r'href="data:image/jpeg;base64,([^"]+)"', found)[0]
    with Image.open(io.BytesIO(base64.b64decode(embedded))) as shown:
        assert shown.size == (800, 1200)


def test_what_was_typed_is_text_and_never_html(cards: Path) -> None:
    found = preview(cards)
    assert "&lt;b&gt;香港&lt;/b&gt;" in found.html
    assert "<b>" not in found.html
    assert "<script" not in found.html
    # In a notebook it is escaped once more, as the content of a frame.
    frame: Any = found._repr_html_()
    assert re.fullmatch(r'<iframe title="[^"]+" srcdoc="[^"]+" sandbox="" width="100%" height="640"></iframe>', frame)


def test_a_page_that_was_not_labelled_says_why(cards: Path) -> None:
    found = preview(cards)
    assert (found.labelled, found.pages[1].problem) == (1, "nobody answered")
    assert "Not labelled: nobody answered" in found.html


def test_the_command_writes_one_file(cards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "shown.html"
    assert main(["preview", str(cards), "--output", str(output), "--pages", "1"]) == 0
    assert capsys.readouterr().out == f"1 of 1 labelled pages, 3 lines: {output}\n"
    assert "1.jpg" in output.read_text(encoding="utf-8")
    assert "2.jpg" not in output.read_text(encoding="utf-8")
    assert sorted(path.name for path in cards.iterdir()) == ["1.jpg", "2.jpg", "labels.manifest"]


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabellingError, match=r"has no labels\.manifest"):
        preview(tmp_path)


@pytest.mark.parametrize("name", ["../secret.jpg", "none.jpg", "/etc/passwd"])
def test_no_file_out_of_the_folder_is_shown(cards: Path, name: str) -> None:
    (cards.parent / "secret.jpg").write_bytes((cards / "1.jpg").read_bytes())
    (cards / "labels.manifest").write_text(json.dumps({"source-ref": name}) + "\n", encoding="utf-8")
    with pytest.raises(LabellingError, match="no picture of the folder"):
        preview(cards)


def test_a_picture_that_is_none_is_told(cards: Path) -> None:
    (cards / "1.jpg").write_bytes(b"no picture")
    with pytest.raises(LabellingError, match=r"1\.jpg cannot be shown"):
        preview(cards)
