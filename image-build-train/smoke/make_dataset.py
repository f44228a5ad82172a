"""Inside the training image: a small dataset, made of lines that the image's base checkpoint replays.

`make_dataset.py TRAIN_LINES VALIDATION_LINES` writes the job's channels below /opt/ml.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import lmdb

from ocr_training.data.lines import LabelledLine, read_lines
from ocr_training.start_point import BASE, REPLAY

CHANNELS = Path("/opt/ml/input/data")


def main(train_lines: int, validation_lines: int) -> None:
    """Write the channels train, validation and dictionary."""
    # ASCII, which every start point writes.
    lines = [line for line in read_lines(BASE / REPLAY) if line.text.isascii()][: train_lines + validation_lines]
    write(CHANNELS / "train/lines-00000", lines[:train_lines])
    write(CHANNELS / "validation/lines-00000", lines[train_lines:])
    characters = sorted({character for line in lines for character in line.text} - {" "})
    (CHANNELS / "dictionary").mkdir()
    (CHANNELS / "dictionary/dict.txt").write_text("".join(f"{character}\n" for character in characters))


def write(folder: Path, lines: Sequence[LabelledLine]) -> None:
    """Write lines in the form that Preprocess writes."""
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=1 << 24) as environment, environment.begin(write=True) as records:
        records.put(b"num-samples", b"%d" % len(lines))
        for number, line in enumerate(lines, start=1):
            records.put(b"image-%09d" % number, line.encoded)
            records.put(b"label-%09d" % number, line.text.encode())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
