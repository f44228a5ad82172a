"""Every notebook, top to bottom in the sandbox, at a small scale; what it comes to is checked in its own kernel."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.notebooks

SMALL: dict[str, object] = {
    "DOCUMENTS": 40,
    "PIPELINE": {"MaxTrainSeconds": 5, "MinExactMatch": 0.5, "MaxRegression": 1.0},
}

CHOICES = [{"learning_rate": 0.002}, {"learning_rate": 0.0005, "replay_share": 0}]


# In the order of their numbers, as a person goes through them: each finds what the one before it left.
@pytest.fixture(scope="module")
def quickstart(execute: Callable[..., Any]) -> Any:
    return execute(
        "1-quickstart",
        SMALL,
        """
assert sum(len(page.lines) for page in documents.pages) > 6 * 10
assert execution.status == "Succeeded"
assert evaluation.exact_match >= 0.5 and not evaluation.reasons
assert version.status == "Approved" and version.number == 1
assert check.exact >= 0.7 * len(check.lines), check
assert "SPECIMEN IDENTITY CARD" in reading.texts
assert deployment.status == "Succeeded" and deployment.waiting is None
served = {endpoint.name: endpoint.version for endpoint in wb.endpoints(project).endpoints}
assert served == {"ocr-prod": version.arn, "ocr-staging": version.arn}
assert wb.attach(project, execution.id).steps == execution.steps
""",
    )


@pytest.fixture(scope="module")
def train_and_track(quickstart: Any, execute: Callable[..., Any]) -> Any:
    assert quickstart
    return execute(
        "2-train-and-track",
        {
            **SMALL,
            "TRAIN_SECONDS": 5,
            "CHOICES": [{"learning_rate": 0.002}, {"learning_rate": 0.0005, "replay_share": 0}],
        },
        """
assert job.status == "Completed" and job.hyperparameters["max_seconds"] == "5"
assert "done: validation exact match" in job.log().text
assert metrics.curves["validation:loss"].values and metrics.curves["validation:exact_match"].last >= 0.5
assert {"model.onnx", "training.json", "curves.png"} <= {path.name for path in files}
assert len(comparison.jobs) == 3
losses = [comparison.values[each.name]["validation:loss"] for each in comparison.jobs]
assert losses == sorted(losses)
reported = {run.info.run_name: run for run in runs.runs}
for each in comparison.jobs:
    assert reported[each.name].info.status == "FINISHED"
    best = reported[each.name].data.metrics["best_validation_exact_match"]
    assert abs(best - comparison.values[each.name]["validation:exact_match"]) < 1e-3
assert version.number == 2 and version.status == "PendingManualApproval"
assert version.metadata["training_job"] == comparison.best.name
""",
    )


@pytest.fixture(scope="module")
def label_your_own(quickstart: Any, execute: Callable[..., Any]) -> Any:
    assert quickstart
    return execute(
        "3-label-your-own",
        {"COUNT": 3, "UNATTENDED": True},
        """
assert serving and len(right) == 3 and sum(right) >= 0.7 * sum(len(card.lines) for card in cards)
assert len(cards) == 3 and (pictures / "labels.manifest").is_file()
assert record["documents"] == 3 and record["lines"] >= 40, record
""",
    )


@pytest.fixture(scope="module")
def endpoint_and_drift(train_and_track: Any, execute: Callable[..., Any]) -> Any:
    assert train_and_track
    return execute(
        "5-endpoint-and-drift",
        {**SMALL, "PAGES": 10, "MIN_PAGES": 10, "CLIENTS": 2},
        """
assert endpoint.version == version.arn and version.number == 2
assert len(usual_load.milliseconds) == PAGES and not usual_load.errors
assert usual_load.percentile(50) <= usual_load.percentile(99)
assert len(captures) == 4 * PAGES
assert quiet.status == "no-violations" and quiet.statistics["pages"] == PAGES
assert drift.status == "violations" and {"brightness", "sharpness"} <= set(drift.violations)
assert [each.number for each in versions.versions] == [3, 2, 1]
assert endpoint.name not in {each.name for each in wb.endpoints(project).endpoints}
""",
    )


# The last one: the others go on from the newest execution and version, which are to be those of cards.
@pytest.fixture(scope="module")
def handwriting(endpoint_and_drift: Any, execute: Callable[..., Any]) -> Any:
    assert endpoint_and_drift
    # Limits by passes, not by seconds: on a busy machine seconds teach nothing.
    pipeline = {"Task": "both", "EpochNum": 1, "DetectionEpochNum": 2, "MinExactMatch": 0.2, "MinDetectionF": 0.5}
    return execute(
        "4-handwriting",
        {"NOTES": 1, "PIPELINE": {**pipeline, "MaxRegression": 1.0}},
        """
assert dataset.record["detection"]["train"]["pages"] == dataset.record["splits"]["train"]["documents"] > 10
assert dataset.record["splits"]["test"]["documents"] == 6
assert {"detection:validation:hmean", "validation:exact_match"} <= set(metrics.curves), metrics
pages = evaluation.figures["pages"]
assert pages["detection"]["f"]["value"] > pages["before"]["detection"]["f"]
assert evaluation.figures["word_level"]["ours"]["car"] > 1 - evaluation.figures["before"]["cer"]
assert reading.texts == halves.texts and len(reading.texts) > 20
assert {finds.version, reads.version} == {version.arn}
""",
    )


def test_the_quickstart_shows_pages_and_what_was_read(quickstart: Any, pictures: Callable[..., Any]) -> None:
    assert len(pictures(quickstart, "gallery")) == 1
    assert len(pictures(quickstart, "invoke")) == 1


def test_training_is_shown_as_curves(train_and_track: Any, pictures: Callable[..., Any]) -> None:
    assert len(pictures(train_and_track, "curves")) == 1


def test_pages_are_labelled_and_become_lines(label_your_own: Any, pictures: Callable[..., Any]) -> None:
    assert len(pictures(label_your_own, "pictures")) == 1


def test_captured_pages_are_shown(endpoint_and_drift: Any, pictures: Callable[..., Any]) -> None:
    assert len(pictures(endpoint_and_drift, "captured")) == 1
    assert len(pictures(endpoint_and_drift, "bad-pages")) == 1


def test_handwriting_is_drawn_by_one_endpoint_and_by_two(handwriting: Any, pictures: Callable[..., Any]) -> None:
    assert len(pictures(handwriting, "gallery")) == 1
    assert len(pictures(handwriting, "curves")) == 1
    assert pictures(handwriting, "deploy-one") == pictures(handwriting, "deploy-two")
