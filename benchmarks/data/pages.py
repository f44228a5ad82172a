"""Pages with the polygons of their lines, as PPOCRLabel keeps them."""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

LINES = 50
"""Of a page: two columns."""

WIDTH, HEIGHT = 1000, 1300
LINE_WIDTH, LINE_HEIGHT = 380, 28
TOP, PITCH = 80, 46
COLUMNS = (70, 550)
TURN = 3.0
"""Degrees, either way, by which a page lies askew on the scanner."""

FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)


def write_pages(documents: Path, count: int) -> None:
    """Draw `count` pages into a new folder, on all cores, with their `Label.txt` and `fileState.txt`."""
    folder = documents / "pages"
    folder.mkdir()
    # Spawned, not forked: OpenCV's own threads do not survive a fork.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = list(pool.map(partial(_write_page, folder), range(count), chunksize=8))
    (folder / "Label.txt").write_text("".join(rows), encoding="utf-8")
    states = (f"{folder / _name(page)}\t1\n" for page in range(count))
    (folder / "fileState.txt").write_text("".join(states), encoding="utf-8")


def expected_text(document: str, line: int) -> str:
    """What line `line`, from 1, of a page says."""
    return _text(int(Path(document).stem.removeprefix("page-")), line - 1)


def _name(page: int) -> str:
    return f"page-{page:06d}.jpg"


def _text(page: int, line: int) -> str:
    number = (page * LINES + line) * 7919 % 10_000_019
    return f"No. {number:08d} at {number % 9973 / 100:.2f}"


def _write_page(folder: Path, page: int) -> str:
    """Draw page number `page`, and give its row of the label file."""
    rng = np.random.default_rng(page)
    middle = (WIDTH / 2, HEIGHT / 2)
    turn = cv2.getRotationMatrix2D(middle, rng.uniform(-TURN, TURN), 1.0)
    picture = np.full((HEIGHT, WIDTH, 3), 236, dtype=np.uint8)
    boxes = []
    for line in range(LINES):
        row, column = divmod(line, len(COLUMNS))
        x, y = COLUMNS[column], TOP + row * PITCH
        text = _text(page, line)
        face = FACES[int(rng.integers(len(FACES)))]
        scale = LINE_WIDTH / cv2.getTextSize(text, face, 1.0, 1)[0][0]
        cv2.putText(picture, text, (x, y + LINE_HEIGHT - 7), face, scale, (40, 40, 40), 1, cv2.LINE_AA)
        box = np.array([[x, y], [x + LINE_WIDTH, y], [x + LINE_WIDTH, y + LINE_HEIGHT], [x, y + LINE_HEIGHT]])
        points = cv2.transform(box[None].astype(np.float64), turn)[0].round(1).tolist()
        boxes.append({"transcription": text, "points": points, "difficult": False})
    askew = cv2.warpAffine(picture, turn, (WIDTH, HEIGHT), borderValue=(236, 236, 236))
    grain = cv2.resize(rng.integers(0, 16, (HEIGHT // 4, WIDTH // 4), dtype=np.uint8), (WIDTH, HEIGHT))
    scanned = cv2.subtract(askew, cv2.cvtColor(grain, cv2.COLOR_GRAY2BGR))
    (folder / _name(page)).write_bytes(cv2.imencode(".jpg", scanned, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return f"{folder.name}/{_name(page)}\t{json.dumps(boxes)}\n"
