"""The recogniser that training starts from, exported as a job exports its own: what a fine-tuned one is like."""

from pathlib import Path

import paddle

from ocr_training.data.lines import read_lines
from ocr_training.export import export
from ocr_training.model.weights import WEIGHTS, Weights
from ocr_training.start_point import BASE, REPLAY

LINES = 20
"""On which the export is held against the training graph."""


def base_model(folder: Path) -> Path:
    """Export the base checkpoint to ``folder``; returns it."""
    # Paddle's own would abort a benchmark that is told to stop, and leave its servers behind.
    paddle.disable_signal_handler()
    export(Weights.read(BASE / WEIGHTS), folder, read_lines(BASE / REPLAY)[:LINES])
    return folder
