import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import lmdb
import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from ocr_processing.detect import find_readers
from ocr_processing.document import Document, Reject
from ocr_processing.preprocess import main
from ocr_processing.readers import Item

# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Pixels = NDArray[np.uint8]


def draw_line(text: str, height: int = 32, shade: int = 255) -> Pixels:
    """A line picture wide enough for its text in CTC columns."""
    width = max(60, 20 * len(text)) * height // 32
    picture = np.full((height, width, 3), shade, np.uint8)
    cv2.putText(picture, text, (6, height * 3 // 4), cv2.FONT_HERSHEY_SIMPLEX, height / 40, (0, 0, 0), 1)
    return picture


@dataclass(frozen=True)
class Job:
    """A processing job's folders, and what a run of it left."""

    base: Path

    @property
    def documents(self) -> Path:
        return self.base / "processing" / "input" / "documents"

    @property
    def output(self) -> Path:
        return self.base / "processing" / "output"

    def run(self, *arguments: str) -> int:
        return main(["--workers", "1", *arguments])

    def picture(self, name: str, pixels: Pixels) -> Path:
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), pixels)
        return path

    def text(self, name: str, content: str | bytes) -> Path:
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def label_file(self, labels: Mapping[str, str], name: str = "rec_gt.txt") -> None:
        """Line pictures `NAME` with their texts, and the label file that names them."""
        for picture, label in labels.items():
            self.picture(picture, draw_line(f"{picture}{label}"))
        self.text(name, "".join(f"{picture}\t{label}\n" for picture, label in labels.items()))

    def some_lines(self, count: int = 12) -> dict[str, str]:
        return {f"img/{number:03d}.png": f"line {number}" for number in range(count)}

    def page(self, name: str, height: int = 60) -> Path:
        """A page 200 wide, written all over, each name's in its own way."""
        rng = np.random.default_rng(list(name.encode()))
        page = np.full((height, 200, 3), 230, np.uint8)
        for baseline in range(12, height + 12, 14):
            text = "".join(rng.choice(list("ACEHKMNRSTXZ0245789"), 20))
            cv2.putText(page, text, (2, baseline), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 1)
        return self.picture(name, page)

    def items(self, **options: Any) -> list[Item]:
        """Everything that the readers of the documents' folder yield."""
        return [item for reader in find_readers(self.documents, **options) for item in reader.read()]

    def document(self, **options: Any) -> Document:
        """The only item, a document."""
        (item,) = self.items(**options)
        assert isinstance(item, Document)
        return item

    def reject(self, **options: Any) -> Reject:
        """The only item, a reject."""
        (item,) = self.items(**options)
        assert isinstance(item, Reject)
        return item

    def record(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.output / "dataset.json").read_text(encoding="utf-8"))
        return content

    def rejects(self) -> list[dict[str, Any]]:
        rows = (self.output / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(row) for row in rows]

    def message(self) -> str:
        return (self.base / "output" / "message").read_text(encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    job = Job(tmp_path)
    job.documents.mkdir(parents=True)
    return job


@pytest.fixture
def new_job(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Job]:
    """Makes a further job, which the next run is of."""

    def make() -> Job:
        job = Job(tmp_path_factory.mktemp("job"))
        job.documents.mkdir(parents=True)
        monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(job.base))
        return job

    return make


@dataclass(frozen=True)
class StoredLine:
    image: bytes
    text: str
    meta: dict[str, Any]


@pytest.fixture
def read_lines() -> Callable[[Path], Sequence[StoredLine]]:
    """Reads a split's LMDB folder as training does, by the contract's keys alone."""

    def read(folder: Path) -> Sequence[StoredLine]:
        return list(_stored(folder))

    return read


def _stored(folder: Path) -> Iterator[StoredLine]:
    with lmdb.open(str(folder), readonly=True, lock=False) as environment, environment.begin() as transaction:

        def value(key: str) -> bytes:
            found = transaction.get(key.encode())
            assert found is not None, f"{folder} has no {key}"
            return bytes(found)

        for number in range(1, int(value("num-samples")) + 1):
            image, label, meta = (value(f"{kind}-{number:09d}") for kind in ("image", "label", "meta"))
            yield StoredLine(image, label.decode(), json.loads(meta))


@pytest.fixture
def line_picture() -> Callable[..., Pixels]:
    return draw_line
