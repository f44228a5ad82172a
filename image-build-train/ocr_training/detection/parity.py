"""Whether an exported detector computes what the training graph computes, and finds the same boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import paddle
import yaml
from numpy.typing import NDArray
from paddle import nn

from ocr_training.checks.engines import Engine, ExportMismatchError, onnx_engine, paddle_engine
from ocr_training.checks.parity import MOST_ROUNDING, ROUNDING
from ocr_training.detection.boxes import Boxes, boxes_of
from ocr_training.detection.matching import match
from ocr_training.detection.page_size import looked_at, normalised, page_scale
from ocr_training.detection.pages import LabelledPage, Region
from ocr_training.detection.validation import TALLIES, DetectionScore, tally
from ocr_training.detection.weights import BoxSettings, DetectorWeights

TOLERANCE = 1e-3
"""Of probabilities: the network is steep, and float32 alone moves them by up to half of that."""
SAME_BOX = 0.9
"""Intersection over union of a box with itself, where rounding has moved its outline by a pixel."""
APART = 0.01
"""Share of the boxes, and one at least, of which a pixel at the threshold decides whether they are there."""
SCORE_TOLERANCE = 0.005
"""Share of the validation lines, and one line at least, that such boxes may change."""
BATCH_SIDES = (320, 480)
"""Height and width of the pictures that are looked at two at a time."""

Picture = NDArray[np.uint8]
Maps = NDArray[np.float32]


@dataclass(frozen=True)
class DetectionParity:
    """How far the exported detector is from the trained one, over some real pages."""

    pages: int
    max_difference: float
    """Of the probabilities, in all engines."""
    differences: Mapping[str, float]
    """The same by engine."""
    boxes: int
    boxes_apart: int
    """Of the trained one's boxes on those pages, those that an engine does not find."""
    rounding: float | None = None
    """How far the trained model is from itself in float64, where that had to be asked."""
    validation: DetectionScore | None = None
    """What the exported ONNX model scores on all validation pages."""


def check_detector(
    graph: nn.Layer,
    weights: DetectorWeights,
    folder: Path,
    pages: Sequence[LabelledPage],
    at_most: int,
    scored: DetectionScore | None = None,
) -> DetectionParity:
    """Look at pages with the training graph (float32 [N, 3, H, W] -> [N, 1, H, W]), Paddle's inference, ONNX Runtime.

    One page at a time, each of its own size, and then two pictures at once; boxes are taken by the numbers of
    inference.yml. Without pages it is one that is drawn. Raises ExportMismatchError when probabilities are apart by
    more than TOLERANCE and more than rounding explains, when boxes are others, or when the ONNX model does not score on
    all pages what the trained one `scored`.
    """
    boxes = stated_boxes(folder / "inference.yml")
    engines: dict[str, Engine] = {
        "Paddle inference": paddle_engine(folder),
        "ONNX Runtime": onnx_engine(folder / "model.onnx"),
    }
    chosen = [page.pixels() for page in pages[:: max(1, len(pages) // at_most)][:at_most]] or [_drawn()]
    pictures = [normalised(looked_at(page)[None]) for page in chosen]
    pictures.append(normalised(_parts(chosen[0])))
    worst: dict[str, tuple[float, int, Maps]] = {}
    found = apart = 0
    for number, images in enumerate(pictures):
        with paddle.no_grad():
            trained = graph(paddle.to_tensor(images)).numpy()
        for name, run in engines.items():
            exported = run(images)
            if exported.shape != trained.shape:
                raise ExportMismatchError(
                    f"{name} returns {list(exported.shape)} for a picture of {list(images.shape)}, and the trained "
                    f"model {list(trained.shape)}"
                )
            difference = float(np.abs(trained - exported).max())
            # Not a number is no difference either, and stays.
            if name not in worst or not difference <= worst[name][0]:
                worst[name] = difference, number, trained
            if number < len(chosen):
                height, width = chosen[number].shape[:2]
                before, after = (_boxes(maps, boxes, height, width) for maps in (trained, exported))
                found += len(before.polygons)
                apart += _apart(before, after)
    # In float64 a page takes half a minute of a core: it is asked of the worst alone, where it has to be.
    suspect = {number: trained for difference, number, trained in worst.values() if not difference <= TOLERANCE}
    rounding = {number: _rounding(weights, pictures[number], trained) for number, trained in suspect.items()}
    for name, (difference, number, _) in worst.items():
        if number in rounding:
            _require_rounding(name, difference, rounding[number])
    if apart > max(1, APART * found):
        raise ExportMismatchError(
            f"{apart} of {found} boxes of the trained model on {len(chosen)} pages are not where the "
            "exported one has them"
        )
    validation = _same_score(engines["ONNX Runtime"], boxes, pages, scored) if scored else None
    differences = {name: difference for name, (difference, _, _) in worst.items()}
    most = max(rounding.values(), default=None)
    return DetectionParity(len(chosen), max(differences.values()), differences, found, apart, most, validation)


def detect_exported(engine: Engine, boxes: BoxSettings, page: LabelledPage) -> Boxes:
    """The boxes that an exported detector finds on a page."""
    pixels = page.pixels()
    return _boxes(engine(normalised(looked_at(pixels)[None])), boxes, *pixels.shape[:2])


def stated_boxes(path: Path) -> BoxSettings:
    """How boxes are taken, as a reader of the exported folder finds it."""
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))["PostProcess"]
    return BoxSettings(**{name: stated[name] for name in BoxSettings.model_fields})


def _same_score(
    engine: Engine, boxes: BoxSettings, pages: Sequence[LabelledPage], trained: DetectionScore
) -> DetectionScore:
    """The exported model's score. Raises ExportMismatchError when it is not the trained one's."""
    sums = [0.0] * TALLIES
    for page in pages:
        sums = [a + b for a, b in zip(sums, tally(page, detect_exported(engine, boxes, page)), strict=True)]
    exported = DetectionScore.of_tallies(sums, len(pages), boxes)
    allowed = max(2 / max(1, trained.lines), SCORE_TOLERANCE)
    for name in ("precision", "recall", "hmean"):
        before, after = getattr(trained, name), getattr(exported, name)
        if not abs(before - after) <= allowed:
            raise ExportMismatchError(
                f"the exported detector's {name} on {len(pages)} validation pages is {after:.4f}, and the trained "
                f"one's was {before:.4f}"
            )
    return exported


def _boxes(maps: NDArray[np.float32], settings: BoxSettings, height: int, width: int) -> Boxes:
    return boxes_of(maps[0, 0], settings, page_scale(height, width), height, width)


def _apart(before: Boxes, after: Boxes) -> int:
    """How many boxes of either have no like in the other."""
    matched = match([Region(box) for box in before.polygons], after.polygons)
    same = sum(overlap >= SAME_BOX for overlap in matched.overlaps)
    return max(len(before.polygons), len(after.polygons)) - same


def _rounding(weights: DetectorWeights, images: NDArray[np.float32], trained: NDArray[np.float32]) -> float:
    """How far the training graph is from the same weights in float64."""
    with paddle.no_grad():
        exact = weights.in_float64()(paddle.to_tensor(images.astype(np.float64))).numpy()
    return float(np.abs(trained - exact).max())


def _require_rounding(engine: str, difference: float, rounding: float) -> None:
    if not difference <= min(max(TOLERANCE, ROUNDING * rounding), MOST_ROUNDING):
        raise ExportMismatchError(
            f"{engine}: probabilities of the exported detector are {difference:.2g} from the trained one's; at most "
            f"{TOLERANCE} is right, or {ROUNDING} times the rounding of the trained one, which is {rounding:.2g}, and "
            f"never more than {MOST_ROUNDING}"
        )


def _parts(page: Picture) -> Picture:
    """A part of a page, and the same upside down: uint8 [2, H, W, 3]."""
    height, width = BATCH_SIDES
    part = cv2.copyMakeBorder(page, 0, height, 0, width, cv2.BORDER_REPLICATE)[:height, :width]
    return np.stack([part, part[::-1]]).astype(np.uint8)


def _drawn() -> Picture:
    page = np.full((640, 640, 3), 230, np.uint8)
    for number in range(6):
        cv2.putText(
            page, f"LINE {number} 12.50", (40, 90 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 30, 30), 2
        )
    return page
