"""The evaluation as a page for people: ``report.html``, one file with everything in it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import jinja2
import numpy as np

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.character_diff import CharacterDiff, diff
from ocr_inference.evaluation.compare import score
from ocr_inference.evaluation.dataset import DatasetSummary, TestLine
from ocr_inference.evaluation.metrics import COLUMNS, normalise
from ocr_inference.evaluation.schema import (
    BeforeFigures,
    ComparedChampion,
    Difference,
    Evaluation,
    Figure,
    PlainFigures,
)
from ocr_inference.image import Image

WORST_LINES = 24
PICTURE_HEIGHT = 96
PICTURE_WIDTH = 1200
"""Largest picture of a line in the report, in pixels."""


@dataclass(frozen=True)
class Headline:
    """A figure at the top of the page."""

    title: str
    explanation: str
    figure: Figure
    is_error: bool


@dataclass(frozen=True)
class Rival:
    """Another model's figures on the same lines."""

    title: str
    figures: PlainFigures
    exact_match_difference: Difference
    cer_difference: Difference


@dataclass(frozen=True)
class WorstLine:
    """A line that was read wrongly, as a picture with both texts."""

    picture: str
    text: CharacterDiff
    confidence: float
    origin: str


def render_report(
    evaluation: Evaluation,
    dataset: DatasetSummary | None,
    lines: Sequence[TestLine],
    readings: Sequence[Reading],
) -> str:
    """Render the page.

    Args:
        evaluation: what was found.
        dataset: what the dataset says of itself, when it says something.
        lines: the test set.
        readings: the new model's, in the order of the lines.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ocr_inference.evaluation"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["points"] = _points
    return environment.get_template("report.html.j2").render(
        evaluation=evaluation,
        passed=_passed(evaluation),
        dataset=dataset,
        documents=len({line.meta.document for line in lines if line.meta.document}),
        headlines=_headlines(evaluation),
        rivals=_rivals(evaluation),
        wrong=sum(not exact for exact in _exact(lines, readings)),
        worst=worst_lines(lines, readings),
    )


def worst_lines(lines: Sequence[TestLine], readings: Sequence[Reading]) -> list[WorstLine]:
    """The lines least like what is written, worst first; of equals, the one the reader was surest of."""
    scores = score(lines, readings)
    similarity = scores[:, COLUMNS.index("similarity")]
    wrong = [index for index, exact in enumerate(_exact(lines, readings)) if not exact]
    wrong.sort(key=lambda index: (similarity[index], -readings[index].confidence, index))
    return [
        WorstLine(
            picture=_data_uri(lines[index].decode()),
            text=diff(normalise(lines[index].label), normalise(readings[index].text)),
            confidence=readings[index].confidence,
            origin=_origin(lines[index]),
        )
        for index in wrong[:WORST_LINES]
    ]


def _exact(lines: Sequence[TestLine], readings: Sequence[Reading]) -> list[bool]:
    return [normalise(line.label) == normalise(reading.text) for line, reading in zip(lines, readings, strict=True)]


def _origin(line: TestLine) -> str:
    parts = (
        line.meta.field,
        line.meta.document,
        None if line.meta.line is None else f"line {line.meta.line}",
    )
    return " · ".join(part for part in parts if part) or line.name


def _data_uri(image: Image) -> str:
    height, width = image.shape[:2]
    scale = min(1.0, PICTURE_HEIGHT / height, PICTURE_WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    done, encoded = cv2.imencode(".jpg", resized, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        raise ValueError(f"A picture of shape {image.shape} could not be encoded as JPEG.")
    return "data:image/jpeg;base64," + base64.b64encode(np.asarray(encoded).tobytes()).decode("ascii")


def _headlines(evaluation: Evaluation) -> list[Headline]:
    figures = evaluation.ocr_metrics
    return [
        Headline("Exact match", "lines read without a single mistake", figures.exact_match, False),
        Headline("Exact, folded", "the same, regardless of case and spaces", figures.exact_match_folded, False),
        Headline("CER", "wrong characters for each character written", figures.cer, True),
        Headline("WER", "wrong words for each word written", figures.wer, True),
        Headline("NED", "mean likeness of what was read and written", figures.ned, False),
    ]


def _rivals(evaluation: Evaluation) -> list[Rival]:
    rivals: list[tuple[str, BeforeFigures | ComparedChampion]] = []
    if evaluation.before is not None:
        rivals.append(("Before fine-tuning", evaluation.before))
    if isinstance(evaluation.champion, ComparedChampion):
        rivals.append(("Champion", evaluation.champion))
    return [Rival(title, figures, figures.exact_match_difference, figures.cer_difference) for title, figures in rivals]


def _passed(evaluation: Evaluation) -> bool:
    gate = evaluation.gate
    return gate.no_regression and evaluation.ocr_metrics.exact_match.value >= gate.min_exact_match


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")
