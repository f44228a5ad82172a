"""Weights -> the model folder that serves: PaddleOCR's inference form and ONNX, checked against the training graph."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# paddle2onnx's optimiser would otherwise install packages by itself.
os.environ["POLYGRAPHY_AUTOINSTALL_DEPS"] = "0"

import numpy as np
import onnxruntime
import paddle
import paddle2onnx
import yaml
from paddle import nn
from paddle.static import InputSpec

from ocr_training.crnn import CRNN, LINE_HEIGHT
from ocr_training.dictionary import Dictionary
from ocr_training.lines import LabelledLine
from ocr_training.preprocess import batch, resize
from ocr_training.weights import Weights

OPSET = 14
PARITY_TOLERANCE = 1e-4
PARITY_LINES = 64
PARITY_BATCH = 8
MODEL_NAME = "PP-OCRv3_mobile_rec"
"""A name that PaddleOCR 3 registers: it loads an exported folder only under one of its own names."""


class ExportMismatchError(RuntimeError):
    """The exported model does not compute what the trained one does."""


@dataclass(frozen=True)
class Parity:
    """How far the exported model is from the trained one, over some real lines."""

    lines: int
    max_difference: float
    """Of the probabilities."""


def export(weights: Weights, folder: Path, lines: Sequence[LabelledLine]) -> Parity:
    """Write inference.json, inference.pdiparams, inference.yml and model.onnx into `folder`.

    Nothing is written when the ONNX model differs from the training graph on some of `lines`:
    ExportMismatchError then says by how much.
    """
    model = CRNN(weights.dictionary.n_classes)
    weights.load_into(model)
    graph = nn.Sequential(model, nn.Softmax(axis=-1))
    graph.eval()
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
    try:
        paddle.jit.save(graph, str(beside / "inference"), [InputSpec([None, 3, LINE_HEIGHT, None], "float32", "x")])
        onnx = beside / "model.onnx"
        paddle2onnx.export(
            str(beside / "inference.json"),
            str(beside / "inference.pdiparams"),
            str(onnx),
            opset_version=OPSET,
            optimize_tool="None",
            verbose=False,
        )
        parity = _compare(graph, onnx, weights.dictionary, lines)
        (beside / "inference.yml").write_text(inference_yml(weights.dictionary), encoding="utf-8")
        for path in sorted(beside.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside)
    return parity


def inference_yml(dictionary: Dictionary) -> str:
    """PaddleOCR's description of an exported recogniser, dictionary included. The space is implied."""
    description = {
        "Global": {"model_name": MODEL_NAME},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, LINE_HEIGHT, 320]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(dictionary.characters)},
    }
    return yaml.safe_dump(description, allow_unicode=True, sort_keys=False)


def _compare(graph: nn.Layer, onnx: Path, dictionary: Dictionary, lines: Sequence[LabelledLine]) -> Parity:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of each unused initialiser that paddle2onnx leaves behind
    session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    chosen = lines[:PARITY_LINES]
    worst = 0.0
    for first in range(0, len(chosen), PARITY_BATCH):
        part = chosen[first : first + PARITY_BATCH]
        images = batch([resize(line.pixels()) for line in part])
        with paddle.no_grad():
            trained = graph(paddle.to_tensor(images)).numpy()
        exported = session.run(None, {name: images})[0]
        worst = max(worst, float(np.abs(trained - exported).max()))
        for line, a, b in zip(part, trained.argmax(-1).tolist(), exported.argmax(-1).tolist(), strict=True):
            if (before := dictionary.decode(a)) != (after := dictionary.decode(b)):
                raise ExportMismatchError(
                    f"the line {line.text!r} is read as {before!r} in training and {after!r} after export"
                )
    if worst > PARITY_TOLERANCE:
        raise ExportMismatchError(
            f"probabilities of the exported model are {worst:.2g} from the trained one's; at most "
            f"{PARITY_TOLERANCE} is right"
        )
    return Parity(len(chosen), worst)
