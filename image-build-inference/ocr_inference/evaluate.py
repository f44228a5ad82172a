"""Evaluate a trained model on the test set: ``python -m ocr_inference.evaluate``."""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ocr_inference.archive import unpack
from ocr_inference.ctc import Reading
from ocr_inference.evaluation.champion import fetch_champion
from ocr_inference.evaluation.compare import Champion, Thresholds, evaluate_readings
from ocr_inference.evaluation.dataset import TestLine, decoded, read_dataset_summary, read_test_set
from ocr_inference.evaluation.latency import measure_latency
from ocr_inference.evaluation.report import render_report
from ocr_inference.evaluation.report.verdict import answers
from ocr_inference.evaluation.schema import Evaluation
from ocr_inference.failure import UserError, log_to_stdout, run_reported
from ocr_inference.outputs import write_beside_and_rename
from ocr_inference.pages.evaluate import evaluate_pages
from ocr_inference.pages.labelled import read_labelled_pages
from ocr_inference.pages.schema import MeasuredPages, NoPages
from ocr_inference.platform_folders import PlatformFolders
from ocr_inference.recognizer import Recognizer
from ocr_inference.registration import REGISTRATION_NAME, registration
from ocr_inference.stopping import STOPPED, leave_on_sigterm

ANSWERED_FOLDER = "answered"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """The job's arguments."""

    model_package_group: str
    thresholds: Thresholds
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation as a processing job; returns the exit code."""
    log_to_stdout()
    folders = PlatformFolders.from_environment()

    def work() -> None:
        options = parse_options(arguments)
        with tempfile.TemporaryDirectory(prefix="evaluate-") as scratch:
            evaluate(folders, options, Path(scratch))

    return run_reported(work, folders.exit_message)


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Raises:
        UserError: an option is unknown, or its value is not allowed.
    """
    parser = _Parser(prog="python -m ocr_inference.evaluate", description=__doc__)
    parser.add_argument(
        "--model-package-group",
        default="",
        help="group in the model registry whose newest approved version is the champion; none by default",
    )
    parser.add_argument("--min-exact-match", type=_share, default=0.0, help="the gate's floor, 0 to 1; 0 by default")
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
        thresholds=Thresholds(parsed.min_exact_match, parsed.max_regression),
        seed=parsed.seed,
    )


def evaluate(folders: PlatformFolders, options: Options, scratch: Path) -> None:
    """Read the test set with the new model, the start point and the champion; write what was found.

    Raises:
        UserError: the model, the test set or the champion cannot be read.
    """
    lines = read_test_set(folders.processing_input("test"))
    dataset = read_dataset_summary(folders.processing_input("dataset") / "dataset.json")
    model = scratch / "model"
    unpack(_required_archive(folders.processing_input("model")), model)
    recognizer = Recognizer.from_folder(model)
    readings = _read(lines, recognizer, "The new model")
    latency = measure_latency(recognizer, lines)
    before = _read_start_point(folders.processing_input("start_point"), lines, scratch / "output")
    champion = _read_champion(options.model_package_group, lines, scratch / "champion")
    evaluation = evaluate_readings(lines, readings, before, champion, options.thresholds, options.seed, latency)
    output = folders.processing_output
    pages = read_labelled_pages(folders.processing_input("pages"))
    measured = evaluate_pages(model, pages, output / ANSWERED_FOLDER, options.seed)
    evaluation = evaluation.model_copy(update={"pages": measured})
    rival = None if isinstance(champion, str) else champion.readings
    write_beside_and_rename(output / "report.html", render_report(evaluation, dataset, lines, readings, rival))
    texts = registration(evaluation, dataset)
    write_beside_and_rename(output / REGISTRATION_NAME, json.dumps(texts, indent=1) + "\n")
    write_beside_and_rename(output / "evaluation.json", evaluation.model_dump_json(indent=2) + "\n")
    _log_outcome(evaluation)


def _required_archive(folder: Path) -> Path:
    archive = folder / "model.tar.gz"
    if not archive.is_file():
        raise UserError(f"There is no model to evaluate at {archive}: expected the archive that Train writes.")
    return archive


def _read(lines: Sequence[TestLine], recognizer: Recognizer, whose: str) -> list[Reading]:
    start = time.perf_counter()
    readings = [reading for images in decoded(lines) for reading in recognizer.read_lines(images)]
    seconds = time.perf_counter() - start
    log.info("%s read %d lines in %.1f s", whose, len(lines), seconds)
    return readings


def _read_start_point(folder: Path, lines: Sequence[TestLine], scratch: Path) -> list[Reading] | None:
    archive = folder / "output.tar.gz"
    if not archive.is_file():
        log.info("No start point at %s: nothing to say about before", archive)
        return None
    unpack(archive, scratch)
    if not (scratch / "start_point").is_dir():
        log.info("%s holds no start_point: nothing to say about before", archive)
        return None
    return _read(lines, Recognizer.from_folder(scratch / "start_point"), "The start point")


def _read_champion(group: str, lines: Sequence[TestLine], scratch: Path) -> Champion | str:
    """The champion's readings, or the sentence that says why there are none."""
    if not group:
        return "No model package group was named: there is no champion to compare with."
    champion = fetch_champion(group, scratch)
    if champion is None:
        return f"Model package group {group} has no approved version yet: there is no champion to compare with."
    try:
        readings = _read(lines, Recognizer.from_folder(champion.folder), "The champion")
    except Exception as error:
        raise UserError(
            f"The champion {champion.model_package_arn} cannot be read: {error} "
            "Mend it, or reject that version so that an older one counts."
        ) from error
    return Champion(champion.model_package_arn, readings)


def _log_outcome(evaluation: Evaluation) -> None:
    figures = evaluation.ocr_metrics
    log.info(
        "exact_match=%.4f cer=%.4f wer=%.4f ned=%.4f lines=%d",
        figures.exact_match.value,
        figures.cer.value,
        figures.wer.value,
        figures.ned.value,
        figures.lines,
    )
    for answer in answers(evaluation):
        log.info("%s %s", answer.question, answer.answer)
    log.info(_page_outcome(evaluation.pages))
    for reason in evaluation.gate.reasons:
        log.info(reason)


def _page_outcome(pages: MeasuredPages | NoPages) -> str:
    if isinstance(pages, NoPages):
        return f"No whole page was measured: {pages.note}"
    return (
        f"Of {pages.lines} lines on {pages.pages} pages {pages.detection.recall.value:.4f} were found, "
        f"{pages.end_to_end.recall.value:.4f} found and read exactly"
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


if __name__ == "__main__":
    leave_on_sigterm(STOPPED)
    sys.exit(main())
