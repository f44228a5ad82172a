import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.compare import Champion, evaluate_readings
from ocr_inference.evaluation.dataset import DatasetSummary, TestLine, read_test_set
from ocr_inference.evaluation.gate import Thresholds
from ocr_inference.evaluation.report import render_report
from ocr_inference.evaluation.report.character_diff import diff
from ocr_inference.evaluation.report.shown_lines import LineGallery
from ocr_inference.pages.evaluate import EvaluatedPages, JudgedPage
from ocr_inference.pages.figures import CountedPages, measure
from ocr_inference.pages.labelled import LabelledLine, LabelledPage, PageLabel
from ocr_inference.pages.outcome import PageOutcome, judge_page
from ocr_inference.reader import Line

WriteLmdb = Callable[[Path, Sequence[tuple[str, str]]], None]
TEXTS = ["ABCD", "AACC", "GH", "EEEE"]


class Tags(HTMLParser):
    """The tags of a page that are open but not closed, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_startendtag(self, *_: object) -> None:
        """An empty element of a drawing: it opens nothing and points nowhere."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def lines(tmp_path: Path, write_lmdb: WriteLmdb) -> list[TestLine]:
    write_lmdb(tmp_path / "lines", [(text, "name") for text in TEXTS])
    return read_test_set(tmp_path)


def _readings(*texts: str) -> list[Reading]:
    return [Reading(text, 0.9) for text in texts]


def _render(lines: list[TestLine], readings: list[Reading], champion: Champion | str = "None yet.") -> str:
    before = _readings(*["A"] * len(lines))
    evaluation = evaluate_readings(lines, readings, before, champion, Thresholds(0.5, 0.02), seed=17)
    rival = None if isinstance(champion, str) else champion.readings
    return render_report(evaluation, DatasetSummary(sha256="c0ffee"), lines, readings, rival)


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(lines: list[TestLine]) -> None:
    champion = Champion("arn:champion", _readings("ABCD", "AACC", "GH", "EEEA"))
    tags = Tags()
    tags.feed(page := _render(lines, _readings("ABCD", "AACB", "GH", ""), champion))
    assert tags.open == []
    assert all(address.startswith(("data:image/jpeg;base64,", "#")) for address in tags.addresses)
    assert all(f'id="{address[1:]}"' in page for address in tags.addresses if address.startswith("#"))
    assert "arn:champion" in page
    assert 'name="viewport"' in page
    assert not re.search(r"https?://", page)


def test_a_wrong_line_is_shown_with_its_difference_marked(lines: list[TestLine]) -> None:
    page = _render(lines, _readings("ABCD", "AACB", "GH", "EEEE"))
    assert '<dd>AAC<mark class="missed">C</mark></dd>' in page
    assert '<dd>AAC<mark class="misread">B</mark></dd>' in page
    assert "1 of 4 lines were read wrongly" in page


def test_the_worst_line_comes_first(lines: list[TestLine]) -> None:
    worst = LineGallery(lines, _readings("ABCE", "AACC", "EE", "EEEE"), None).worst()
    assert ["".join(span.text for span in line.text.written) for line in worst] == ["GH", "ABCD"]


def test_what_was_lost_and_mended_against_the_champion_is_shown(lines: list[TestLine]) -> None:
    page = _render(
        lines, _readings("ABCD", "AACC", "", "EEEE"), Champion("arn", _readings("ABCA", "AACC", "GH", "EEEE"))
    )
    lost, mended = page.partition('id="lost"')[2].partition('id="mended"')[0::2]
    assert '<mark class="missed">GH</mark>' in lost
    assert 'ABC<mark class="misread">A</mark>' in mended.partition('id="slices"')[0]


def test_a_text_that_is_everywhere_does_not_fill_a_gallery(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "many", [("ABCD", "caption")] * 20 + [("GH", "name")])
    many = read_test_set(tmp_path / "many")
    worst = LineGallery(many, _readings(*[""] * 20, "GG"), None).worst()
    assert ["".join(span.text for span in line.text.written) for line in worst] == ["ABCD"] * 3 + ["GH"]


def test_confusions_have_pictures_of_lines_in_which_they_were_made(lines: list[TestLine]) -> None:
    page = _render(lines, _readings("ABCD", "AACC", "GB", "EEEE")).partition('id="confusion"')[2]
    assert '<mark class="missed">H</mark> → <mark class="misread">B</mark>' in page
    assert page.count("<img") == 1


def test_slices_of_few_documents_say_so_instead_of_an_interval(lines: list[TestLine]) -> None:
    slices = _render(lines, _readings(*TEXTS)).partition('id="slices"')[2].partition('id="worst"')[0]
    assert "too few documents" in slices
    assert '<rect class="range"' not in slices


def test_a_reader_without_mistakes_has_no_worst_lines(lines: list[TestLine]) -> None:
    page = _render(lines, _readings(*TEXTS))
    assert "every line was read exactly" in page
    assert "Yes: it passes the quality gate" in page


def test_the_verdict_is_the_gates(lines: list[TestLine]) -> None:
    assert "No: it does not pass the quality gate" in _render(lines, _readings("", "", "", "EEEE"))


def test_what_was_read_cannot_become_markup(lines: list[TestLine]) -> None:
    page = _render(lines, _readings("<script>alert(1)</script>", "AACC", "GH", "EEEE"))
    assert "<script" not in page


def test_a_field_cannot_become_markup(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines", [("AB", '"><script>')])
    page = _render(read_test_set(tmp_path), _readings("A"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.fixture
def judged(tmp_path: Path) -> list[JudgedPage]:
    """Two pages: on one a line was missed and a box invented; on the other, all was found, and less before."""
    box = np.array([[10, 10], [60, 10], [60, 20], [10, 20]], dtype=np.float32)
    cv2.imwrite(str(tmp_path / "page.jpg"), np.full((80, 120, 3), 255, dtype=np.uint8))
    listed = [
        LabelledLine(text=text, polygon=[(10, y), (60, y), (60, y + 10), (10, y + 10)])
        for text, y in (("A", 10.0), ("B", 50.0))
    ]

    def judge(name: str, *places: int) -> tuple[LabelledPage, PageOutcome]:
        label = PageLabel(document=name, image="page.jpg", lines=listed, ignored=[[(90, 0), (110, 0), (110, 20)]])
        page = LabelledPage(label, tmp_path / "page.jpg")
        return page, judge_page(page, [Line("A", 0.9, box + np.float32([0, y])) for y in places])

    worse, outcome = judge("<worse>", 0, 20)
    better, full = judge("better", 0, 40)
    return [JudgedPage(better, full, None), JudgedPage(worse, outcome, judge("<worse>", 20)[1])]


def test_pages_with_mistakes_are_drawn_worst_first_after_and_before(
    lines: list[TestLine], judged: list[JudgedPage]
) -> None:
    counts = [page.outcome.counts for page in judged]
    figures = measure(CountedPages("new", counts), "", 17, before=CountedPages("old", counts))
    pages = EvaluatedPages(figures, tuple(judged))
    readings = _readings(*TEXTS)
    evaluation = evaluate_readings(lines, readings, None, "None.", Thresholds(0, 0), seed=17, pages=figures)
    report = render_report(evaluation, None, lines, readings, None, pages)
    tags = Tags()
    tags.feed(report)
    assert tags.open == []
    assert "1 of 2 pages" in report
    assert "&lt;worse&gt;" in report
    assert ">better<" not in report
    new, before = report.partition('id="page-1"')[2].partition('<use href="#page-1"/>')[0::2]
    assert [new.count(f'<polygon class="{kind}"') for kind in ("found", "missed", "invented", "ignored")] == [
        1,
        1,
        1,
        1,
    ]
    assert 'class="missed" points="10.0,50.0 60.0,50.0 60.0,60.0 10.0,60.0"' in new
    assert [before.count(f'<polygon class="{kind}"') for kind in ("found", "missed", "invented")] == [0, 2, 1]


def test_the_paper_s_figures_stand_beside_those_of_handwritten_words(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "words", [("ABCD", "handwritten"), ("GH", "handwritten")])
    page = _render(read_test_set(tmp_path / "words"), _readings("ABCD", "GG")).partition('id="words"')[2]
    assert "86.1%" in page
    assert "172 test pages of GNHK" in page
    assert "50.0%" in page


def test_a_difference_joins_back_to_the_texts() -> None:
    found = diff("identity", "ident1ty!")
    assert "".join(span.text for span in found.written) == "identity"
    assert [(span.text, span.wrong) for span in found.read] == [
        ("ident", False),
        ("1", True),
        ("ty", False),
        ("!", True),
    ]
