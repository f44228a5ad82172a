"""Preprocess -> Train, Evaluate: lines, dictionary, lineage; and what each image sees of a line."""

import io
import json
from pathlib import Path

import numpy as np
import PIL.ExifTags
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_inference import preprocess as serving
from ocr_inference.evaluation.dataset import read_dataset_summary, read_test_set
from ocr_inference.picture import DecodeLimits, decode_picture
from ocr_inference.reader import crop_line
from ocr_processing.crop import cut_line
from ocr_processing.dictionary import Dictionary as AnyCharacter
from ocr_processing.document import Document, Line
from ocr_processing.examine import Examiner
from ocr_processing.quality import line_quality
from ocr_training.data import preprocess as training
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine, read_lines


def random_image(width: int, height: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_both_images_read_the_same_lines(dataset: Path, split: str) -> None:
    trained, evaluated = read_lines(dataset / split), read_test_set(dataset / split)
    assert [line.text for line in trained] == [line.label for line in evaluated]
    assert all((a.pixels() == b.decode()).all() for a, b in zip(trained, evaluated, strict=True))


def test_every_line_says_where_it_comes_from(dataset: Path) -> None:
    metas = [line.meta for line in read_test_set(dataset / "test")]
    assert all(meta.source and meta.field and meta.document for meta in metas)


def test_every_line_says_how_well_it_can_be_seen(dataset: Path) -> None:
    for line in read_test_set(dataset / "test"):
        measured = line_quality(line.decode())
        assert line.meta.contrast == pytest.approx(measured.contrast, rel=0.1)
        assert line.meta.blur == pytest.approx(measured.blur, rel=0.2, abs=0.1)


def test_no_document_has_lines_in_two_splits(dataset: Path) -> None:
    documents = [{line.meta.document for line in read_test_set(dataset / s)} for s in ("train", "validation", "test")]
    assert all(documents)
    assert sum(map(len, documents)) == len(set.union(*documents))


def test_the_dictionary_covers_every_label(dataset: Path) -> None:
    dictionary = Dictionary.read(dataset / "dict.txt")
    for split in ("train", "validation", "test"):
        for line in read_lines(dataset / split):
            dictionary.encode(line.text)


def test_every_label_fits_its_columns(dataset: Path) -> None:
    for line in read_lines(dataset / "train"):
        assert training.columns_needed(line.text) <= training.columns(line.width)


def test_the_lineage_is_the_hash_that_evaluation_quotes(dataset: Path) -> None:
    stated = json.loads((dataset / "dataset.json").read_text(encoding="utf-8"))["sha256"]
    summary = read_dataset_summary(dataset / "dataset.json")
    assert summary is not None
    assert summary.sha256 == stated
    assert len(stated) == 64


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 900), st.integers(1, 90), st.integers(0, 5))
def test_training_and_serving_make_the_same_input_of_a_crop(width: int, height: int, seed: int) -> None:
    crops = [random_image(width, height, seed), random_image(width // 2 + 1, height, seed)]
    trained = training.batch([training.resize(crop) for crop in crops])
    served = serving.to_batch([serving.resize_line(crop, 32) for crop in crops])
    assert trained.shape == served.shape
    np.testing.assert_allclose(trained, served, atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-12, 12), min_size=8, max_size=8),
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    st.booleans(),
    st.integers(0, 5),
)
def test_preprocess_and_the_endpoint_cut_the_same_crop(
    shifts: list[float], moved: tuple[float, float], tall: bool, seed: int
) -> None:
    page = random_image(300, 300, seed)
    corners = [[60, 40], [130, 40], [130, 240], [60, 240]] if tall else [[40, 60], [240, 60], [240, 130], [40, 130]]
    polygon = np.array(corners, np.float32) + np.array(shifts, np.float32).reshape(4, 2) + np.array(moved, np.float32)
    cut, cropped = cut_line(page, polygon), crop_line(page, polygon)
    assert cut.shape == cropped.shape
    assert (cut == cropped).all()


@pytest.mark.parametrize("height", [148, 149, 150, 151])
def test_both_turn_the_same_crops(height: int) -> None:
    page = random_image(300, 300, 0)
    polygon = np.array([[50, 50], [150, 50], [150, 50 + height], [50, 50 + height]], np.float32)
    assert cut_line(page, polygon).shape == crop_line(page, polygon).shape


def photo(form: str, orientation: int, mode: str) -> bytes:
    """A picture file of 70 x 40 smooth pixels with a camera's orientation; its transparent places are not empty."""
    picture = PIL.Image.fromarray(random_image(7, 4, orientation)).resize((70, 40), PIL.Image.Resampling.BICUBIC)
    alpha = PIL.Image.fromarray(random_image(70, 40, 9)[:, :, 0])
    if mode in ("RGBA", "LA"):
        picture = picture.convert(mode)
        picture.putalpha(alpha)
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Orientation] = orientation
    file = io.BytesIO()
    picture.convert(mode).save(file, form, exif=exif, **({"lossless": True} if form == "WEBP" else {}))
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *((form, "RGB") for form in ("JPEG", "PNG", "WEBP", "TIFF")),
        *((form, "RGBA") for form in ("PNG", "WEBP", "TIFF")),
        ("JPEG", "L"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "P"),
    ],
)
def test_preprocess_and_the_endpoint_see_the_same_picture(form: str, mode: str, orientation: int) -> None:
    file = photo(form, orientation, mode)
    (served,) = decode_picture(file, DecodeLimits(pixels=10_000))
    np.testing.assert_array_equal(Document("photo", "", file, ()).pixels(), served)


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA")])
def test_a_line_is_read_in_training_as_the_endpoint_would_see_it(form: str, mode: str) -> None:
    file = photo(form, orientation=3, mode=mode)
    examined = Examiner(AnyCharacter(), seed=17, margin_jitter=0).examine(Document("x", "", file, (Line("x"),)), "test")
    (record,) = examined.records
    (served,) = decode_picture(file, DecodeLimits(pixels=10_000))
    np.testing.assert_array_equal(LabelledLine(record.image, record.text, width=0).pixels(), served)
