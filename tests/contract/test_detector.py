"""Train -> Evaluate, endpoint: an exported detector finds the same boxes in the serving image."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_inference.detection_config import parse_detector_config
from ocr_inference.detector import Detector
from ocr_inference.model_files import NetworkFiles
from ocr_inference.trained_detector import TrainedDetector
from ocr_training.detection.export import export_detector
from ocr_training.detection.matching import match
from ocr_training.detection.page_size import LONG_SIDE, MEAN, SHORT_SIDE, STD
from ocr_training.detection.pages import LabelledPage, Region
from ocr_training.detection.pp_ocrv3 import pp_ocrv3_file, read_pp_ocrv3
from ocr_training.detection.validation import detect
from ocr_training.detection.weights import BoxSettings, DetectorWeights

HANDWRITING = Path(__file__).parents[2] / "notebooks/data/handwriting/test"
needs_wheel = pytest.mark.skipif(pp_ocrv3_file() is None, reason="the wheel is for Python 3.11, and not installed")


@pytest.fixture(scope="module")
def weights() -> DetectorWeights:
    path = pp_ocrv3_file()
    assert path
    return DetectorWeights(read_pp_ocrv3(path, 1).arrays, BoxSettings(box_thresh=0.5, unclip_ratio=1.7))


@pytest.fixture(scope="module")
def page() -> LabelledPage:
    first = min(HANDWRITING.glob("*.jpg")).read_bytes()
    pixels = cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    # Sides that are no multiples of 32, and smaller than the reader looks at pages.
    small = cv2.resize(pixels, (517, 733), interpolation=cv2.INTER_AREA)
    return LabelledPage(cv2.imencode(".png", small)[1].tobytes(), (), 733, 517)


@pytest.fixture(scope="module")
def folder(weights: DetectorWeights, page: LabelledPage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("detector")
    export_detector(weights, folder, [page])
    return folder


@needs_wheel
def test_the_reader_finds_the_boxes_that_validation_counted(
    weights: DetectorWeights, page: LabelledPage, folder: Path
) -> None:
    model = weights.model()
    model.eval()
    config, network = ((folder / name).read_bytes() for name in ("inference.yml", "model.onnx"))
    (counted,) = detect(model, page, [weights.boxes])
    served = Detector(TrainedDetector.from_files(NetworkFiles(folder, config, network), 1)).detect(page.pixels())
    assert len(served) == len(counted.polygons) > 5
    same = match([Region(polygon) for polygon in counted.polygons], [box.polygon for box in served])
    assert len(same.pairs) == len(served)
    assert min(same.overlaps) > 0.95


@needs_wheel
def test_the_reader_takes_what_training_says(folder: Path) -> None:
    config = parse_detector_config((folder / "inference.yml").read_bytes(), "inference.yml")
    taken = config.pre_process.page_input
    assert (taken.page_scale.short_side, taken.page_scale.long_side) == (SHORT_SIDE, LONG_SIDE)
    assert (taken.mean, taken.std) == (MEAN, STD)
    assert taken.scale == pytest.approx(1 / 255)
    assert not taken.rgb
    stated = config.post_process
    assert (stated.thresh, stated.box_thresh, stated.unclip_ratio) == (0.3, 0.5, 1.7)
    assert not stated.use_dilation
