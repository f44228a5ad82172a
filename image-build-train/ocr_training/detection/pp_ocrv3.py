"""PP-OCRv3's mobile detector, as the wheel `rapidocr-onnxruntime` carries it: for inference, in ONNX.

Its tensors have the names of Paddle's program, numbered in the order in which PaddleOCR creates its layers. The head's
threshold branch, which only training needs, is not among them.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from ocr_training.detection.dbnet import FEATURES, DBNet
from ocr_training.detection.weights import DetectorWeights, with_threshold_branch
from ocr_training.errors import UserError
from ocr_training.model.weights import arrays_of

PACKAGE = "rapidocr_onnxruntime"
MODEL = "models/ch_PP-OCRv3_det_infer.onnx"
BATCH_NORM = {"weight": "w_0", "bias": "b_0", "_mean": "w_1", "_variance": "w_2"}
"""Paddle's endings for the tensors of batch normalisation."""
NECK_LAYERS = ("in_conv", "se_block.conv1", "se_block.conv2")
HEAD = "head.binarize"


def pp_ocrv3_file() -> Path | None:
    """The model's file; None where the wheel is not installed: it is for Python 3.11 and older."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0]) / MODEL


def read_pp_ocrv3(path: Path, seed: int) -> DetectorWeights:
    """The weights in the file, and by the seed a new threshold branch. Raises UserError for any other file."""
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:
        # A broken protobuf raises classes of its own.
        raise UserError(f"{path} is no readable ONNX model ({type(error).__name__}: {error})") from error
    stored = {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"}
    arrays: dict[str, NDArray[np.float32]] = {}
    for key, name in _names():
        if name not in stored:
            raise UserError(f"{path} has no tensor {name}; expected {MODEL} of the wheel rapidocr-onnxruntime 1.2.13")
        arrays[key] = numpy_helper.to_array(stored[name]).astype(np.float32)
    weights = DetectorWeights(with_threshold_branch(arrays, seed))
    weights.model()
    return weights


def _names() -> Iterator[tuple[str, str]]:
    """Each state-dict key, and the tensor's name in the file."""
    backbone = [key for key in arrays_of(DBNet("RSEFPN")) if key.startswith("backbone.")]
    layers = list(dict.fromkeys(key.rpartition(".")[0] for key in backbone))
    convolutions = [layer for layer in layers if layer.endswith(".conv")]
    norms = [layer for layer in layers if layer.endswith(".bn")]
    convolutions += [
        f"neck.{pyramid}.{size}.{layer}"
        for size in range(len(FEATURES))
        for pyramid in ("ins_conv", "inp_conv")
        for layer in NECK_LAYERS
    ]
    convolutions.append(f"{HEAD}.conv1")
    norms += [f"{HEAD}.conv_bn1", f"{HEAD}.conv_bn2"]
    for number, layer in enumerate(convolutions):
        yield f"{layer}.weight", f"conv2d_{number}.w_0"
        if ".se_block." in layer:
            yield f"{layer}.bias", f"conv2d_{number}.b_0"
    for number, layer in enumerate(norms):
        for part, last in BATCH_NORM.items():
            yield f"{layer}.{part}", f"batch_norm_{number}.{last}"
    for number in range(2):
        yield f"{HEAD}.conv{number + 2}.weight", f"conv2d_transpose_{number}.w_0"
        yield f"{HEAD}.conv{number + 2}.bias", f"conv2d_transpose_{number}.b_0"
