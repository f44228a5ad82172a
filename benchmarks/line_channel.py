"""Lines of one width for a training job: speed depends on nothing else about them."""

from pathlib import Path

import cv2
import lmdb
import numpy as np

HEIGHT = 48
"""Higher than the recogniser's input, as scanned lines are."""
INPUT_HEIGHT = 32
PIXELS_A_CHARACTER = 16


def characters(classes: int) -> list[str]:
    """The characters of a dictionary with so many classes: the blank and the space are the other two."""
    return [chr(0x4E00 + i) for i in range(classes - 2)]


def write_channels(base: Path, width: int, classes: int, train: int, validation: int) -> None:
    """Write the channels of a job in the emulated /opt/ml: `width` in pixels at the recogniser's height."""
    channels = base / "input/data"
    dictionary = characters(classes)
    for seed, (name, count) in enumerate((("train", train), ("validation", validation))):
        write_lines(channels / name / "lines-00000", width, dictionary, count, seed)
    (channels / "dictionary").mkdir()
    (channels / "dictionary/dict.txt").write_text("".join(f"{c}\n" for c in dictionary), encoding="utf-8")


def write_lines(folder: Path, width: int, dictionary: list[str], count: int, seed: int) -> None:
    """Write an LMDB folder of lines: noisy print in JPEG, and random labels of a length that fits."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    with lmdb.open(str(folder), map_size=1 << 30, lock=False) as env, env.begin(write=True) as records:
        for i in range(1, count + 1):
            label = "".join(rng.choice(dictionary, width // PIXELS_A_CHARACTER))
            records.put(b"image-%09d" % i, _picture(rng, width * HEIGHT // INPUT_HEIGHT))
            records.put(b"label-%09d" % i, label.encode())
            records.put(b"meta-%09d" % i, b'{"source": "drawn", "field": "", "document": "%d", "line": 1}' % i)
        records.put(b"num-samples", str(count).encode())


def _picture(rng: np.random.Generator, width: int) -> bytes:
    picture = rng.normal(220, 8, (HEIGHT, width, 3)).clip(0, 255).astype(np.uint8)
    text = "".join(rng.choice(list("ABCDEFGHKLMNPRSTUVXYZ0123456789"), width // 24))
    cv2.putText(picture, text, (4, HEIGHT - 12), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (30, 30, 30), 2)
    encoded: bytes = cv2.imencode(".jpg", picture)[1].tobytes()
    return encoded
