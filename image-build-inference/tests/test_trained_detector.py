"""The detector of the model folder: a real network, taken by the numbers of its own inference.yml."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from ocr_inference.detection_config import DetResizeForTest, parse_detector_config
from ocr_inference.detector import Detector, TextBox
from ocr_inference.failure import UserError
from ocr_inference.model_files import ModelFiles
from ocr_inference.page_scale import LONG_SIDE
from ocr_inference.provider import Provider
from ocr_inference.reader import Reader
from ocr_inference.trained_detector import TrainedDetector

Picture = npt.NDArray[np.uint8]
MakeDetector = Callable[..., Path]
BLOCK = (100, 60, 400, 90)
"""A dark block on a page: left, top, right, bottom."""


def page_with(*blocks: tuple[int, int, int, int], height: int = 700, width: int = 800) -> Picture:
    page = np.full((height, width, 3), 255, dtype=np.uint8)
    for left, top, right, bottom in blocks:
        page[top:bottom, left:right] = 0
    return page


def found_in(model: Path, page: Picture) -> list[TextBox]:
    files = ModelFiles.read(model).detector
    assert files is not None
    return Detector(TrainedDetector.from_files(files, threads=1)).detect(page)


def edges(box: TextBox) -> list[float]:
    return [*box.polygon.min(axis=0).tolist(), *box.polygon.max(axis=0).tolist()]


def rewrite(detector: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = detector / "inference.yml"
    config = copy.deepcopy(yaml.safe_load(path.read_text()))
    change(config)
    path.write_text(yaml.safe_dump(config))


def resize(config: dict[str, Any], **said: object) -> None:
    config["PreProcess"]["transform_ops"][0] = {"DetResizeForTest": said}


@pytest.fixture
def model(own_detector_model: Path, tmp_path: Path) -> Path:
    """A copy of a model with a detector of its own, to be changed."""
    return Path(shutil.copytree(own_detector_model, tmp_path / "model"))


@pytest.mark.parametrize(("height", "width"), [(700, 800), (400, 420), (1500, 2500)])
def test_a_dark_block_is_boxed_where_it_is_on_a_page_of_any_size(model: Path, height: int, width: int) -> None:
    (box,) = found_in(model, page_with(BLOCK, height=height, width=width))
    np.testing.assert_allclose(edges(box), BLOCK, atol=25)
    assert box.confidence > 0.9


def test_a_box_has_as_many_decimals_as_the_answer(model: Path) -> None:
    (box,) = found_in(model, page_with(BLOCK, height=1500, width=2501))
    assert (
        box.polygon.tolist()
        == np.array([[round(x, 1), round(y, 1)] for x, y in box.polygon.tolist()], np.float32).tolist()
    )


def test_an_empty_page_has_no_boxes(model: Path) -> None:
    assert found_in(model, page_with()) == []


def test_boxes_grow_by_the_ratio_of_the_export(model: Path) -> None:
    (tight,) = found_in(model, page_with(BLOCK))
    rewrite(model / "detector", lambda config: config["PostProcess"].update(unclip_ratio=3.0))
    (wide,) = found_in(model, page_with(BLOCK))
    assert wide.polygon[:, 1].max() > tight.polygon[:, 1].max() + 20


def test_a_box_below_the_threshold_of_the_export_is_left_out(model: Path) -> None:
    grey = page_with()
    grey[60:90, 100:400] = 64  # the network answers sigmoid(20 + 40 * 0.498) to it on both sides of black
    assert len(found_in(model, grey)) == 1
    rewrite(model / "detector", lambda config: config["PostProcess"].update(box_thresh=1.0))
    assert found_in(model, grey) == []


def test_only_so_many_candidates_are_looked_at(model: Path) -> None:
    page = page_with(BLOCK, (100, 300, 400, 330), (100, 500, 400, 530))
    assert len(found_in(model, page)) == 3
    rewrite(model / "detector", lambda config: config["PostProcess"].update(max_candidates=2))
    assert len(found_in(model, page)) == 2


def test_pixels_are_normalised_as_the_export_says(model: Path) -> None:
    def lighten(config: dict[str, Any]) -> None:
        (normalize,) = [op for op in config["PreProcess"]["transform_ops"] if "NormalizeImage" in op]
        normalize["NormalizeImage"]["mean"] = [-3.0] * 3

    rewrite(model / "detector", lighten)  # black is 6 and light to the network
    assert found_in(model, page_with(BLOCK)) == []


@pytest.mark.parametrize(("mode", "found"), [("BGR", 0), ("RGB", 1)])
def test_channels_come_in_the_order_of_the_export(model: Path, mode: str, found: int) -> None:
    def see_red_alone(config: dict[str, Any]) -> None:
        operations = config["PreProcess"]["transform_ops"]
        operations.insert(0, {"DecodeImage": {"img_mode": mode}})
        (normalize,) = [op for op in operations if "NormalizeImage" in op]
        normalize["NormalizeImage"]["std"] = [0.1, 1000.0, 1000.0]

    rewrite(model / "detector", see_red_alone)
    page = page_with()
    page[60:90, 100:400] = (255, 255, 0)  # all but red, which is the last of blue, green and red
    assert len(found_in(model, page)) == found


@pytest.mark.parametrize(
    ("resize", "size", "scale"),
    [
        ({}, (320, 320), 2.0),
        ({"limit_side_len": 960, "limit_type": "min"}, (480, 600), 2.0),
        ({"limit_side_len": 960, "limit_type": "min"}, (480, 1600), 1.0),
        ({"limit_side_len": 960, "limit_type": "max"}, (480, 600), 1.0),
        ({"limit_side_len": 960, "limit_type": "max"}, (480, 1920), 0.5),
        ({"resize_long": 960}, (240, 480), 2.0),
        ({"resize_long": 960}, (1920, 480), 0.5),
        ({"limit_side_len": 640, "limit_type": "min", "max_side_limit": 800}, (640, 1600), 0.5),
        ({"resize_long": 4000}, (800, 3200), 0.5),
    ],
)
def test_the_limits_of_the_export_decide_the_size(resize: dict[str, Any], size: tuple[int, int], scale: float) -> None:
    assert DetResizeForTest.model_validate(resize).page_scale.of(*size) == pytest.approx(scale)


@given(st.integers(32, 8192), st.sampled_from(["min", "max"]), st.integers(1, 9000), st.integers(1, 9000))
def test_no_export_makes_a_page_larger_than_the_reader_admits(side: int, kind: str, height: int, width: int) -> None:
    resize = DetResizeForTest.model_validate({"limit_side_len": side, "limit_type": kind})
    scale = resize.page_scale.of(height, width)
    assert max(height, width) * scale <= LONG_SIDE * (1 + 1e-9)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c["PostProcess"].update(name="CTCLabelDecode"), "DB detector: PostProcess.name"),
        (lambda c: c["PostProcess"].update(thresh=1.5), "PostProcess.thresh"),
        (lambda c: c["PostProcess"].update(max_candidates=0), "PostProcess.max_candidates"),
        (lambda c: c["PostProcess"].update(unclip_ratio=0), "PostProcess.unclip_ratio"),
        (lambda c: c["PostProcess"].update(box_type="poly"), "PostProcess.box_type"),
        (lambda c: c["PreProcess"]["transform_ops"].pop(1), "must hold NormalizeImage"),
        (lambda c: resize(c, limit_side_len=8), "limit_side_len"),
        (lambda c: resize(c, image_shape=[640, 640]), "image_shape"),
        (lambda c: c.pop("PostProcess"), "PostProcess: Field required"),
    ],
)  # fmt: skip
def test_a_wrong_inference_yml_says_where(model: Path, change: Callable[[Any], object], complaint: str) -> None:
    rewrite(model / "detector", change)
    with pytest.raises(UserError, match=complaint) as refused:
        found_in(model, page_with())
    assert "detector/inference.yml" in str(refused.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_config_or_refused(content: bytes) -> None:
    with pytest.raises(UserError):  # one is not made by chance
        parse_detector_config(content, "inference.yml")


@pytest.mark.parametrize(
    ("nodes", "complaint"),
    [
        ([("Identity", "x", "probabilities")], r"answers \[1, 3, 32, 64\]"),
        ([("Transpose", "dark", "probabilities")], r"answers \[1, 1, 64, 32\]"),
        ([("Neg", "dark", "probabilities")], "sigmoid"),
    ],
)
def test_a_network_that_answers_something_else_is_refused(
    model: Path, nodes: list[tuple[str, str, str]], complaint: str
) -> None:
    path = model / "detector" / "model.onnx"
    network = onnx.load(path)
    network.graph.node[-1].output[0] = "dark"
    for kind, given_, made in nodes:
        options = {"perm": [0, 1, 3, 2]} if kind == "Transpose" else {}
        network.graph.node.append(helper.make_node(kind, [given_], [made], **options))
    onnx.save(network, path)
    with pytest.raises(UserError, match=complaint):
        found_in(model, page_with())


def test_a_network_that_is_none_is_refused_by_its_name(model: Path) -> None:
    (model / "detector" / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(UserError, match=r"detector/model\.onnx is not a model that ONNX Runtime can load"):
        Reader.from_folder(model)


@pytest.mark.parametrize("name", ["model.onnx", "inference.yml"])
def test_half_a_detector_is_no_detector(model: Path, name: str) -> None:
    (model / "detector" / name).unlink()
    with pytest.raises(UserError, match=rf"There is no .*detector/{name}"):
        Reader.from_folder(model)


def test_a_detector_in_paddles_form_alone_says_how_to_convert_it(model: Path) -> None:
    (model / "detector" / "model.onnx").rename(model / "detector" / "inference.json")
    with pytest.raises(UserError, match=r"paddle2onnx .*detector .*inference\.pdiparams"):
        Reader.from_folder(model)


def test_a_provider_that_is_not_there_says_what_to_do(model: Path) -> None:
    files = ModelFiles.read(model).detector
    assert files is not None
    with pytest.raises(UserError, match="DEVICE=cuda"):
        TrainedDetector.from_files(files, 1, Provider.CUDA)


def test_the_model_s_own_detector_finds_the_lines(own_detector_model: Path, text_model: Path) -> None:
    own, pretrained = Reader.from_folder(own_detector_model), Reader.from_folder(text_model)
    page = page_with(BLOCK)
    assert len(own.detect(page).lines) == 1
    assert own.detector.startswith("sha256:")
    assert pretrained.detector == "PP-OCRv6_det_small"
    assert own.version != pretrained.version


def test_the_version_is_of_both_networks(model: Path, make_detector: MakeDetector) -> None:
    before = ModelFiles.read(model)
    (model / "detector" / "model.onnx").write_bytes(b"another detector")
    other = ModelFiles.read(model)
    shutil.rmtree(model / "detector")
    alone = ModelFiles.read(model)
    make_detector(model)
    assert len({before.version, other.version, alone.version}) == 3
    assert ModelFiles.read(model).version == before.version


def test_the_files_reach_a_worker_whole(own_detector_model: Path, text_model: Path) -> None:
    for folder in (own_detector_model, text_model):
        files = ModelFiles.read(folder)
        assert ModelFiles.of_parts(folder, files.parts) == files
