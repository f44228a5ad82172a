"""The detector's names and shapes are PaddleOCR's, and PP-OCRv3's weights give what ONNX Runtime makes of them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import paddle
import pytest

from ocr_training.detection.dbnet import DBNet, neck_of
from ocr_training.detection.pp_ocrv3 import read_pp_ocrv3
from ocr_training.detection.weights import BoxSettings, DetectorWeights, with_threshold_branch
from ocr_training.errors import UserError
from ocr_training.model.weights import arrays_of


@pytest.mark.parametrize(
    ("neck", "key", "shape"),
    [
        ("DBFPN", "backbone.conv.conv.weight", (8, 3, 3, 3)),
        ("DBFPN", "backbone.stage0.1.bottleneck_conv.conv.weight", (32, 1, 3, 3)),
        ("DBFPN", "backbone.stage3.3.bn._variance", (480,)),
        ("DBFPN", "neck.in5_conv.weight", (96, 480, 1, 1)),
        ("DBFPN", "neck.p2_conv.weight", (24, 96, 3, 3)),
        ("DBFPN", "head.thresh.conv_bn2._mean", (24,)),
        ("DBFPN", "head.binarize.conv3.weight", (24, 1, 2, 2)),
        ("RSEFPN", "neck.ins_conv.3.se_block.conv1.weight", (24, 96, 1, 1)),
        ("RSEFPN", "neck.inp_conv.0.in_conv.weight", (24, 96, 3, 3)),
    ],
)
def test_names_and_shapes_are_paddleocr_s(neck: Any, key: str, shape: tuple[int, ...]) -> None:
    arrays = arrays_of(DBNet(neck))
    assert arrays[key].shape == shape
    assert not any(".mid_se." in name for name in arrays)
    assert neck_of(arrays) == neck


def test_in_training_it_gives_probability_threshold_and_binary_map() -> None:
    paddle.seed(1)
    model = DBNet("DBFPN")
    page = paddle.randn([2, 3, 64, 96])
    probability, threshold, binary = (values.numpy() for values in paddle.unstack(model(page), 1))
    assert probability.shape == (2, 64, 96)
    np.testing.assert_allclose(binary, 1 / (1 + np.exp(-50 * (probability - threshold))), rtol=1e-3, atol=1e-5)
    model.eval()
    assert model(page).shape == [2, 1, 64, 96]


def test_pp_ocrv3_s_weights_give_what_onnx_runtime_makes_of_its_file(
    pp_ocrv3: Path, drawn_page: Callable[..., Any]
) -> None:
    model = read_pp_ocrv3(pp_ocrv3, 7).model()
    model.eval()
    page, _ = drawn_page([("TOTAL 12.50", 20, 30), ("thank you", 40, 110)])
    images = np.stack([page, page[:, ::-1]]).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
    session = onnxruntime.InferenceSession(str(pp_ocrv3), providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {session.get_inputs()[0].name: images})
    found = model(paddle.to_tensor(images)).numpy()
    assert expected.max() > 0.9
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_threshold_branch_that_an_exported_model_lacks_is_a_new_model_s(pp_ocrv3: Path) -> None:
    first, again, other = (read_pp_ocrv3(pp_ocrv3, seed).arrays for seed in (7, 7, 8))
    key = "head.thresh.conv1.weight"
    np.testing.assert_array_equal(first[key], again[key])
    assert not np.array_equal(first[key], other[key])
    np.testing.assert_array_equal(first["head.binarize.conv1.weight"], other["head.binarize.conv1.weight"])


def test_a_file_that_is_no_onnx_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"no protobuf at all")
    with pytest.raises(UserError, match=r"no readable ONNX model|has no tensor"):
        read_pp_ocrv3(tmp_path / "x.onnx", 1)


def test_weights_survive_their_file_with_their_settings(tmp_path: Path) -> None:
    weights = DetectorWeights.of(DBNet("DBFPN"), BoxSettings(box_thresh=0.4))
    weights.write(tmp_path / "weights.npz")
    read = DetectorWeights.read(tmp_path / "weights.npz")
    assert read.boxes == weights.boxes
    assert read.arrays.keys() == weights.arrays.keys()
    for key, values in weights.arrays.items():
        np.testing.assert_array_equal(read.arrays[key], values)


def test_a_recogniser_s_file_is_no_detector_s() -> None:
    file = BytesIO()
    np.savez(file, dictionary=np.array(["A"]))
    file.seek(0)
    with pytest.raises(UserError, match="x is not a detector's weights file"):
        DetectorWeights.load(file, "x")


def test_missing_keys_are_named() -> None:
    arrays = arrays_of(DBNet("DBFPN"))
    del arrays["neck.in2_conv.weight"]
    with pytest.raises(UserError, match=r"neck\.in2_conv\.weight"):
        DetectorWeights(arrays).model()
    kept = {key: values for key, values in arrays.items() if not key.startswith("head.thresh.")}
    assert with_threshold_branch(kept, 1).keys() == arrays.keys()
