import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import lmdb
import numpy as np
import pytest

from ocr_inference.evaluation.dataset import decoded, read_dataset_summary, read_test_set
from ocr_inference.failure import UserError

WriteLmdb = Callable[[Path, Sequence[tuple[str, str]]], None]


def _change(folder: Path, key: str, value: bytes | None) -> None:
    with lmdb.open(str(folder), map_size=1 << 26) as environment, environment.begin(write=True) as put:
        if value is None:
            put.delete(key.encode())
        else:
            put.put(key.encode(), value)


def test_every_lmdb_below_the_folder_is_read_in_order(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines-00001", [("CD", "number")])
    write_lmdb(tmp_path / "lines-00000", [("AB", "name"), ("BA", "name")])
    lines = read_test_set(tmp_path)
    assert [line.label for line in lines] == ["AB", "BA", "CD"]
    assert [line.meta.field for line in lines] == ["name", "name", "number"]
    assert [len(chunk) for chunk in decoded(lines, chunk=2)] == [2, 1]


def test_a_folder_that_is_itself_an_lmdb_is_read(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "test", [("AB", "name")])
    assert len(read_test_set(tmp_path / "test")) == 1


def test_no_lmdb_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no test set in"):
        read_test_set(tmp_path)


def test_an_lmdb_without_lines_is_an_error(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines", [])
    with pytest.raises(UserError, match="has no lines"):
        read_test_set(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("num-samples", None, "no num-samples"),
        ("num-samples", b"two", "expected a number"),
        ("num-samples", b"3", "no label-000000003"),
        ("image-000000002", None, "no image-000000002"),
        ("label-000000002", b" ", "lines line 2 is empty"),
        ("label-000000002", b"\xff", "lines line 2 is not UTF-8"),
        ("meta-000000001", b"[", "meta of lines line 1"),
    ],
)
def test_a_broken_lmdb_is_named(
    tmp_path: Path, write_lmdb: WriteLmdb, key: str, value: bytes | None, complaint: str
) -> None:
    write_lmdb(tmp_path / "lines", [("AB", "name"), ("CD", "name")])
    _change(tmp_path / "lines", key, value)
    with pytest.raises(UserError, match=complaint):
        read_test_set(tmp_path)


def test_a_line_without_meta_is_read(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines", [("AB", "name")])
    _change(tmp_path / "lines", "meta-000000001", None)
    assert read_test_set(tmp_path)[0].meta.field is None


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines", [("AB", "name")])
    _change(tmp_path / "lines", "image-000000001", b"junk")
    with pytest.raises(UserError, match="picture of lines line 1"):
        list(decoded(read_test_set(tmp_path)))


def test_a_file_that_is_no_lmdb_is_named(tmp_path: Path) -> None:
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "data.mdb").write_bytes(b"junk" * 5000)
    with pytest.raises(UserError, match="cannot be opened as LMDB"):
        read_test_set(tmp_path)


def test_a_dataset_summary_is_optional_and_checked(tmp_path: Path) -> None:
    assert read_dataset_summary(tmp_path / "dataset.json") is None
    (tmp_path / "dataset.json").write_text("[]")
    with pytest.raises(UserError, match=r"dataset\.json"):
        read_dataset_summary(tmp_path / "dataset.json")


def test_pictures_are_not_held(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    with lmdb.open(str(tmp_path / "lines"), map_size=1 << 27) as environment, environment.begin(write=True) as put:
        put.put(b"num-samples", b"200")
        for index in range(1, 201):
            picture = noise.integers(0, 256, (64, 500, 3), dtype=np.uint8)  # 96 kB, whatever packs it
            put.put(f"image-{index:09d}".encode(), cv2.imencode(".png", picture)[1].tobytes())
            put.put(f"label-{index:09d}".encode(), b"AB")
    tracemalloc.start()
    sizes = [image.shape for images in decoded(read_test_set(tmp_path), chunk=10) for image in images]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sizes == [(64, 500, 3)] * 200
    assert peak < 5_000_000


def test_figures_of_quality_that_are_no_numbers_are_told(tmp_path: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(tmp_path / "lines", [("AB", "name")])
    _change(tmp_path / "lines", "meta-000000001", b'{"contrast": "much"}')
    with pytest.raises(UserError, match=r"meta of lines line 1[^\0]*contrast"):
        read_test_set(tmp_path)
