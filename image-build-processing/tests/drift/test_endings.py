"""How the drift jobs end when they cannot do their work, or are only asked what they can do."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from ocr_processing.command_line import option
from ocr_processing.drift.config import BaselineConfig, DriftConfig
from ocr_processing.synthesis.card import CardSample
from ocr_processing.synthesis.degrade import jpeg_bytes

from .conftest import MODEL, answer, capture


def test_several_hosts_stop_the_job(with_baseline: Any) -> None:
    path = with_baseline.base / "config" / "resourceconfig.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}), encoding="utf-8")
    assert with_baseline.check() == 1
    assert "Drift runs on one" in with_baseline.message()


def test_a_missing_baseline_is_named(job: Any, cards: list[CardSample]) -> None:
    job.write_cards(cards)
    assert job.check() == 1
    assert str(job.input / "baseline" / "baseline.json") in job.message()


def test_nothing_to_read_is_told(with_baseline: Any) -> None:
    for path in sorted((with_baseline.input / "captures").rglob("*"), reverse=True):
        path.rmdir()
    (with_baseline.input / "captures").rmdir()
    assert with_baseline.check() == 1
    assert str(with_baseline.input / "captures") in with_baseline.message()


def test_a_baseline_needs_enough_pages(job: Any, cards: list[CardSample]) -> None:
    job.write_cards(cards[:3])
    assert job.make_baseline() == 1
    assert "3 pages can be used, a baseline needs 8" in job.message()
    assert not (job.output / "baseline.json").exists()


@pytest.mark.parametrize("pages", [0, 3])
def test_too_few_pages_can_be_told_instead(job: Any, cards: list[CardSample], pages: int) -> None:
    job.write_cards(cards[:pages]) if pages else job.write([])
    assert job.make_baseline("--too-few", "tell") == 0
    told = {"made": False, "pages": pages, "text": f"none: {pages} pages can be used and a baseline needs 8"}
    assert job.json("outcome.json") == told


@pytest.mark.parametrize("pages", [0, 3])
def test_with_too_small_a_baseline_the_check_ends_well_and_says_so(
    job: Any, cards: list[CardSample], later_cards: list[CardSample], pages: int
) -> None:
    job.write_cards(cards[:pages]) if pages else job.write([])
    job.make_baseline("--too-few", "tell")
    job.take_baseline()
    job.write_cards(later_cards)
    assert job.check() == 0
    assert job.message() == (
        f"Completed: nothing was compared, the baseline has {pages} pages, 8 are needed to compare.\n"
    )


def test_a_baseline_that_was_made_says_of_how_many_pages(job: Any, cards: list[CardSample]) -> None:
    job.write_cards(cards)
    assert job.make_baseline() == 0
    assert job.json("outcome.json") == {"made": True, "pages": 8, "text": "8 pages"}


def test_a_baseline_is_of_one_model(job: Any, cards: list[CardSample]) -> None:
    rows = [
        capture(str(number), card.jpeg, {**answer(card), "model": f"sha256:{number % 2}"})
        for number, card in enumerate(cards)
    ]
    job.write(rows)
    assert job.make_baseline() == 1
    assert "several models, sha256:0, sha256:1" in job.message()


def test_sigterm_ends_the_job_without_publishing_anything(with_baseline: Any, later_cards: list[CardSample]) -> None:
    small = jpeg_bytes(later_cards[0].pixels()[:64, :64], 50)
    answered = {"pages": [{"width": 64, "height": 64, "lines": []}], "model": MODEL, "task": "ocr"}
    with_baseline.write(capture(str(number), small, answered) for number in range(20_000))
    left = set(with_baseline.output.iterdir())
    command = [sys.executable, "-m", "ocr_processing.drift"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Reading"):
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stdout.read()
        assert process.wait(timeout=30) == 143
    assert "Traceback" not in rest
    assert set(with_baseline.output.iterdir()) == left == set()


@pytest.mark.parametrize(
    ("module", "config"), [("drift", DriftConfig), ("drift.make_baseline", BaselineConfig)], ids=["check", "baseline"]
)
def test_help_documents_every_option(module: str, config: type[DriftConfig] | type[BaselineConfig]) -> None:
    command = [sys.executable, "-m", f"ocr_processing.{module}", "--help"]
    shown = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    for name, field in config.model_fields.items():
        assert option(name) in shown
        assert str(field.description) in shown
