"""Whether the exported files compute what the training graph computes, character for character."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import paddle
import yaml
from numpy.typing import NDArray
from paddle import nn
from paddle.nn import functional as F

from ocr_training.checks.engines import Engine, ExportMismatchError, Probabilities, onnx_engine, paddle_engine
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.data.preprocess import WIDTH_MULTIPLE, batch, resize
from ocr_training.errors import UserError
from ocr_training.model.crnn import LINE_HEIGHT
from ocr_training.model.weights import Weights
from ocr_training.reporting.metrics import Accuracy, accuracy
from ocr_training.validation import VALIDATION_BATCH

TOLERANCE = 1e-4
"""Of probabilities."""
ROUNDING = 3
"""Some models turn float32's rounding into more than that, in every engine. These many times what the training graph
itself is away from the same weights in float64 is rounding; more, or more than MOST_ROUNDING, is a fault."""
MOST_ROUNDING = 1e-2
"""Models of short trainings came to 2e-3, by a hundred times the processor's own order of additions."""
TIE = 5e-5
"""Two classes whose probabilities are closer may change places: another order of additions moves them by up to 2e-5.
Where a model's rounding is more than that, so is this."""
BATCH = 8
WIDER = 4 * WIDTH_MULTIPLE
PADDLEOCR_WIDTH = 320
"""PaddleOCR pads narrower lines to this."""
SCORE_TOLERANCE = 0.005
"""Share of the validation lines, and one line at least, that ties may decide otherwise."""


@dataclass(frozen=True)
class Parity:
    """How far the exported model is from the trained one, over some real lines."""

    lines: int
    max_difference: float
    """Of the probabilities, in all engines."""
    differences: Mapping[str, float]
    """The same by engine."""
    rounding: float | None = None
    """How far the trained model is from itself in float64, where that had to be asked."""
    validation: Accuracy | None = None
    """How the exported ONNX model reads all validation lines, which is how the trained one reads them."""


def check_parity(graph: nn.Layer, weights: Weights, folder: Path, lines: Sequence[LabelledLine]) -> Parity:
    """Read lines with the training graph (float32 [N, 3, 32, W] -> probabilities), Paddle's inference and ONNX Runtime.

    In batches of eight, and in ONNX Runtime one by one too; the batches take turns at three widths: as narrow as their
    lines allow, a little wider, and as PaddleOCR pads them. Each engine's texts are written with the dictionary of
    inference.yml; the weights are the training graph's. Raises ExportMismatchError that names the first line with
    another text, or says how far probabilities are apart: by more than TOLERANCE, and by more than rounding explains.
    """
    dictionary = weights.dictionary
    exported = _stated_dictionary(folder / "inference.yml")
    if exported.n_classes != dictionary.n_classes:
        raise ExportMismatchError(
            f"the dictionary in inference.yml has {exported.n_classes - 2} characters, and the trained model's "
            f"{dictionary.n_classes - 2}"
        )
    onnx = onnx_engine(folder / "model.onnx")
    engines: dict[str, Engine] = {
        "Paddle inference": paddle_engine(folder),
        "ONNX Runtime": onnx,
        "ONNX Runtime, line by line": lambda images: np.concatenate([onnx(image[None]) for image in images]),
    }
    worst: dict[str, tuple[float, _Batch]] = {}
    ordered = sorted(lines, key=lambda line: line.width)
    for number, first in enumerate(range(0, len(ordered), BATCH)):
        part = ordered[first : first + BATCH]
        images = _padded(batch([resize(line.pixels()) for line in part]), number % 3)
        with paddle.no_grad():
            seen = _Batch(part, images, graph(paddle.to_tensor(images)).numpy(), weights)
        for engine, run in engines.items():
            found = run(images)
            if found.shape != seen.trained.shape:
                raise ExportMismatchError(
                    f"{engine} returns {list(found.shape)} for {len(part)} lines of width {images.shape[3]}, and the "
                    f"trained model {list(seen.trained.shape)}"
                )
            _same_texts(engine, seen, found, exported)
            difference = float(np.abs(seen.trained - found).max())
            # Not a number is no difference either, and stays.
            if engine not in worst or not difference <= worst[engine][0]:
                worst[engine] = difference, seen
    for engine, (difference, seen) in worst.items():
        _require_rounding(engine, seen, difference)
    differences = {engine: difference for engine, (difference, _) in worst.items()}
    asked = [seen.rounding for difference, seen in worst.values() if difference > TOLERANCE]
    return Parity(len(ordered), max(differences.values(), default=0.0), differences, max(asked, default=None))


@dataclass(frozen=True)
class _Batch:
    """Lines as float32 [N, 3, 32, W], and what the training graph makes of them: float32 [N, T, classes]."""

    lines: Sequence[LabelledLine]
    images: NDArray[np.float32]
    trained: Probabilities
    weights: Weights

    @cached_property
    def rounding(self) -> float:
        """How far the training graph is from the same weights in float64."""
        with paddle.no_grad():
            images = paddle.to_tensor(self.images.astype(np.float64))
            exact = F.softmax(self.weights.in_float64()(images), axis=-1).numpy()
        return float(np.abs(self.trained - exact).max())

    def allowed(self, least: float) -> float:
        """What rounding explains: `least`, or as much as this model's own comes to."""
        return min(max(least, ROUNDING * self.rounding), MOST_ROUNDING)


def _require_rounding(engine: str, seen: _Batch, difference: float) -> None:
    """Raise ExportMismatchError when rounding does not explain how far probabilities are apart."""
    if difference <= TOLERANCE:
        return
    if not difference <= seen.allowed(TOLERANCE):
        raise ExportMismatchError(
            f"{engine}: probabilities of the exported model are {difference:.2g} from the trained one's; at most "
            f"{TOLERANCE} is right, or {ROUNDING} times the rounding of the trained one, which is {seen.rounding:.2g}, "
            f"and never more than {MOST_ROUNDING}"
        )


def check_score(folder: Path, lines: Sequence[LabelledLine], trained: Accuracy) -> Accuracy:
    """Score the exported ONNX model on the lines that the training graph was scored on, batch for batch.

    Raises ExportMismatchError when a figure is not the training graph's.
    """
    dictionary = _stated_dictionary(folder / "inference.yml")
    onnx = onnx_engine(folder / "model.onnx")
    texts: list[str] = []
    for first in range(0, len(lines), VALIDATION_BATCH):
        part = lines[first : first + VALIDATION_BATCH]
        texts += map(dictionary.decode, onnx(batch([resize(line.pixels()) for line in part])).argmax(-1).tolist())
    exported = accuracy([line.text for line in lines], texts)
    allowed = max(1 / len(lines), SCORE_TOLERANCE)
    for name in ("exact_match", "cer", "ned"):
        before, after = getattr(trained, name), getattr(exported, name)
        # A line counts as one in all but the CER, where it counts by its characters.
        if not math.isclose(before, after, abs_tol=allowed * (2 if name == "cer" else 1) + 1e-9):
            raise ExportMismatchError(
                f"the exported model's {name} on {len(lines)} validation lines is {after:.4f}, and the trained one's "
                f"was {before:.4f}"
            )
    return exported


def _stated_dictionary(path: Path) -> Dictionary:
    """The dictionary as a reader of the exported folder finds it."""
    characters = yaml.safe_load(path.read_text(encoding="utf-8"))["PostProcess"]["character_dict"]
    try:
        return Dictionary(tuple(characters))
    except (TypeError, UserError) as error:
        raise ExportMismatchError(f"the dictionary in {path.name} is not the trained model's: {error}") from error


def _padded(images: NDArray[np.float32], turn: int) -> NDArray[np.float32]:
    """float32 [N, 3, 32, W] -> the same with zeros on the right, as wide as it is this width's turn."""
    tight = images.shape[3]
    width = (tight, tight + WIDER, max(PADDLEOCR_WIDTH, tight + 2 * WIDER))[turn]
    padded = np.zeros((len(images), 3, LINE_HEIGHT, width), np.float32)
    padded[..., :tight] = images
    return padded


def _same_texts(engine: str, seen: _Batch, found: Probabilities, exported: Dictionary) -> None:
    """Raise ExportMismatchError for the first line read differently; `found` is the engine's [N, T, classes]."""
    differing = _differing(seen, found, exported, TIE)
    if differing and (differing := _differing(seen, found, exported, seen.allowed(TIE))):
        text, was, now = differing[0]
        raise ExportMismatchError(
            f"the line {text!r} is read as {was!r} in training and {now!r} after export, by {engine}"
        )


def _differing(seen: _Batch, found: Probabilities, exported: Dictionary, tie: float) -> list[tuple[str, str, str]]:
    """Labels of the lines that are not read alike, with both readings, where classes within `tie` count as equal."""
    best = seen.trained.argmax(-1)
    theirs = np.take_along_axis(found, best[..., None], -1)[..., 0]
    settled = np.where(theirs >= found.max(-1) - tie, best, found.argmax(-1))
    trained = seen.weights.dictionary
    readings = [(trained.decode(a), exported.decode(b)) for a, b in zip(best.tolist(), settled.tolist(), strict=True)]
    return [(line.text, was, now) for line, (was, now) in zip(seen.lines, readings, strict=True) if was != now]
