"""The command line of an evaluation."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from ocr_inference.evaluation.gate import Thresholds
from ocr_inference.evaluation.trained import Trained
from ocr_inference.failure import UserError


@dataclass(frozen=True)
class Options:
    """The job's arguments."""

    model_package_group: str
    thresholds: Thresholds
    seed: int


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Raises:
        UserError: an option is unknown, or its value is not allowed.
    """
    parser = _Parser(prog="python -m ocr_inference.evaluate", description="Evaluate a trained model on the test set.")
    parser.add_argument(
        "--model-package-group",
        default="",
        help="group in the model registry whose newest approved version is the champion; none by default",
    )
    parser.add_argument(
        "--task",
        type=Trained,
        choices=list(Trained),
        default=Trained.RECOGNITION,
        help="what was trained; with detection, whole pages are compared and judged too; recognition by default",
    )
    parser.add_argument("--min-exact-match", type=_share, default=0.0, help="the gate's floor, 0 to 1; 0 by default")
    parser.add_argument(
        "--min-detection-f", type=_share, default=0.0, help="the floor of F of detection on pages; 0 by default"
    )
    parser.add_argument(
        "--min-end-to-end-f", type=_share, default=0.0, help="the floor of F of lines found and read; 0 by default"
    )
    parser.add_argument(
        "--max-regression",
        type=_share,
        default=0.02,
        help="how far below the champion the 95%% interval may reach, 0 to 1; 0.02 by default",
    )
    parser.add_argument("--seed", type=_seed, default=17, help="of the bootstrap; 17 by default")
    parsed = parser.parse_args(arguments)
    return Options(
        model_package_group=parsed.model_package_group,
        thresholds=Thresholds(
            parsed.min_exact_match,
            parsed.max_regression,
            parsed.min_detection_f,
            parsed.min_end_to_end_f,
            parsed.task,
        ),
        seed=parsed.seed,
    )


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line as every other error of the job is reported."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"The command line is wrong: {message}; --help lists the options.")


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value
