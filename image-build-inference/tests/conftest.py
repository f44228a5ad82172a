"""Real parts for the tests: a small recogniser that reads stripes, LMDBs, archives, drawn pages."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import lmdb
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
import yaml
from hypothesis import settings
from onnx import TensorProto, helper, numpy_helper
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from ocr_inference.rapidocr_models import WHEEL

# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Picture = npt.NDArray[np.uint8]

DICTIONARY = "ABCDEFGH"
LEVELS = {character: -0.95 + 0.1 * index for index, character in enumerate([*DICTIONARY, " "])}
"""The brightness, as the network sees it, by which the stripe recogniser tells characters. Blank is 0, grey."""
SHARPNESS = 2000.0
STRIPE = 8


def stripe_network(levels: Sequence[float]) -> onnx.ModelProto:
    """A network that answers, for every 4 columns, the class whose level their mean brightness is nearest to."""
    values = np.array(levels, dtype=np.float32)
    constants = [
        numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "squeezed"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
        numpy_helper.from_array((2 * SHARPNESS * values)[None, :], "slope"),
        numpy_helper.from_array(-SHARPNESS * values**2, "offset"),
    ]
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["steps"], kernel_shape=[32, 4], strides=[32, 4]),
        helper.make_node("Squeeze", ["steps", "squeezed"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "last"], ["column"]),
        helper.make_node("MatMul", ["column", "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=2),
    ]
    graph = helper.make_graph(
        nodes,
        "stripes",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["lines", 3, 32, "width"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["lines", "steps", "classes"])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def dark_network(height: int = 3, width: int = 41) -> onnx.ModelProto:
    """A detector's network: what is dark within so many pixels, is text. Pixels must come in as -1 to 1."""
    constants = [
        numpy_helper.from_array(np.array(-40.0, dtype=np.float32), "slope"),
        numpy_helper.from_array(np.array(20.0, dtype=np.float32), "offset"),
    ]
    pads = [height // 2, width // 2, height // 2, width // 2]
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["around"], kernel_shape=[height, width], pads=pads, strides=[1, 1]),
        helper.make_node("Mul", ["around", "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "dark",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["pages", 3, "height", "width"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["pages", 1, "height", "width"])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


DETECTOR_CONFIG: dict[str, Any] = {
    "PreProcess": {
        "transform_ops": [
            {"DetResizeForTest": {"limit_side_len": 640, "limit_type": "min", "max_side_limit": 1600}},
            {"NormalizeImage": {"scale": "1./255.", "mean": [0.5] * 3, "std": [0.5] * 3, "order": "hwc"}},
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.5,
        "max_candidates": 1000,
        "unclip_ratio": 0.4,
    },
}


def write_detector(folder: Path, config: Mapping[str, Any] = DETECTOR_CONFIG) -> Path:
    """Write a detector that finds what is dark into a model's folder; the folder ``detector``."""
    detector = folder / "detector"
    detector.mkdir(parents=True)
    onnx.save(dark_network(), detector / "model.onnx")
    (detector / "inference.yml").write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
    return detector


def write_model_folder(folder: Path, dictionary: Sequence[str], levels: Sequence[float]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(stripe_network(levels), folder / "model.onnx")
    write_inference_config(folder, dictionary)
    return folder


def write_inference_config(folder: Path, dictionary: Sequence[str], height: int = 32) -> None:
    config = {
        "Global": {"model_name": "PP-OCRv3_mobile_rec"},
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, height, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(dictionary)},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="session")
def stripe_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a recogniser that reads ``draw_stripes`` without a mistake."""
    folder = tmp_path_factory.mktemp("stripes")
    return write_model_folder(folder, DICTIONARY, [0.0, *LEVELS.values()])


@pytest.fixture(scope="session")
def swapped_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same recogniser with A and B mistaken for each other."""
    folder = tmp_path_factory.mktemp("swapped")
    return write_model_folder(folder, "BA" + DICTIONARY[2:], [0.0, *LEVELS.values()])


@pytest.fixture(scope="session")
def make_model() -> Callable[[Path, Sequence[str], Sequence[float]], Path]:
    return write_model_folder


@pytest.fixture(scope="session")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """rapidocr's own recogniser as a model folder: it reads real text, at height 48."""
    folder = tmp_path_factory.mktemp("text")
    source = WHEEL / "models" / "PP-OCRv6_rec_small.onnx"
    shutil.copyfile(source, folder / "model.onnx")
    metadata = onnxruntime.InferenceSession(str(source)).get_modelmeta().custom_metadata_map
    write_inference_config(folder, metadata["character"].splitlines(), height=48)
    return folder


@pytest.fixture(scope="session")
def make_detector() -> Callable[..., Path]:
    return write_detector


@pytest.fixture(scope="session")
def own_detector_model(tmp_path_factory: pytest.TempPathFactory, text_model: Path) -> Path:
    """rapidocr's recogniser with a detector of its own, that finds what is dark."""
    folder = tmp_path_factory.mktemp("own") / "model"
    shutil.copytree(text_model, folder)
    write_detector(folder)
    return folder


@pytest.fixture(scope="session")
def block_model(tmp_path_factory: pytest.TempPathFactory, stripe_model: Path) -> Path:
    """The stripe recogniser with the detector of what is dark: it finds every line of ``write_blocks``."""
    folder = tmp_path_factory.mktemp("blocks") / "model"
    shutil.copytree(stripe_model, folder)
    write_detector(folder)
    return folder


@pytest.fixture(scope="session")
def write_blocks() -> Callable[..., None]:
    """Write labelled pages of dark blocks for lines, of which the pretrained detector finds none."""

    def write(folder: Path, pages: int, complete: bool = True) -> None:
        folder.mkdir(parents=True)
        for number in range(pages):
            page = np.full((640, 700, 3), 255, dtype=np.uint8)
            boxes = [(100, 60 + 110 * row, 400 + 20 * number, 90 + 110 * row) for row in range(4)]
            for left, top, right, bottom in boxes:
                page[top:bottom, left:right] = 0
            cv2.imwrite(str(folder / f"page-{number}.jpg"), page)
            corners = [
                [[left, top], [right, top], [right, bottom], [left, bottom]] for left, top, right, bottom in boxes
            ]
            label = {
                "document": f"page-{number}.png",
                "source": "blocks",
                "image": f"page-{number}.jpg",
                "complete": complete,
                "lines": [{"text": "A", "field": "block", "polygon": polygon} for polygon in corners[:3]],
                "ignored": corners[3:],
            }
            (folder / f"page-{number}.json").write_text(json.dumps(label), encoding="utf-8")

    return write


@pytest.fixture(scope="session")
def draw_stripes() -> Callable[[str], Picture]:
    """Draw a text for the stripe recogniser: one stripe a character, grey between them."""

    def draw(text: str) -> Picture:
        picture = np.full((32, STRIPE * (2 * len(text) + 1), 3), 128, dtype=np.uint8)
        for index, character in enumerate(text):
            left = STRIPE * (2 * index + 1)
            picture[:, left : left + STRIPE] = round((LEVELS[character] + 1) / 2 * 255)
        return picture

    return draw


@pytest.fixture(scope="session")
def draw_page() -> Callable[..., Picture]:
    """Draw lines of text at given places on a white page."""

    def draw(texts: Mapping[str, tuple[int, int]], width: int = 900, height: int = 600) -> Picture:
        page = PilImage.new("RGB", (width, height), "white")
        pen = ImageDraw.Draw(page)
        for text, place in texts.items():
            pen.text(place, text, fill="black", font=ImageFont.load_default(size=32))
        return np.ascontiguousarray(np.asarray(page)[:, :, ::-1])

    return draw


@pytest.fixture(scope="session")
def to_png() -> Callable[[Picture], bytes]:
    def encode(picture: Picture) -> bytes:
        return cv2.imencode(".png", picture)[1].tobytes()

    return encode


@pytest.fixture(scope="session")
def write_lmdb(
    draw_stripes: Callable[[str], Picture], to_png: Callable[[Picture], bytes]
) -> Callable[[Path, Sequence[tuple[str, str]]], None]:
    """Write (text, field) lines, drawn as stripes, in the form that Preprocess writes."""

    def write(folder: Path, lines: Sequence[tuple[str, str]]) -> None:
        folder.mkdir(parents=True)
        with lmdb.open(str(folder), map_size=1 << 26) as environment, environment.begin(write=True) as put:
            put.put(b"num-samples", str(len(lines)).encode())
            for index, (text, field) in enumerate(lines, start=1):
                meta = {"source": "stripes", "field": field, "document": f"card-{index // 4}", "line": index}
                put.put(f"image-{index:09d}".encode(), to_png(draw_stripes(text)))
                put.put(f"label-{index:09d}".encode(), text.encode())
                put.put(f"meta-{index:09d}".encode(), json.dumps(meta).encode())

    return write


@pytest.fixture(scope="session")
def pack() -> Callable[[Path, Path, str], None]:
    """Pack a folder's files as .tar.gz, optionally below a prefix."""

    def write(folder: Path, archive: Path, prefix: str) -> None:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:gz") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, arcname=f"{prefix}{path.name}")

    return write


@pytest.fixture
def archive_with(tmp_path: Path) -> Callable[[tarfile.TarInfo, bytes], Path]:
    """An archive with one member made by hand."""

    def write(member: tarfile.TarInfo, content: bytes) -> Path:
        archive = tmp_path / "made.tar.gz"
        member.size = len(content)
        with tarfile.open(archive, "w:gz") as tar:
            tar.addfile(member, io.BytesIO(content))
        return archive

    return write
