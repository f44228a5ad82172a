"""Weights -> the model folder that serves: PaddleOCR's inference form and ONNX, checked against the training graph."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

# paddle2onnx's optimiser would otherwise install packages by itself.
os.environ["POLYGRAPHY_AUTOINSTALL_DEPS"] = "0"

import paddle
import paddle2onnx
import yaml
from paddle import nn
from paddle.static import InputSpec

from ocr_training.checks.parity import Parity, check_parity, check_score
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model.crnn import CRNN, LINE_HEIGHT
from ocr_training.model.weights import WEIGHTS, Weights
from ocr_training.reporting.metrics import Accuracy

OPSET = 14
PARITY_LINES = 200
MODEL_NAME = "PP-OCRv3_mobile_rec"
"""A name that PaddleOCR 3 registers: it loads an exported folder only under one of its own names."""


class Served(nn.Layer):
    """What is exported: lines to probabilities, float32 [N, 3, 32, W] -> [N, T, n_classes]."""

    def __init__(self, model: CRNN) -> None:
        super().__init__()
        self.model = model

    # Nothing in the model depends on what is in a picture, so its calls are the graph: there is no source to rewrite,
    # which takes Paddle longer than all the rest of an export.
    @paddle.jit.not_to_static
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """As the class says."""
        return nn.functional.softmax(self.model(x), axis=-1)


def export(
    weights: Weights,
    folder: Path,
    lines: Sequence[LabelledLine],
    parity_lines: int = PARITY_LINES,
    scored: Accuracy | None = None,
) -> Parity:
    """Write inference.json, inference.pdiparams, inference.yml, model.onnx and weights.npz into `folder`.

    Nothing is written when what was exported differs from the training graph on so many of `lines`, drawn evenly, or
    does not reach the score that the training graph had on all of them: ExportMismatchError then says where, or by
    how much.
    """
    model = CRNN(weights.dictionary.n_classes)
    weights.load_into(model)
    graph = Served(model)
    graph.eval()
    with replaced_together(folder) as beside:
        write_graph(graph, LINE_HEIGHT, beside)
        weights.write(beside / WEIGHTS)
        (beside / "inference.yml").write_text(inference_yml(weights.dictionary), encoding="utf-8")
        parity = check_parity(graph, weights, beside, lines[:: max(1, len(lines) // parity_lines)][:parity_lines])
        if scored:
            parity = replace(parity, validation=check_score(beside, lines, scored))
    return parity


def copy_export(folder: Path, to: Path) -> None:
    """Copy what was exported into `folder`, where the start point is the model."""
    with replaced_together(to) as beside:
        for path in folder.iterdir():
            if path.is_file():
                shutil.copy2(path, beside / path.name)


@contextlib.contextmanager
def replaced_together(folder: Path) -> Iterator[Path]:
    """A folder whose files come into `folder` together, at the end; after an error none does."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
    try:
        yield beside
        for path in sorted(beside.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside)


def write_graph(graph: nn.Layer, height: int | None, folder: Path) -> None:
    """Write inference.json, inference.pdiparams and model.onnx of a graph that takes float32 [N, 3, height, W]."""
    paddle.jit.save(graph, str(folder / "inference"), [InputSpec([None, 3, height, None], "float32", "x")])
    paddle2onnx.export(
        str(folder / "inference.json"),
        str(folder / "inference.pdiparams"),
        str(folder / "model.onnx"),
        opset_version=OPSET,
        optimize_tool="None",
        verbose=False,
    )


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
