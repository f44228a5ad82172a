"""What tells a run from others, so that none goes on from another one's checkpoint."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ocr_training.config import TrainingConfig
from ocr_training.data.lines import LabelledLine
from ocr_training.detection.hyperparameters import PREFIX
from ocr_training.parallel.replicas import Replicas
from ocr_training.start_point import StartPoint

FORMAT = 1
"""Of the checkpoints; another one cannot be read."""
NEUTRAL = frozenset({"checkpoint_seconds", "device", "join_seconds", "max_overlap", "suspect_seconds", "task"})
"""Hyperparameters that a run may go on with another value of: what it learns does not depend on them."""


def identity(
    config: TrainingConfig,
    train: Sequence[LabelledLine],
    validation: Sequence[LabelledLine],
    start: StartPoint,
    this: Replicas,
) -> dict[str, Any]:
    """Names and values, as JSON has them."""
    dictionary = start.weights.dictionary.characters
    return {
        "format": FORMAT,
        **hyperparameters(config, (name for name in TrainingConfig.model_fields if not name.startswith(PREFIX))),
        "training lines": digest(train),
        "validation lines": digest(validation),
        "replayed lines": digest(start.replay),
        "dictionary": f"{len(dictionary)}-{crc(''.join(dictionary).encode())}",
        "start point": crc(*(values.tobytes() for _, values in sorted(start.weights.arrays.items()))),
        "number of processes": this.size,
        "number of cards": this.cards,
    }


def hyperparameters(config: TrainingConfig, names: Iterable[str]) -> dict[str, Any]:
    """Those of the names that a run cannot go on with another value of."""
    return config.model_dump(mode="json", include=set(names) - NEUTRAL)


def digest(lines: Sequence[LabelledLine]) -> str:
    """How many lines, and a checksum of their texts, widths and sizes in bytes."""
    told = (f"{line.width} {len(line.encoded)} {line.text}\n".encode() for line in lines)
    return f"{len(lines)}-{crc(*told)}"


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Each name whose values differ, with both."""
    names = [*expected, *(name for name in found if name not in expected)]
    return [
        f"{name} (there {found.get(name)!r}, now {expected.get(name)!r})"
        for name in names
        if found.get(name) != expected.get(name)
    ]


def crc(*parts: bytes) -> str:
    """A checksum of all of them together."""
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return f"{value:08x}"
