"""What tells a detector's run from others."""

from collections.abc import Sequence
from typing import Any

from ocr_training.config import SHARED, TrainingConfig
from ocr_training.detection.hyperparameters import PREFIX
from ocr_training.detection.inputs import DetectionInputs
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.start_point import DetectorStart
from ocr_training.parallel.replicas import Replicas
from ocr_training.restart.identity import FORMAT, crc, hyperparameters


def detection_identity(
    config: TrainingConfig, inputs: DetectionInputs, start: DetectorStart, this: Replicas
) -> dict[str, Any]:
    """Names and values, as JSON has them."""
    own = [name for name in TrainingConfig.model_fields if name.startswith(PREFIX)]
    return {
        "format": FORMAT,
        **hyperparameters(config, [*own, *SHARED, "seed"]),
        "training pages": page_digest(inputs.train),
        "validation pages": page_digest(inputs.validation),
        "start point": crc(*(values.tobytes() for _, values in sorted(start.weights.arrays.items()))),
        "number of processes": this.size,
        "number of cards": this.cards,
    }


def page_digest(pages: Sequence[LabelledPage]) -> str:
    """How many pages, and a checksum of their sizes and regions."""
    told = (
        part
        for page in pages
        for part in (
            f"{page.height} {page.width} {len(page.encoded)} {len(page.regions)}\n".encode(),
            *(region.polygon.tobytes() + bytes([region.ignored]) for region in page.regions),
        )
    )
    return f"{len(pages)}-{crc(*told)}"
