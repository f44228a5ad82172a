"""Lines that the tests read and learn from, and a web server with one file."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import lmdb
import numpy as np
import pytest
from numpy.typing import NDArray

STROKE = 3
CHARACTERS = "ABCDEFGH"


def draw(text: str, height: int = 32) -> NDArray[np.uint8]:
    """Black OpenCV letters on white, uint8 [height, W, 3]."""
    (width, ascent), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.0, STROKE)
    crop = np.full((ascent + below + 8, width + 12, 3), 255, np.uint8)
    cv2.putText(crop, text, (6, ascent + 4), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), STROKE)
    return cv2.resize(crop, (round(crop.shape[1] * height / crop.shape[0]), height)).astype(np.uint8)


def encode(crop: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", crop)[1].tobytes()


@pytest.fixture
def drawn() -> Callable[[str], NDArray[np.uint8]]:
    return draw


@pytest.fixture(scope="session")
def write_lines() -> Callable[[Path, Sequence[str]], None]:
    """Write a channel of drawn lines as Preprocess would."""

    def write(folder: Path, texts: Sequence[str]) -> None:
        with lmdb.open(str(folder / "lines-00000"), map_size=1 << 26) as env, env.begin(write=True) as records:
            for i, text in enumerate(texts, start=1):
                records.put(b"image-%09d" % i, encode(draw(text)))
                records.put(b"label-%09d" % i, text.encode())
                meta = {"source": "drawn", "field": "", "document": str(i), "line": 0}
                records.put(b"meta-%09d" % i, json.dumps(meta).encode())
            records.put(b"num-samples", str(len(texts)).encode())

    return write


@pytest.fixture
def job(tmp_path: Path, job_at: Callable[..., Path]) -> Callable[..., Path]:
    """An /opt/ml with three channels and these hyperparameters; its base folder."""
    return partial(job_at, tmp_path / "ml")


@pytest.fixture(scope="session")
def job_at(write_lines: Callable[[Path, Sequence[str]], None]) -> Callable[..., Path]:
    """The same in a folder of one's own."""

    def make(
        base: Path,
        train: Sequence[str],
        validation: Sequence[str],
        characters: str = CHARACTERS,
        **hyperparameters: str,
    ) -> Path:
        for name, texts in (("train", train), ("validation", validation)):
            (base / "input/data" / name).mkdir(parents=True)
            write_lines(base / "input/data" / name, texts)
        dictionary = base / "input/data/dictionary"
        dictionary.mkdir()
        (dictionary / "dict.txt").write_text("".join(f"{c}\n" for c in characters), encoding="utf-8")
        lineage = base / "input/data/lineage"
        lineage.mkdir()
        (lineage / "dataset.json").write_text(json.dumps({"sha256": "ab" * 32}), encoding="utf-8")
        config = base / "input/config"
        config.mkdir(parents=True)
        # Most of these jobs are scored on lines that they learn.
        given = {"max_overlap": "1"} | hyperparameters
        (config / "hyperparameters.json").write_text(json.dumps(given), encoding="utf-8")
        return base

    return make


class Site:
    """A web server with one file. It can answer otherwise for a while, or end the connection half-way."""

    def __init__(self) -> None:
        self.content = b""
        self.answers: list[int] = []
        self.cut = False
        self.announced = True
        self.requests = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests += 1
                self.send_response(site.answers.pop(0) if site.answers else 200)
                if site.announced:
                    self.send_header("Content-Length", str(len(site.content)))
                self.end_headers()
                self.wfile.write(site.content[: len(site.content) // 2] if site.cut else site.content)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/rec_train.tar"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = Thread(target=site.server.serve_forever, args=(0.01,))
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()
