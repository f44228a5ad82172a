"""Copies in a dataset, from the files that a run leaves."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.document import Line
from ocr_processing.split import SPLITS, Splitter
from ocr_processing.synthesis.card_face import CardFace, draw_card
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.recipe import Layouts

CARDS = 4


@pytest.fixture(scope="module")
def cards() -> Sequence[CardFace]:
    return [draw_card(np.random.default_rng((23, index)), find_fonts(), Layouts()) for index in range(CARDS)]


def boxes(lines: Sequence[Line], scale: float = 1) -> str:
    return "".join(
        ",".join(f"{value * scale:.1f}" for value in line.polygon.ravel()) + f",{line.text}\n"
        for line in lines
        if line.polygon is not None
    )


def scanned(job: Any, cards: Sequence[CardFace]) -> None:
    """Each card twice, under other names: as PNG, and half as large as JPEG of quality 40."""
    for number, card in enumerate(cards):
        job.picture(f"scans/{number}.png", card.pixels)
        job.text(f"scans/{number}.txt", boxes(card.lines))
        half = cv2.resize(card.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        saved = cv2.imencode(".jpg", half, [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes()
        job.text(f"sent/photo-{number}.jpg", saved)
        job.text(f"sent/photo-{number}.txt", boxes(card.lines, 0.5))


def split_of(job: Any, read_lines: Any) -> dict[str, str]:
    """The split of each document."""
    return {line.meta["document"]: split for split in SPLITS for line in read_lines(job.output / split / "lines-00000")}


def twins(job: Any) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (job.output / "duplicates.jsonl").read_text(encoding="utf-8").splitlines()]


PAIRS = [(f"scans/{number}.png", f"sent/photo-{number}.jpg") for number in range(CARDS)]


def test_a_card_and_its_copy_share_the_split_that_is_nearer_to_the_test(
    job: Any, cards: Sequence[CardFace], read_lines: Any
) -> None:
    scanned(job, cards)
    assert job.run("--seed", "5") == 0
    own = Splitter(5).split
    assert any(own(first) != own(second) for first, second in PAIRS)
    split, filled = split_of(job, read_lines), job.record()["moved"]
    for first, second in PAIRS:
        assert split[first] == split[second]
        if first not in filled:
            assert split[first] == max(own(first), own(second), key=SPLITS.index)
    assert sorted((row["twin"], row["document"]) for row in twins(job)) == PAIRS
    assert {row["kind"] for row in twins(job)} == {"near"}
    assert job.record()["duplicates"]["near"] == CARDS
    report = (job.output / "report.html").read_text(encoding="utf-8")
    copies = report.partition("<h2>Copies</h2>")[2].partition("<h2>")[0]
    assert copies.count("data:image/jpeg") == 2 * CARDS


def test_copies_may_lie_apart_when_that_is_asked_for(job: Any, cards: Sequence[CardFace], read_lines: Any) -> None:
    scanned(job, cards)
    assert job.run("--seed", "5", "--near-duplicates", "0") == 0
    split = split_of(job, read_lines)
    assert any(split[first] != split[second] for first, second in PAIRS)
    assert twins(job) == []


def test_a_copy_is_found_though_a_line_of_it_cannot_be_used(job: Any, cards: Sequence[CardFace]) -> None:
    scanned(job, cards)
    rows = boxes(cards[0].lines, 0.5).splitlines()
    rows[0] = "10,10,60,10,60,12,10,12," + rows[0].split(",", 8)[8]
    job.text("sent/photo-0.txt", "\n".join(rows))
    assert job.run() == 0
    assert [reject["reason"] for reject in job.rejects()] == ["crop-too-small"]
    assert PAIRS[0] in [(row["twin"], row["document"]) for row in twins(job)]


def test_the_kept_one_of_exact_copies_is_in_the_furthest_of_their_splits(job: Any, read_lines: Any) -> None:
    names = [f"img/{number:03d}.png" for number in range(60)]
    own = Splitter(17).split
    learned = next(name for name in names if own(name) == "train")
    judged = next(name for name in reversed(names) if own(name) == "test")
    assert learned < judged
    job.label_file({name: f"line {name[4:7]}" for name in names})
    (job.documents / judged).write_bytes((job.documents / learned).read_bytes())
    assert job.run() == 0
    split = split_of(job, read_lines)
    assert judged not in split
    assert split[learned] == "test"
    assert twins(job) == [{"document": judged, "twin": learned, "kind": "exact", "distance": 0}]
    assert {name: side for name, side in split.items() if name != learned} == {
        name: own(name) for name in names if name not in (learned, judged)
    }


def test_copies_of_two_cards_are_too_few_to_split(job: Any, cards: Sequence[CardFace]) -> None:
    scanned(job, cards[:2])
    assert job.run() == 1
    assert "Only 2 documents" in job.message()
    assert "copies of one count once" in job.message()


def test_adding_documents_leaves_every_other_in_its_split(
    job: Any, new_job: Callable[[], Any], read_lines: Any
) -> None:
    job.label_file(job.some_lines(40))
    assert job.run() == 0
    larger = new_job()
    larger.label_file(larger.some_lines(70))
    assert larger.run() == 0
    before, after = split_of(job, read_lines), split_of(larger, read_lines)
    assert len(after) == 70
    assert before == {name: after[name] for name in before}
