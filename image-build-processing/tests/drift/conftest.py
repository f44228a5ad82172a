"""Rendered cards as an endpoint's captured requests and answers, and the drift job's folders."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.drift.__main__ import main as check
from ocr_processing.drift.make_baseline import main as make_baseline
from ocr_processing.synthesis.card import CardSample, render_card
from ocr_processing.synthesis.degrade import jpeg_bytes
from ocr_processing.synthesis.recipe import IdentityCardRecipe

MODEL = "sha256:6f327246b50388f3"
CARDS = 8
FOLDER = "ocr-prod/AllTraffic/2026/11/21/09"


def answer(card: CardSample, confidence: float = 0.97) -> dict[str, Any]:
    """What a reader that makes no mistakes answers."""
    height, width = card.pixels().shape[:2]
    lines = [{"text": line.text, "confidence": confidence, "box": [[0, 0]] * 4} for line in card.lines]
    return {"pages": [{"width": width, "height": height, "lines": lines}], "model": MODEL, "task": "ocr"}


def capture(event: str, picture: bytes | None, answered: object, content_type: str = "image/jpeg") -> dict[str, Any]:
    """A line of a capture file, as SageMaker writes it."""
    asked = {
        "observedContentType": content_type,
        "mode": "INPUT",
        "data": base64.b64encode(picture or b"").decode(),
        "encoding": "BASE64",
    }
    output = {
        "observedContentType": "application/json",
        "mode": "OUTPUT",
        "data": json.dumps(answered),
        "encoding": "JSON",
    }
    data = {"endpointInput": asked, "endpointOutput": output} if picture else {"endpointOutput": output}
    return {
        "captureData": data,
        "eventMetadata": {"eventId": event, "inferenceTime": "2026-11-21T09:15:00Z"},
        "eventVersion": "0",
    }


def darkened(card: CardSample) -> bytes:
    """The card photographed with a third of the light."""
    return jpeg_bytes(np.asarray(cv2.convertScaleAbs(card.pixels(), alpha=1 / 3), np.uint8), 90)


@dataclass(frozen=True)
class DriftJob:
    """A processing job's folders, and what a run of it left."""

    base: Path

    @property
    def input(self) -> Path:
        return self.base / "processing" / "input"

    @property
    def output(self) -> Path:
        return self.base / "processing" / "output"

    def write(self, rows: Iterable[dict[str, Any] | bytes], name: str = "09-00-000.jsonl") -> None:
        """A capture file of these lines."""
        path = self.input / "captures" / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        path.write_bytes(b"\n".join(lines) + b"\n")

    def write_cards(self, cards: Sequence[CardSample], pictures: Sequence[bytes] | None = None) -> None:
        """A capture of each card, with these pictures or the cards' own."""
        taken = pictures or [card.jpeg for card in cards]
        self.write(capture(card.name, picture, answer(card)) for card, picture in zip(cards, taken, strict=True))

    def make_baseline(self, *arguments: str) -> int:
        return make_baseline(["--min-pages", str(CARDS), *arguments])

    def take_baseline(self) -> None:
        """Put what `make_baseline` wrote where the check reads it."""
        folder = self.input / "baseline"
        folder.mkdir(parents=True, exist_ok=True)
        (self.output / "baseline.json").rename(folder / "baseline.json")
        (self.output / "outcome.json").unlink()

    def check(self, *arguments: str) -> int:
        return check(["--min-pages", str(CARDS), *arguments])

    def json(self, name: str) -> Any:
        return json.loads((self.output / name).read_text(encoding="utf-8"))

    def violations(self) -> dict[str, str]:
        """Each violation's quantity and description."""
        listed = self.json("constraint_violations.json")["violations"]
        return {violation["feature_name"]: violation["description"] for violation in listed}

    def message(self) -> str:
        return (self.base / "output" / "message").read_text(encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DriftJob:
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    return DriftJob(tmp_path)


@pytest.fixture(scope="session")
def cards() -> list[CardSample]:
    """Cards of the baseline."""
    recipe = IdentityCardRecipe(recipe="identity-card")
    return [render_card(17, index, recipe) for index in range(CARDS)]


@pytest.fixture(scope="session")
def later_cards() -> list[CardSample]:
    """As many other cards, photographed alike."""
    recipe = IdentityCardRecipe(recipe="identity-card")
    return [render_card(18, index, recipe) for index in range(CARDS)]


@pytest.fixture
def with_baseline(job: DriftJob, cards: list[CardSample]) -> DriftJob:
    """A job that has its baseline, and no captures yet."""
    job.write_cards(cards)
    assert job.make_baseline() == 0
    job.take_baseline()
    for path in (job.input / "captures").rglob("*.jsonl"):
        path.unlink()
    return job
