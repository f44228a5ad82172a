"""What the demo leaves behind."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.commands.run import RunOptions
from sandbox.demo.reading import FieldReading, LabelledLine
from sandbox.demo.results import Results, publish, start_collecting
from sandbox.demo.stopwatch import Stopwatch
from sandbox.demo.summary import figures
from sandbox.errors import SandboxError
from sandbox.processes.table import created_at

FIGURES = {"exact_match": 0.93, "cer": 0.01, "wer": 0.07, "ned": 0.99}
EVALUATION: dict[str, Any] = {
    "ocr_metrics": {"lines": 480, **{name: {"value": value, "lower": 0} for name, value in FIGURES.items()}},
    "before": {
        **dict.fromkeys(FIGURES, 0.5),
        "exact_match_difference": {"value": 0.43, "lower": 0.4, "upper": 0.46},
    },
}


def results(output: Path) -> Results:
    folder = start_collecting(output)
    (folder / "page-read.png").write_bytes(b"picture")
    readings = [FieldReading(LabelledLine(text, "", None), "A") for text in ("A", "B")]
    return Results(
        model_package_arn="arn:1",
        dataset_uri="s3://b/dataset",
        evaluation=EVALUATION,
        folder=folder,
        files=["page-read.png"],
        approval_status="Approved",
        endpoint="ocr-prod",
        readings=readings,
        page_image=Path("page/card.jpg"),
    )


def test_the_summary_has_every_figure(tmp_path: Path) -> None:
    publish(results(tmp_path / "demo"), tmp_path / "demo", Stopwatch(), RunOptions())
    summary = json.loads((tmp_path / "demo" / "summary.json").read_text())
    assert {name: summary[name] for name in FIGURES} == FIGURES
    assert summary["before"] == dict.fromkeys(FIGURES, 0.5)
    assert summary["improvement"] == {"value": 0.43, "lower": 0.4, "upper": 0.46}
    assert (summary["fields_total"], summary["fields_read"]) == (2, 1)
    assert (summary["approval_status"], summary["endpoint"]) == ("Approved", "ocr-prod")
    assert (tmp_path / "demo" / "page-read.png").read_bytes() == b"picture"


def test_an_unfinished_demo_leaves_an_earlier_one_alone(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    publish(results(output), output, Stopwatch(), RunOptions(seed=1))
    results(output)
    assert json.loads((output / "summary.json").read_text())["seed"] == 1


def test_a_finished_demo_replaces_an_earlier_one_whole(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    publish(results(output), output, Stopwatch(), RunOptions(seed=1))
    (output / "left-over").write_text("x")
    publish(results(output), output, Stopwatch(), RunOptions(seed=2))
    assert json.loads((output / "summary.json").read_text())["seed"] == 2
    assert sorted(path.name for path in output.iterdir()) == ["page-read.png", "summary.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_an_evaluation_without_figures_is_named() -> None:
    with pytest.raises(SandboxError, match="has no figure 'cer'"):
        figures({"ocr_metrics": {"exact_match": {"value": 1.0}}})


def test_overhead_is_what_the_total_has_over_the_work() -> None:
    watch = Stopwatch()
    watch.add("Train", 1.0)
    watch.add("Train", 0.5)
    seconds = watch.seconds()
    assert seconds["Train"] == 1.5
    assert seconds["total"] == pytest.approx(1.5 + seconds["sandbox_overhead"], abs=0.02)


def test_overhead_is_told_by_phase() -> None:
    watch = Stopwatch()
    with watch.phase("pipeline"):
        watch.add("Train", 1.0)
    assert watch.overhead()["pipeline"] == pytest.approx(-1.0, abs=0.1)


def test_the_clock_starts_with_the_process() -> None:
    begun = created_at(os.getpid())
    assert begun is not None
    assert Stopwatch().seconds()["total"] == pytest.approx(time.time() - begun, abs=1.0)
