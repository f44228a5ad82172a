"""What is looked for in pictures, of lines and of whole pages alike."""

import time
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ocr_training.checks.findings import Findings
from ocr_training.errors import UserError


class Pictured(Protocol):
    """A line or a page with its encoded picture."""

    @property
    def encoded(self) -> bytes:
        """The picture's file."""

    def pixels(self) -> NDArray[np.uint8]:
        """uint8 [height, width, 3]. Raises UserError for bytes that are no image."""


Sample = TypeVar("Sample", bound=Pictured)


def check_overlap(
    findings: Findings, train: Sequence[Pictured], validation: Sequence[Pictured], allowed: float, unit: str
) -> None:
    """Error when more than the allowed share of validation pictures is in train too, byte by byte; a warning below.

    The sentences call what the pictures are of by the `unit`, such as "lines".
    """
    learned = {sample.encoded for sample in train}
    shared = sum(sample.encoded in learned for sample in validation)
    if not shared:
        return
    share = shared / len(validation)
    told = f"{shared} of {len(validation)} validation pictures are among the training {unit} too"
    if share > allowed:
        findings.errors.append(
            f"{told}: {share:.0%}, and {allowed:.0%} are allowed, because scores on {unit} that were learned say "
            "nothing; split by document, or raise max_overlap"
        )
    else:
        findings.warnings.append(told)


def undecodable(
    findings: Findings, name: str, samples: Sequence[Sample], seconds: float
) -> tuple[list[tuple[Sample, UserError]], int]:
    """The samples whose picture is no image, each with why, and how many there was time for; a note when not all."""
    started = time.monotonic()
    broken: list[tuple[Sample, UserError]] = []
    for read, place in enumerate(np.random.default_rng(0).permutation(len(samples))):
        if time.monotonic() - started > seconds:
            findings.notes.append(f"decoded {read} of {len(samples)} {name} pictures, as many as {seconds:g} s allow")
            return broken, read
        try:
            samples[place].pixels()
        except UserError as error:
            broken.append((samples[place], error))
    return broken, len(samples)
