"""The dataset contract, from the files alone."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.convert import convert
from ocr_processing.detect import find_readers
from ocr_processing.document import Document, Image

SPLITS = ("train", "validation", "test")
RECEIPTS = Path(__file__).parents[2].parent / "shared" / "data" / "sroie-sample"


def pixels(encoded: bytes) -> Image:
    return Document("", "", encoded, ()).pixels()


def boxed_documents(job: Any, count: int = 20) -> None:
    """Pages with two lines of text each."""
    for number in range(count):
        page = np.full((120, 300, 3), 230, np.uint8)
        cv2.putText(page, f"page {number}", (20, 45), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 1)
        cv2.putText(page, f"total, {number}", (20, 95), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 1)
        job.picture(f"img/{number:02d}.jpg", page)
        rows = f"15,20,200,20,200,55,15,55,page {number}\n15,70,200,70,200,105,15,105,total, {number}\n"
        job.text(f"box/{number:02d}.csv", rows)


def all_lines(job: Any, read_lines: Any) -> dict[str, list[Any]]:
    return {split: list(read_lines(job.output / split / "lines-00000")) for split in SPLITS}


def test_lines_follow_the_contract(job: Any, read_lines: Any) -> None:
    boxed_documents(job)
    assert job.run() == 0
    lines = all_lines(job, read_lines)
    assert sorted(line.text for split in SPLITS for line in lines[split]) == sorted(
        f"{kind} {number}" for kind in ("page", "total,") for number in range(20)
    )
    for split in SPLITS:
        for line in lines[split]:
            assert line.meta.keys() == {"source", "field", "document", "line", "contrast", "blur"}
            crop = pixels(line.image)
            assert crop.shape[0] <= 64
            assert line.text.startswith("page" if line.meta["line"] == 1 else "total")


def test_no_document_has_lines_in_two_splits(job: Any, read_lines: Any) -> None:
    boxed_documents(job)
    assert job.run() == 0
    documents = {
        split: {line.meta["document"] for line in lines} for split, lines in all_lines(job, read_lines).items()
    }
    assert all(documents.values())
    assert sum(map(len, documents.values())) == len(set.union(*documents.values())) == 20


def test_the_record_counts_what_was_written(job: Any, read_lines: Any) -> None:
    boxed_documents(job)
    job.text("box/00.csv", "15,20,200,20,200,55,15,55,page 0\n0,0,1,1\n")
    assert job.run("--seed", "5") == 0
    record, lines = job.record(), all_lines(job, read_lines)
    assert record["lines"] == 39
    assert record["documents"] == 20
    for split in SPLITS:
        assert record["splits"][split]["lines"] == len(lines[split])
        assert record["splits"][split]["documents"] == len({line.meta["document"] for line in lines[split]})
        assert record["fields"][""][split] == len(lines[split])
    assert record["rejects"] == {"total": 1, "by_reason": {"malformed-line": 1}}
    assert record["seed"] == record["config"]["seed"] == 5
    texts = "".join(line.text for split in SPLITS for line in lines[split])
    assert record["characters"] == dict(Counter(texts))
    (source,) = record["sources"]
    assert (source["format"], source["location"], len(source["sha256"])) == ("icdar", "box", 64)


@pytest.mark.parametrize("change", ["label", "picture", "reject"])
def test_a_sources_hash_changes_with_what_it_holds(job: Any, change: str) -> None:
    def hashes() -> list[str]:
        assert job.run() == 0
        return [source["sha256"] for source in job.record()["sources"]]

    boxed_documents(job)
    job.label_file(job.some_lines())
    boxes, lines = hashes()
    assert hashes() == [boxes, lines]
    row = "img/011.png\tline 11\n"
    if change == "picture":
        job.picture("img/011.png", 255 - cv2.imread(str(job.documents / "img/011.png")))
    else:
        labels = (job.documents / "rec_gt.txt").read_text(encoding="utf-8")
        job.text("rec_gt.txt", labels.replace(row, row.replace("line 11", "lime 11" if change == "label" else "")))
    changed = hashes()
    assert changed[0] == boxes
    assert changed[1] != lines


def test_the_records_hash_is_that_of_the_records(job: Any, read_lines: Any) -> None:
    boxed_documents(job)
    assert job.run() == 0
    total = hashlib.sha256()
    for split, lines in all_lines(job, read_lines).items():
        members = 0
        for line in lines:
            meta = json.dumps(line.meta, ensure_ascii=False, sort_keys=True).encode()
            digest = hashlib.sha256()
            for value in (line.image, line.text.encode(), meta):
                digest.update(len(value).to_bytes(8, "big") + value)
            members += int.from_bytes(digest.digest(), "big")
        written = f"{members % 2**256:064x}"
        assert job.record()["splits"][split]["sha256"] == written
        total.update(split.encode() + b"\0" + bytes.fromhex(written))
    assert job.record()["sha256"] == total.hexdigest()


def test_the_dictionary_lists_the_labels_characters_by_code_point_without_the_space(job: Any) -> None:
    job.label_file({f"{number}.png": text for number, text in enumerate(["b a", "證 A", "é1", "!"])})
    assert job.run() == 0
    assert (job.output / "dict.txt").read_bytes().decode() == "!\n1\nA\na\nb\né\n證\n"


def test_a_given_dictionary_is_kept_whole(job: Any) -> None:
    job.label_file(job.some_lines())
    job.text("dict.txt", "z\r\nl\r\ni\r\nn\r\ne\r\n" + "".join(f"{digit}\r\n" for digit in range(10)))
    assert job.run() == 0
    assert (job.output / "dict.txt").read_text() == "".join(f"{c}\n" for c in "0123456789eilnz")
    assert job.record()["dictionary"]["given"] is True


def test_a_named_dictionary_goes_before_that_of_the_documents(job: Any) -> None:
    job.label_file(job.some_lines())
    job.text("dict.txt", "x\n")
    named = job.text("../named.txt", "".join(f"{character}\n" for character in "line0123456789"))
    assert job.run("--dictionary", str(named)) == 0
    assert job.record()["rejects"]["total"] == 0


def test_pages_are_whole_test_documents_with_every_line(job: Any, read_lines: Any) -> None:
    boxed_documents(job, 60)
    assert job.run("--train-fraction", "0.5", "--test-fraction", "0.4", "--pages", "8") == 0
    test_documents = {line.meta["document"] for line in all_lines(job, read_lines)["test"]}
    pages = sorted((job.output / "pages").glob("*.json"))
    assert len(pages) == 8
    for path in pages:
        page = json.loads(path.read_text(encoding="utf-8"))
        assert page["document"] in test_documents
        assert (path.parent / page["image"]).read_bytes() == (job.documents / page["document"]).read_bytes()
        assert [line["polygon"] for line in page["lines"]] == [
            [[15, 20], [200, 20], [200, 55], [15, 55]],
            [[15, 70], [200, 70], [200, 105], [15, 105]],
        ]


def test_the_page_of_a_line_picture_has_no_polygon(job: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    page = json.loads(next((job.output / "pages").glob("*.json")).read_text())
    assert [line["polygon"] for line in page["lines"]] == [None]


def test_line_pictures_are_stored_as_their_own_files(job: Any, read_lines: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    for lines in all_lines(job, read_lines).values():
        for line in lines:
            assert line.image == (job.documents / line.meta["document"]).read_bytes()


def test_only_training_crops_have_random_margins(job: Any, new_job: Any, read_lines: Any) -> None:
    boxed_documents(job)
    assert job.run("--margin-jitter", "0") == 0
    tight = all_lines(job, read_lines)
    other = new_job()
    boxed_documents(other)
    assert other.run("--margin-jitter", "0.3") == 0
    loose = all_lines(other, read_lines)
    assert [line.text for line in tight["train"]] == [line.text for line in loose["train"]]
    assert all(a.image != b.image for a, b in zip(tight["train"], loose["train"], strict=True))
    for split in ("validation", "test"):
        assert [line.image for line in tight[split]] == [line.image for line in loose[split]]


def test_moved_documents_are_cropped_for_the_split_they_end_in(job: Any, read_lines: Any) -> None:
    boxed_documents(job, 3)
    assert job.run() == 0
    assert job.record()["moved"]
    for split in ("validation", "test"):
        for line in all_lines(job, read_lines)[split]:
            crop = pixels(line.image)
            assert crop.shape == (35, 185, 3)


def test_the_same_input_gives_the_same_bytes_whatever_the_number_of_processes(job: Any, new_job: Any) -> None:
    boxed_documents(job)
    assert job.run("--workers", "2") == 0
    other = new_job()
    boxed_documents(other)
    assert other.run("--workers", "1") == 0

    def files(output: Path) -> dict[str, bytes]:
        return {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}

    assert files(job.output) == files(other.output)


def test_another_seed_gives_another_dataset(job: Any) -> None:
    boxed_documents(job)
    assert job.run("--seed", "1") == 0
    first = job.record()["sha256"]
    assert job.run("--seed", "2") == 0
    assert job.record()["sha256"] != first


def test_a_photo_is_turned_upright_by_its_exif_orientation(job: Any, read_lines: Any) -> None:
    boxed_documents(job, 4)
    upright = pixels((job.documents / "img/00.jpg").read_bytes())
    job.picture("img/00.jpg", cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE))
    jpeg = (job.documents / "img/00.jpg").read_bytes()
    # An EXIF segment whose only entry is Orientation = 6: turn clockwise to view.
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    job.text("img/00.jpg", jpeg[:2] + segment + jpeg[2:])
    assert job.run("--margin-jitter", "0") == 0
    assert job.record()["lines"] == 8
    lines = [line for split in all_lines(job, read_lines).values() for line in split]
    (first,) = (line for line in lines if line.text == "page 0")
    crop = pixels(first.image)
    assert np.abs(crop.astype(int) - upright[20:55, 15:200].astype(int)).mean() < 6


def test_a_limit_uses_the_first_documents_and_rejects_no_others(job: Any) -> None:
    job.label_file(job.some_lines(12))
    assert job.run("--limit-documents", "5") == 0
    assert job.record()["documents"] == 5
    assert job.record()["rejects"]["total"] == 0


def test_a_recipe_becomes_a_dataset_with_fields(job: Any, read_lines: Any) -> None:
    recipe = job.text("cards.yaml", "recipe: identity-card\ndocuments: 4\nseed: 23\n")
    assert job.run() == 0
    record = job.record()
    assert record["documents"] == 4
    assert record["format"] == "recipe"
    assert {"name_zh", "name_en", "id_number"} <= record["fields"].keys()
    assert record["recipe"]["sha256"] == hashlib.sha256(recipe.read_bytes()).hexdigest()
    assert record["recipe"]["content"]["documents"] == 4
    (line, *_) = all_lines(job, read_lines)["test"]
    assert line.meta["source"] == "identity-card"


def test_the_report_needs_nothing_but_itself(job: Any) -> None:
    boxed_documents(job)
    assert job.run() == 0
    report = (job.output / "report.html").read_text(encoding="utf-8")
    assert "http://" not in report
    assert "https://" not in report
    assert report.count("data:image/") >= 20
    assert 'name="viewport"' in report
    assert "total, 3" in report


def test_labels_cannot_write_markup_into_the_report(job: Any) -> None:
    job.label_file(job.some_lines() | {"img/markup.png": "<script>alert(1)</script>"})
    assert job.run() == 0
    report = (job.output / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in report
    assert "&lt;script&gt;" in report


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="the receipts are not beside the checkout")
def test_real_receipts_are_read_without_a_reject(job: Any) -> None:
    job.documents.rmdir()
    job.documents.symlink_to(RECEIPTS)
    assert job.run("--limit-documents", "8") == 0
    assert job.record()["documents"] == 8
    assert job.record()["format"] == "icdar"
    assert job.record()["rejects"]["total"] == 0


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="the receipts are not beside the checkout")
def test_real_receipts_are_the_same_lines_in_another_tool(job: Any) -> None:
    assert convert(RECEIPTS, job.documents, "ppocrlabel").rejects == {}
    (read, *_), (real, *_) = ([i for r in find_readers(f) for i in r.read()] for f in (job.documents, RECEIPTS))
    assert isinstance(read, Document)
    assert isinstance(real, Document)
    assert (read.name, read.encoded()) == (real.name, real.encoded())
    assert [line.text for line in read.lines] == [line.text for line in real.lines]
    for line, original in zip(read.lines, real.lines, strict=True):
        np.testing.assert_array_equal(line.polygon, original.polygon)
