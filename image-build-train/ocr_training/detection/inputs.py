"""What the detector's run learns from and where it starts, read and checked before its first step."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_training.checks.findings import Findings
from ocr_training.checks.page_checks import check_page_pictures, check_regions, check_small_lines
from ocr_training.checks.pictures import check_overlap
from ocr_training.config import TrainingConfig
from ocr_training.detection.pages import LabelledPage, PageRecords, read_pages
from ocr_training.detection.start_point import DetectorStart, carried_detector, detector_start, new_detector
from ocr_training.detection.weights import BoxSettings
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths

CHANNEL = "detection"
PICTURE_SECONDS = {"train": 3.0, "validation": 1.0}
"""How long pages are decoded to find broken ones."""
THRESHES = (0.3, 0.4, 0.5)
BOX_THRESHES = (0.6, 0.5, 0.4)


@dataclass(frozen=True)
class DetectionInputs:
    """Pages, none where the detector is not trained; and its start point, None where there is none to carry over."""

    train: Sequence[LabelledPage]
    validation: Sequence[LabelledPage]
    start: DetectorStart | None


def read_detection(findings: Findings, paths: TrainingPaths, config: TrainingConfig, this: Replicas) -> DetectionInputs:
    """Read the detector's inputs; what is wrong with them is among the findings. Without training it is only what is
    carried over."""
    start: DetectorStart | None = None
    pretrained = paths.channel("pretrained")
    if not config.trains_detector:
        with findings.gather():
            start = carried_detector(pretrained)
        return DetectionInputs((), (), start)
    train, validation = (_pages(findings, paths, name) for name in ("train", "validation"))
    with findings.gather():
        new = new_detector(config.detection_neck, config.seed)
        chosen = config.detection_pretrained
        start = detector_start(chosen, pretrained, new, box_choices(config)[0], config.seed, paths.official)
    if this.leads:
        for name, pages in (("train", train), ("validation", validation)):
            check_page_pictures(findings, name, pages, PICTURE_SECONDS[name])
        check_small_lines(findings, train)
        check_overlap(findings, train, validation, config.max_overlap, "pages")
    return DetectionInputs(train, validation, start)


def box_choices(config: TrainingConfig) -> list[BoxSettings]:
    """The numbers by which boxes may be taken, as the hyperparameters say; PaddleOCR's come first among equals."""
    return [
        BoxSettings(thresh=thresh, box_thresh=box_thresh, unclip_ratio=config.detection_unclip_ratio)
        for thresh in ([config.detection_thresh] if config.detection_thresh else THRESHES)
        for box_thresh in ([config.detection_box_thresh] if config.detection_box_thresh else BOX_THRESHES)
    ]


def _pages(findings: Findings, paths: TrainingPaths, name: str) -> Sequence[LabelledPage]:
    """The readable pages of a part of the channel; none after a finding that leaves nothing to look at."""
    channel = paths.channel(CHANNEL)
    records = PageRecords()
    with findings.gather():
        if not (channel / name).is_dir():
            raise UserError(
                f"there is no {name} folder in the {CHANNEL} channel at {channel}, and the hyperparameter 'task' asks "
                "for a detector; give the job the folder detection of the dataset that Preprocess wrote"
            )
        records = read_pages(channel / name)
        if records.unreadable:
            also = f", the first of {len(records.unreadable)} such records" if len(records.unreadable) > 1 else ""
            findings.errors.append(f"{CHANNEL}, {name}: {records.unreadable[0]}{also}; prepare the dataset anew")
        elif not records.pages:
            raise UserError(
                f"the {name} folder of the {CHANNEL} channel at {channel} holds no pages: no document says where its "
                "lines are; label places, or set 'task' to 'recognition'"
            )
        check_regions(findings, f"{name} page", records.pages)
    return records.pages
