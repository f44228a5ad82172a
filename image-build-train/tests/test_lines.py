"""What the reader makes of LMDB folders, whole and damaged."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import lmdb
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocr_training.data.lines import LabelledLine, read_lines, read_records
from ocr_training.data.preprocess import input_width
from ocr_training.errors import UserError

Write = Callable[[Path, Sequence[str]], None]
Draw = Callable[[str], NDArray[np.uint8]]


def put(folder: Path, key: str, value: bytes | None) -> None:
    """Replace a record of the folder's only LMDB, or take it away."""
    with lmdb.open(str(folder / "lines-00000"), map_size=1 << 26) as env, env.begin(write=True) as records:
        if value is None:
            records.delete(key.encode())
        else:
            records.put(key.encode(), value)


@pytest.fixture
def channel(tmp_path: Path, write_lines: Write) -> Path:
    write_lines(tmp_path, ["AB", "CAFE", "FACE"])
    return tmp_path


def test_lines_come_in_order_with_the_width_they_are_read_at(channel: Path, drawn: Draw) -> None:
    lines = read_lines(channel)
    assert [line.text for line in lines] == ["AB", "CAFE", "FACE"]
    assert [line.width for line in lines] == [drawn(line.text).shape[1] for line in lines]


@pytest.mark.parametrize("extension", [".png", ".jpg", ".webp", ".bmp", ".tiff"])
def test_the_width_is_that_of_the_decoded_picture(channel: Path, drawn: Draw, extension: str) -> None:
    put(channel, "image-000000002", cv2.imencode(extension, drawn("CAFE", 57))[1].tobytes())
    line = read_lines(channel)[1]
    assert line.width == input_width(*line.pixels().shape[:2])


def test_a_picture_on_its_side_has_the_width_that_it_is_decoded_with(channel: Path, tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 200))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif)
    put(channel, "image-000000001", (tmp_path / "turned.jpg").read_bytes())
    line = read_lines(channel)[0]
    assert line.pixels().shape[:2] == (40, 200)
    assert line.width == 160


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("image-000000002", None, "lacks the key image-000000002"),
        ("label-000000002", None, "lacks the key label-000000002"),
        ("label-000000002", b"\xff\xfe", "label-000000002 of .* is not UTF-8"),
        ("image-000000002", b"", "image-000000002 of .*, the picture of 'CAFE', cannot be decoded"),
        ("image-000000002", b"no picture", "image-000000002 of .*, the picture of 'CAFE', cannot be decoded"),
    ],
)
def test_a_damaged_record_is_named_and_the_others_are_read(
    channel: Path, key: str, value: bytes | None, message: str
) -> None:
    put(channel, key, value)
    with pytest.raises(UserError, match=message):
        read_lines(channel)
    records = read_records(channel)
    assert [line.text for line in records.lines] == ["AB", "FACE"]
    assert len(records.unreadable) == 1


@pytest.mark.parametrize(
    ("value", "message"), [(None, "lacks the key num-samples"), (b"many", "not a readable line dataset")]
)
def test_an_unknown_number_of_lines_is_an_error(channel: Path, value: bytes | None, message: str) -> None:
    put(channel, "num-samples", value)
    with pytest.raises(UserError, match=message):
        read_records(channel)


def test_a_file_that_was_cut_off_is_an_error(channel: Path) -> None:
    """Reading on would end the process with SIGBUS."""
    data = channel / "lines-00000/data.mdb"
    whole = data.read_bytes()
    data.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"data.mdb has \d+ of \d+ bytes: its copy was cut off"):
        read_records(channel)


def test_a_picture_that_ends_too_early_is_found_when_it_is_decoded(channel: Path, drawn: Draw) -> None:
    encoded = cv2.imencode(".png", drawn("CAFE"))[1].tobytes()
    put(channel, "image-000000002", encoded[: len(encoded) // 2])
    with pytest.raises(UserError, match="picture of the line 'CAFE' cannot be decoded"):
        read_lines(channel)[1].pixels()


def test_a_folder_without_lines_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no LMDB folder in"):
        read_lines(tmp_path)


def test_a_line_without_bytes_has_no_pixels() -> None:
    with pytest.raises(UserError, match="cannot be decoded"):
        LabelledLine(b"", "A", 8).pixels()
