"""Everything that a run needs, read and checked before its first step."""

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_training.checks.findings import Findings
from ocr_training.checks.line_checks import (
    check_characters,
    check_contradictions,
    check_head,
    check_labels,
    check_pictures,
)
from ocr_training.checks.pictures import check_overlap
from ocr_training.checks.room import (
    check_disk,
    check_memory,
    disk_needed,
    estimate_memory,
    estimate_page_memory,
    memory_limit,
)
from ocr_training.config import TrainingConfig
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine, read_records
from ocr_training.detection.inputs import DetectionInputs, read_detection
from ocr_training.errors import UserError
from ocr_training.parallel.devices import find_devices
from ocr_training.parallel.exchange import agree
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths
from ocr_training.start_point import StartPoint, start_point

log = logging.getLogger(__name__)

PICTURE_SECONDS = {"train": 3.0, "validation": 1.0}
"""How long pictures are decoded to find broken ones; about 8,000 a second and core."""


@dataclass(frozen=True)
class Inputs:
    """What a run learns from, and where it starts."""

    train: Sequence[LabelledLine]
    """None where the recogniser is not trained."""
    validation: Sequence[LabelledLine]
    start: StartPoint
    dataset: dict[str, str] | None
    """The dataset's own hash, and that of the file which states it; None without the lineage channel."""
    detection: DetectionInputs


def preflight(paths: TrainingPaths, config: TrainingConfig, this: Replicas) -> Inputs:
    """Read the job's inputs and look for whatever would end the run later or make its scores worthless.

    Raises UserError that lists all that is wrong. Replicas that do not lead check only what costs nothing.
    """
    started = time.monotonic()
    findings = Findings()
    dataset: dict[str, str] | None = None
    with findings.gather():
        dataset = _dataset(paths.channel("lineage") / "dataset.json")
    read = _recognition if config.trains_recogniser else _recogniser_as_it_is
    train, validation, start = read(findings, paths, config, this)
    detection = read_detection(findings, paths, config, this)
    if this.leads:
        _check_room(findings, paths, config, start, train, detection)
        told = []
        if config.trains_recogniser:
            told.append(f"{len(train)} training lines, {len(validation)} validation lines")
        if config.trains_detector:
            told.append(f"{len(detection.train)} training pages, {len(detection.validation)} validation pages")
        log.info("preflight: %s, in %.1f s", ", ".join(told), time.monotonic() - started)
        findings.settle()
    # What the leading replica found is the most complete, and the job ends with what comes first.
    agree(0.0, this)
    findings.settle(tell=False)
    if start is None:
        raise RuntimeError("preflight found nothing wrong and no start point")
    return Inputs(train, validation, start, dataset, detection)


Read = tuple[Sequence[LabelledLine], Sequence[LabelledLine], StartPoint | None]


def _recognition(findings: Findings, paths: TrainingPaths, config: TrainingConfig, this: Replicas) -> Read:
    """Training lines, validation lines, and what the recogniser starts from."""
    dictionary: Dictionary | None = None
    start: StartPoint | None = None
    with findings.gather():
        dictionary = Dictionary.read(paths.channel("dictionary") / "dict.txt")
    train, validation = (_channel(findings, paths, name, dictionary) for name in ("train", "validation"))
    if dictionary:
        with findings.gather():
            channel = paths.channel("pretrained")
            start = start_point(config.pretrained, channel, dictionary, config.seed, paths.official, config.dictionary)
    if start:
        head = start.weights.dictionary
        # Characters that dict.txt itself lacks were found before.
        check_head(findings, "train", train, head, dictionary)
        check_head(findings, "validation", validation, head, dictionary)
        check_head(findings, "replayed", start.replay, head)
    if this.leads:
        for name, lines in (("train", train), ("validation", validation)):
            check_pictures(findings, name, lines, PICTURE_SECONDS[name])
            check_contradictions(findings, name, lines)
        check_overlap(findings, train, validation, config.max_overlap, "lines")
        check_characters(findings, train, validation)
    return train, validation, start


def _recogniser_as_it_is(findings: Findings, paths: TrainingPaths, config: TrainingConfig, _this: Replicas) -> Read:
    """The recogniser that goes along with a detector, with its own dictionary, and no lines."""
    start: StartPoint | None = None
    with findings.gather():
        # One that has learned nothing serves nobody.
        chosen = "auto" if config.pretrained == "none" else config.pretrained
        start = start_point(chosen, paths.channel("pretrained"), Dictionary(()), config.seed, paths.official)
    return (), (), start


def _channel(
    findings: Findings, paths: TrainingPaths, name: str, dictionary: Dictionary | None
) -> Sequence[LabelledLine]:
    """The channel's readable lines; none after a finding that leaves nothing to look at."""
    folder = paths.channel(name)
    lines: Sequence[LabelledLine] = ()
    with findings.gather():
        if not folder.is_dir():
            raise UserError(f"there is no {name} channel at {folder}; give the job the dataset that Preprocess wrote")
        records = read_records(folder)
        lines = records.lines
        if records.unreadable:
            also = f", the first of {len(records.unreadable)} such records" if len(records.unreadable) > 1 else ""
            findings.errors.append(f"{name}: {records.unreadable[0]}{also}; prepare the dataset anew")
        elif not lines:
            raise UserError(f"the {name} channel at {folder} holds no lines; label more documents")
        if dictionary:
            check_labels(findings, name, lines, dictionary)
    return lines


def _check_room(
    findings: Findings,
    paths: TrainingPaths,
    config: TrainingConfig,
    start: StartPoint | None,
    train: Sequence[LabelledLine],
    detection: DetectionInputs,
) -> None:
    devices = find_devices(config.device, config.processes)
    weight_bytes = 0
    if start:
        weight_bytes += sum(array.nbytes for array in start.weights.arrays.values())
    if detection.start:
        weight_bytes += sum(array.nbytes for array in detection.start.weights.arrays.values())
    # One after the other: each finds the memory free.
    if start and train:
        n_classes = start.weights.dictionary.n_classes
        check_memory(findings, estimate_memory(train, config.batch_size_per_card, n_classes, devices), memory_limit())
    if detection.train:
        estimate = estimate_page_memory(detection.train, config.detection_batch_size, config.detection_crop, devices)
        check_memory(findings, estimate, memory_limit())
    folders = {"checkpoint": paths.checkpoints, "model": paths.model, "output": paths.output_data}
    check_disk(findings, folders, disk_needed(weight_bytes))


def _dataset(lineage: Path) -> dict[str, str] | None:
    if not lineage.is_file():
        return None
    content = lineage.read_bytes()
    try:
        stated = json.loads(content)["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{lineage} states no sha256; expected the dataset.json that Preprocess wrote") from error
    return {"sha256": stated, "dataset_json_sha256": hashlib.sha256(content).hexdigest()}
