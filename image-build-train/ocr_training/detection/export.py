"""A detector's weights -> the folder that serves: PaddleOCR's inference form and ONNX, checked against the graph."""

from collections.abc import Sequence
from pathlib import Path

import paddle
import yaml
from paddle import nn

from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.page_size import MEAN, SHORT_SIDE, STD
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.parity import DetectionParity, check_detector
from ocr_training.detection.validation import DetectionScore
from ocr_training.detection.weights import BoxSettings, DetectorWeights
from ocr_training.export import replaced_together, write_graph
from ocr_training.model.weights import WEIGHTS

MODEL_NAME = "PP-OCRv3_mobile_det"
"""A name that PaddleOCR 3 registers: it loads an exported folder only under one of its own names."""
PARITY_PAGES = 8


class ServedDetector(nn.Layer):
    """What is exported: pages to probabilities, float32 [N, 3, H, W] -> [N, 1, H, W]."""

    def __init__(self, model: DBNet) -> None:
        super().__init__()
        self.model = model

    # Its calls are the graph, as those of the recogniser are.
    @paddle.jit.not_to_static
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """As the class says."""
        return self.model(x)


def export_detector(
    weights: DetectorWeights, folder: Path, pages: Sequence[LabelledPage], scored: DetectionScore | None = None
) -> DetectionParity:
    """Write inference.json, inference.pdiparams, inference.yml, model.onnx and weights.npz into `folder`.

    Nothing is written when what was exported differs from the training graph on PARITY_PAGES of `pages`, drawn evenly,
    or does not reach the score that the training graph had on all of them: ExportMismatchError then says by how much.
    """
    graph = ServedDetector(weights.model())
    graph.eval()
    with replaced_together(folder) as beside:
        write_graph(graph, None, beside)
        weights.write(beside / WEIGHTS)
        (beside / "inference.yml").write_text(inference_yml(weights.boxes), encoding="utf-8")
        return check_detector(graph, weights, beside, pages, PARITY_PAGES, scored)


def inference_yml(boxes: BoxSettings) -> str:
    """PaddleOCR's description of an exported detector."""
    description = {
        "Global": {"model_name": MODEL_NAME},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetLabelEncode": None},
                {"DetResizeForTest": {"limit_side_len": SHORT_SIDE, "limit_type": "min"}},
                {"NormalizeImage": {"mean": list(MEAN), "std": list(STD), "order": "hwc", "scale": "1./255."}},
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
            ]
        },
        "PostProcess": {"name": "DBPostProcess", **boxes.model_dump()},
    }
    return yaml.safe_dump(description, sort_keys=False)
