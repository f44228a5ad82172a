"""An exported detector that is not the trained one does not leave the job."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import paddle
import pytest
from onnx import numpy_helper

from ocr_training.checks.engines import ExportMismatchError
from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.export import ServedDetector, export_detector
from ocr_training.detection.parity import DetectionParity, check_detector
from ocr_training.detection.validation import DetectionScore
from ocr_training.detection.weights import BoxSettings, DetectorWeights


@pytest.fixture(scope="module")
def weights() -> DetectorWeights:
    paddle.seed(4)
    return DetectorWeights.of(DBNet("DBFPN"), BoxSettings(thresh=0.5, box_thresh=0.5))


@pytest.fixture(scope="module")
def exported(weights: DetectorWeights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    export_detector(weights, folder, [])
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(exported, tmp_path / "model"))


def check(weights: DetectorWeights, folder: Path, scored: DetectionScore | None = None) -> DetectionParity:
    graph = ServedDetector(weights.model())
    graph.eval()
    return check_detector(graph, weights, folder, [], 1, scored)


def test_both_engines_agree_with_the_training_graph(weights: DetectorWeights, folder: Path) -> None:
    parity = check(weights, folder)
    assert set(parity.differences) == {"Paddle inference", "ONNX Runtime"}
    assert parity.max_difference < 1e-3


def test_other_weights_are_noticed(weights: DetectorWeights, folder: Path) -> None:
    path = folder / "model.onnx"
    model = onnx.load(str(path))
    constants = [node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"]
    for array in [*model.graph.initializer, *constants]:
        if np.prod(array.dims) > 100:
            array.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(array) * np.float32(1.5), array.name))
    onnx.save(model, str(path))
    with pytest.raises(ExportMismatchError, match="ONNX Runtime: probabilities of the exported detector are"):
        check(weights, folder)


def test_another_score_is_noticed(weights: DetectorWeights, folder: Path) -> None:
    # No page has a line: the exported model scores 1, whatever the trained one was said to.
    with pytest.raises(ExportMismatchError, match=r"precision on 0 validation pages is 1\.0000, .* was 0\.2500"):
        check(weights, folder, DetectionScore(0, 1000, 0.25, 0.25, 0.0, 0.5, 0.5))
