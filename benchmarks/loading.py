"""The loader alone: ``python -m benchmarks.loading BASE`` prints how many lines/s one thread prepares.

BASE is the emulated /opt/ml of a training job; the lines are decoded, augmented, resized and put into batches as in the
job, with its default configuration.
"""

import argparse
import time
from pathlib import Path

from ocr_training.config import TrainingConfig
from ocr_training.data.augmentation import Augmentation
from ocr_training.data.batches import Batches
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.distortion import Distortion
from ocr_training.data.lines import read_lines

EPOCHS = 3


def main() -> None:
    """Measure one epoch after another, and print one figure a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("base", type=Path)
    channels = parser.parse_args().base / "input/data"
    config = TrainingConfig()
    batches = Batches(
        read_lines(channels / "train"),
        (),
        Dictionary.read(channels / "dictionary/dict.txt"),
        config.batch_size_per_card,
        0.0,
        Augmentation(config.augment),
        config.seed,
        distortion=Distortion(config.distort),
    )
    for epoch in range(1, EPOCHS + 1):
        started = time.perf_counter()
        lines = sum(len(batch.images) for batch in batches(epoch))
        print(lines / (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    main()
