import hashlib
import json
import math
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.dataset import line_writer, lmdb_writer
from ocr_processing.dataset.histogram import BARS, length_bars
from ocr_processing.dataset.pages import PageChoice, file_stem, write_pages
from ocr_processing.dataset.statistics import LISTED_PER_REASON, PICTURES_PER_REASON, SAMPLES, Statistics
from ocr_processing.document import Reject
from ocr_processing.examine import Examined, Record, Rejected
from ocr_processing.page import Page, PageLine
from ocr_processing.publish import published
from ocr_processing.quality import Quality

QUALITY = Quality(100, 32, 200.0, 1.0)


def examined(name: str, lines: int = 1, size: int = 10) -> Examined:
    records = tuple(Record(name.encode() * size, f"text {line}", "", line, QUALITY) for line in range(1, lines + 1))
    return Examined(name, "source", "train", b"digest", records, ())


def page(name: str, complete: bool = True, size: int | None = None) -> Page:
    image = name.encode() if size is None else b"j" * size
    return Page(name, "source", image, (PageLine("text", "", None),), complete)


def test_lmdb_outgrows_its_first_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_lines: Any) -> None:
    monkeypatch.setattr(lmdb_writer, "FIRST_MAP_SIZE", 1 << 16)
    monkeypatch.setattr(lmdb_writer, "COMMIT_BYTES", 1 << 14)
    with line_writer.LineWriter(tmp_path / "lines") as writer:
        for number in range(300):
            writer.add(examined(f"{number:03d}", size=500))
    lines = read_lines(tmp_path / "lines")
    assert [line.meta["document"] for line in lines] == [f"{number:03d}" for number in range(300)]
    assert lines[7].image == b"007" * 500
    assert writer.samples == writer.documents == 300


def test_lmdb_holds_nothing_but_its_data(tmp_path: Path) -> None:
    with line_writer.LineWriter(tmp_path / "lines") as writer:
        writer.add(examined("a"))
    assert [path.name for path in (tmp_path / "lines").iterdir()] == ["data.mdb"]


def test_lmdb_of_the_same_lines_is_the_same_file(tmp_path: Path) -> None:
    digests = set()
    for folder in ("first", "second"):
        with line_writer.LineWriter(tmp_path / folder) as writer:
            for number in range(50):
                writer.add(examined(f"{number}", lines=3, size=1000))
        digests.add(hashlib.sha256((tmp_path / folder / "data.mdb").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_line_says_how_well_it_can_be_seen_and_an_endless_blur_is_still_json() -> None:
    sharp = Record(b"", "text", "", 1, Quality(100, 32, 183.2468, 1.0371))
    blank = Record(b"", "text", "", 2, Quality(100, 32, 0.0, math.inf))
    seen = [json.loads(line_writer.meta_json(examined("a"), record)) for record in (sharp, blank)]
    assert [(meta["contrast"], meta["blur"]) for meta in seen] == [(183.2, 1.04), (0.0, None)]


def test_pages_prefer_complete_documents_and_do_not_depend_on_order() -> None:
    names = [f"page {number}" for number in range(30)]
    chosen = []
    for order in (names, names[::-1]):
        choice = PageChoice(17, 8, incomplete=names[:24])
        for name in order:
            choice.offer(page(name))
        chosen.append([kept.document for kept in choice.pages])
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 8
    assert set(chosen[0][:6]) == set(names[24:])


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_pages_kept_are_the_best_ones_that_fit(sizes: list[int], most: int, random: Random) -> None:
    offered = [page(f"page {number}", size=size) for number, size in enumerate(sizes)]
    everything = PageChoice(17, len(offered))
    choice = PageChoice(17, most, max_bytes=50)
    for one in offered:
        everything.offer(one)
    for one in random.sample(offered, len(offered)):
        choice.offer(one)
    ranked = everything.pages
    fitting = [n for n in range(1, most + 1) if n <= len(ranked) and sum(len(p.image) for p in ranked[:n]) <= 50]
    assert choice.pages == ranked[: max(fitting, default=1)]


def test_a_page_with_a_rejected_line_says_so(tmp_path: Path) -> None:
    choice = PageChoice(17, 8)
    choice.offer(page("a.jpg"))
    choice.offer(page("b.jpg"))
    choice.incomplete.add("b.jpg")  # a row of the label file that is read later
    write_pages(tmp_path / "pages", choice.pages)
    written = {path.stem: json.loads(path.read_text())["complete"] for path in (tmp_path / "pages").glob("*.json")}
    assert written == {"a": True, "b": False}


def test_pages_of_like_names_do_not_overwrite_each_other(tmp_path: Path) -> None:
    write_pages(tmp_path / "pages", [page("a/1.jpg"), page("a-1.png"), page("身份.jpg"), page("證件.jpg")])
    assert sorted(path.read_bytes().decode() for path in (tmp_path / "pages").glob("*.jpg")) == sorted(
        ["a/1.jpg", "a-1.png", "身份.jpg", "證件.jpg"]
    )


@pytest.mark.parametrize(
    ("document", "stem"),
    [("img/000.jpg", "img-000"), ("cards-17-00003", "cards-17-00003"), ("../a b?.png", "a-b"), ("身份.jpg", "page")],
)
def test_page_files_have_plain_names(document: str, stem: str) -> None:
    assert file_stem(document) == stem


def test_statistics_keep_a_bounded_number_of_rejects_and_count_them_all() -> None:
    statistics = Statistics(17)
    for number in range(LISTED_PER_REASON + 50):
        statistics.reject(Rejected(Reject("source", f"{number}", "empty-label", "detail"), b"picture"))
    kept = statistics.listed["empty-label"]
    assert statistics.reasons["empty-label"] == LISTED_PER_REASON + 50
    assert len(kept) == LISTED_PER_REASON
    assert [rejected.reject.document for rejected in kept if rejected.picture] == [
        str(number) for number in range(PICTURES_PER_REASON)
    ]


def test_samples_do_not_depend_on_the_order_of_the_documents() -> None:
    documents = [examined(f"{number}", lines=2) for number in range(100)]
    shown = []
    for order in (documents, documents[::-1]):
        statistics = Statistics(17)
        for document in order:
            statistics.add(document)
        shown.append(statistics.samples["train"])
    assert shown[0] == shown[1]
    assert len(shown[0]) == SAMPLES


def test_rare_characters_are_those_that_training_sees_seldom() -> None:
    statistics = Statistics(17)
    for number in range(6):
        statistics.add(examined(f"{number}"))
    statistics.add(Examined("test", "source", "test", b"digest", (Record(b"", "Q" * 9, "", 1, QUALITY),), ()))
    assert statistics.rare_characters() == [("Q", 0)]


def test_the_histogram_counts_every_label() -> None:
    lengths = Counter({1: 5, 24: 1, 25: 2, 97: 4})
    bars = length_bars(lengths)
    assert len(bars) <= BARS
    assert sum(bar.count for bar in bars) == 12
    assert max(bar.height for bar in bars) == 1
    assert [bar.label for bar in length_bars(Counter({3: 1}))] == ["1", "2", "3"]


def test_publishing_replaces_entries_and_keeps_others(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "old").touch()
    (tmp_path / "other").touch()
    with published(tmp_path, last="last.json") as partial:
        (partial / "train").mkdir()
        (partial / "last.json").touch()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "last.json",
        "other",
        "train",
    ]


def test_nothing_is_published_after_an_exception(tmp_path: Path) -> None:
    def fail() -> None:
        with published(tmp_path, last="last.json") as partial:
            (partial / "last.json").write_text("after")
            raise ZeroDivisionError

    (tmp_path / "last.json").write_text("before")
    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".partial-killed").mkdir()
    with published(tmp_path, last="last.json") as partial:
        (partial / "last.json").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["last.json"]
