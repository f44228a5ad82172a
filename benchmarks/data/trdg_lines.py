"""What trdg draws: a script for its own .venv, with no import from the project.

``trdg_lines.py TEXTS WARM_UP SIZE``: each line of the file is drawn once by `GeneratorFromStrings` with its defaults,
on one core. Prints a JSON object: processor seconds of the drawing and of the saving as JPEG (in memory), and the
pixels of a picture, all without the first WARM_UP.
"""

import io
import json
import os
import sys
import time
from pathlib import Path

import cv2
from trdg.generators import GeneratorFromStrings  # type: ignore[import-not-found]  # is in that .venv alone


def main() -> None:
    """Draw, and print."""
    file, warm_up, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    texts = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    pictures = GeneratorFromStrings(texts, count=len(texts), size=size)
    drawing = saving = 0.0
    pixels = 0
    for number, text in enumerate(texts):
        started = time.process_time()
        picture, drawn = next(pictures)
        between = time.process_time()
        picture.save(io.BytesIO(), "JPEG")
        ended = time.process_time()
        if drawn != text:
            sys.exit(f"trdg drew {drawn!r} where it was given {text!r}")
        if number >= warm_up:
            drawing += between - started
            saving += ended - between
            pixels += picture.width * picture.height
    count = len(texts) - warm_up
    print(json.dumps({"drawing": drawing, "saving": saving, "pixels": pixels / count}))


if __name__ == "__main__":
    main()
