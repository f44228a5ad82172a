"""Evaluate a trained model on the test set: ``python -m ocr_inference.evaluate``."""

import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ocr_inference.archive import unpack
from ocr_inference.ctc import Reading
from ocr_inference.evaluation import champion as registry
from ocr_inference.evaluation.compare import Champion, evaluate_readings
from ocr_inference.evaluation.dataset import TestLine, decoded, read_dataset_summary, read_test_set
from ocr_inference.evaluation.latency import measure_latency
from ocr_inference.evaluation.options import Options, parse_options
from ocr_inference.evaluation.report import render_report
from ocr_inference.evaluation.report.verdict import answers
from ocr_inference.evaluation.schema import Evaluation
from ocr_inference.failure import UserError, log_to_stdout, run_reported
from ocr_inference.model_files import ModelFiles
from ocr_inference.outputs import write_beside_and_rename
from ocr_inference.pages.evaluate import EvaluatedPages, Loader, evaluate_pages
from ocr_inference.pages.labelled import read_labelled_pages
from ocr_inference.pages.schema import MeasuredPages, NoPages
from ocr_inference.platform_folders import PlatformFolders
from ocr_inference.reader import Reader
from ocr_inference.recognizer import Recognizer
from ocr_inference.registration import REGISTRATION_NAME, registration
from ocr_inference.stopping import STOPPED, leave_on_sigterm

ANSWERED_FOLDER = "answered"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation as a processing job; returns the exit code."""
    log_to_stdout()
    folders = PlatformFolders.from_environment()

    def work() -> None:
        options = parse_options(arguments)
        with tempfile.TemporaryDirectory(prefix="evaluate-") as scratch:
            evaluate(folders, options, Path(scratch))

    return run_reported(work, folders.exit_message)


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
    start_point = _unpack_start_point(folders.processing_input("start_point"), scratch / "output")
    before = None if start_point is None else _read(lines, Recognizer.from_folder(start_point), "The start point")
    fetched = _fetch_champion(options.model_package_group, scratch / "champion")
    champion = fetched if isinstance(fetched, str) else _read_champion(fetched, lines)
    output = folders.processing_output
    pages = _evaluate_pages(folders, options, model, start_point, fetched)
    evaluation = evaluate_readings(
        lines, readings, before, champion, options.thresholds, options.seed, latency, pages.figures
    )
    rival = None if isinstance(champion, str) else champion.readings
    write_beside_and_rename(output / "report.html", render_report(evaluation, dataset, lines, readings, rival, pages))
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


def _unpack_start_point(folder: Path, scratch: Path) -> Path | None:
    archive = folder / "output.tar.gz"
    if not archive.is_file():
        log.info("No start point at %s: nothing to say about before", archive)
        return None
    unpack(archive, scratch)
    if not (scratch / "start_point").is_dir():
        log.info("%s holds no start_point: nothing to say about before", archive)
        return None
    return scratch / "start_point"


def _fetch_champion(group: str, scratch: Path) -> registry.Champion | str:
    """The champion, or the sentence that says why there is none."""
    if not group:
        return "No model package group was named: there is no champion to compare with."
    champion = registry.fetch_champion(group, scratch)
    if champion is None:
        return f"Model package group {group} has no approved version yet: there is no champion to compare with."
    return champion


def _read_champion(champion: registry.Champion, lines: Sequence[TestLine]) -> Champion:
    try:
        readings = _read(lines, Recognizer.from_folder(champion.folder), "The champion")
    except Exception as error:
        raise _champion_is_broken(champion, error) from error
    return Champion(champion.model_package_arn, readings)


def _champion_is_broken(champion: registry.Champion, error: Exception) -> UserError:
    return UserError(
        f"The champion {champion.model_package_arn} cannot be read: {error} "
        "Mend it, or reject that version so that an older one counts."
    )


def _evaluate_pages(
    folders: PlatformFolders,
    options: Options,
    model: Path,
    start_point: Path | None,
    champion: registry.Champion | str,
) -> EvaluatedPages:
    """Pages are read by others too where a detector was trained, or theirs is another than the new model's."""
    wanted = options.thresholds.task.detection
    own = ModelFiles.read(model).parts[2:]

    def differs(folder: Path) -> bool:
        return wanted or ModelFiles.read(folder).parts[2:] != own

    before: Loader | None = None
    if start_point is not None and differs(start_point):
        before = partial(Reader.from_folder, start_point)
    rival: Loader | None = None
    if not isinstance(champion, str) and differs(champion.folder):
        rival = partial(_load_champion, champion)
    return evaluate_pages(
        partial(Reader.from_folder, model),
        read_labelled_pages(folders.processing_input("pages")),
        folders.processing_output / ANSWERED_FOLDER,
        options.seed,
        before,
        rival,
    )


def _load_champion(champion: registry.Champion) -> Reader:
    try:
        return Reader.from_folder(champion.folder)
    except UserError as error:
        raise _champion_is_broken(champion, error) from error


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
        f"{pages.end_to_end.recall.value:.4f} found and read exactly; F of detection {pages.detection.f.value:.4f}"
    )


if __name__ == "__main__":
    leave_on_sigterm(STOPPED)
    sys.exit(main())
