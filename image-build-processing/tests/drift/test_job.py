"""The drift job from captured requests and answers to its outputs."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_processing.synthesis.card import CardSample
from ocr_processing.synthesis.degrade import gaussian_blur, jpeg_bytes

from .conftest import answer, capture, darkened


def test_darker_photos_are_a_violation_that_says_what_was_found_and_what_was_before(
    with_baseline: Any, later_cards: list[CardSample]
) -> None:
    with_baseline.write_cards(later_cards, [darkened(card) for card in later_cards])
    assert with_baseline.check() == 0
    quantity = with_baseline.json("statistics.json")["quantities"]["brightness"]
    description = with_baseline.violations()["brightness"]
    assert quantity["found"]["mean"] < quantity["baseline"]["mean"] / 2
    assert f"brightness fell: found {quantity['found']['mean']:.4g} on average" in description
    assert f"baseline {quantity['baseline']['mean']:.4g}" in description


def test_blurred_photos_are_a_violation_of_sharpness_alone(with_baseline: Any, later_cards: list[CardSample]) -> None:
    with_baseline.write_cards(later_cards, [jpeg_bytes(gaussian_blur(card.pixels(), 4), 90) for card in later_cards])
    assert with_baseline.check() == 0
    assert set(with_baseline.violations()) == {"sharpness"}


def test_photos_like_those_of_the_baseline_are_no_violation(with_baseline: Any, later_cards: list[CardSample]) -> None:
    with_baseline.write_cards(later_cards)
    assert with_baseline.check() == 0
    assert with_baseline.json("constraint_violations.json") == {"violations": []}
    assert with_baseline.json("statistics.json")["status"] == "no-violations"
    assert with_baseline.message() == "Completed: no violations.\n"


def test_blank_answers_are_a_violation_of_the_blank_rate(with_baseline: Any, later_cards: list[CardSample]) -> None:
    rows = []
    for card in later_cards:
        answered = answer(card)
        answered["pages"][0]["lines"] = []
        rows.append(capture(card.name, card.jpeg, answered))
    with_baseline.write(rows)
    assert with_baseline.check() == 0
    assert "found 1 on average over 8 pages, baseline 0" in with_baseline.violations()["blank_rate"]
    assert "blank_rate" in with_baseline.message()
    assert "confidence" in with_baseline.json("statistics.json")["skipped"]


def test_too_few_captures_alarm_nothing_and_say_so(
    with_baseline: Any, later_cards: list[CardSample], capfd: pytest.CaptureFixture[str]
) -> None:
    with_baseline.write_cards(later_cards[:3], [darkened(card) for card in later_cards[:3]])
    assert with_baseline.check() == 0
    assert with_baseline.json("statistics.json")["status"] == "too-few-pages"
    assert with_baseline.violations() == {}
    assert "3 pages were captured" in with_baseline.message()
    assert "Violations" not in metrics(capfd.readouterr().out)


def test_captures_before_the_window_are_not_compared(with_baseline: Any, later_cards: list[CardSample]) -> None:
    with_baseline.write_cards(later_cards, [darkened(card) for card in later_cards])
    assert with_baseline.check("--hours", "1") == 0
    assert with_baseline.json("statistics.json")["captures"] == {
        "used": 0,
        "first": None,
        "last": None,
        "left_out": 0,
        "by_reason": {},
        "listed": [],
    }


def test_captures_without_requests_are_compared_by_their_answers(
    with_baseline: Any, later_cards: list[CardSample]
) -> None:
    with_baseline.write(capture(card.name, None, answer(card, confidence=0.5)) for card in later_cards)
    assert with_baseline.check() == 0
    assert set(with_baseline.violations()) == {"confidence"}
    assert with_baseline.json("statistics.json")["skipped"] == ["brightness", "sharpness"]


def test_pages_with_their_answers_make_the_same_baseline_as_captures(job: Any, cards: list[CardSample]) -> None:
    job.write_cards(cards)
    assert job.make_baseline() == 0
    from_captures = job.json("baseline.json")
    (job.input / "captures").rename(job.base / "elsewhere")
    folder = job.input / "pages"
    folder.mkdir()
    for card in cards:
        (folder / f"{card.name}.jpg").write_bytes(card.jpeg)
        (folder / f"{card.name}.json").write_text(json.dumps(answer(card)), encoding="utf-8")
    assert job.make_baseline() == 0
    assert job.json("baseline.json") == from_captures


def test_what_cannot_be_used_is_counted_with_its_reason_and_place(
    with_baseline: Any, later_cards: list[CardSample], capfd: pytest.CaptureFixture[str]
) -> None:
    card = later_cards[0]
    good = capture("again", card.jpeg, answer(card))
    rows: list[dict[str, Any] | bytes] = [
        good,
        good,
        b"{",
        b"\xff\xfe",
        b"[]",
        capture("error", card.jpeg, {"error": "The picture is broken."}),
        capture("task", card.jpeg, {**answer(card), "task": "detection"}),
        capture("model", card.jpeg, {**answer(card), "model": "sha256:0"}),
        capture("picture", b"not a picture", answer(card)),
        capture("json", b"{}", answer(card), "application/json"),
        capture("pages", card.jpeg, {**answer(card), "pages": answer(card)["pages"] * 2}),
        capture("answer", card.jpeg, {"pages": []}),
    ]
    with_baseline.write(rows)
    assert with_baseline.check() == 0
    captures = with_baseline.json("statistics.json")["captures"]
    assert captures["by_reason"] == {
        "error-answer": 1,
        "not-a-capture": 1,
        "not-json": 2,
        "other-model": 1,
        "other-task": 1,
        "pages-differ": 1,
        "repeated-event": 1,
        "unknown-answer": 1,
        "unknown-request": 1,
        "unreadable-picture": 1,
    }
    assert captures["listed"][0]["where"].endswith("09-00-000.jsonl:2")
    assert "Traceback" not in capfd.readouterr().out


def test_no_output_holds_what_a_page_says(
    with_baseline: Any, later_cards: list[CardSample], capfd: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, Any] | bytes] = []
    for number, card in enumerate(later_cards):
        answered = answer(card)
        answered["pages"][0]["lines"].append({"text": "Ψιττακός Zaphod", "confidence": 0.9})
        rows.append(capture(str(number), darkened(card), answered))
    rows += [
        capture("wrong", later_cards[0].jpeg, {"pages": "Ψιττακός Zaphod"}),
        capture("task", later_cards[0].jpeg, {"error": "Zaphod"}),
        b'{"Zaphod": "Zaphod"}',
    ]
    with_baseline.write(rows)
    assert with_baseline.check() == 0
    files = [path for path in with_baseline.output.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"statistics.json", "constraint_violations.json", "report.html"}
    told = "".join(path.read_text(encoding="utf-8") for path in files) + capfd.readouterr().out
    assert [word for word in ("Zaphod", "Ψ", "\\u03a8", "SPECIMEN") if word in told] == []


def test_the_statistics_are_those_that_the_readme_tells(with_baseline: Any, later_cards: list[CardSample]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    with_baseline.write_cards(later_cards)
    assert with_baseline.check() == 0
    statistics = with_baseline.json("statistics.json")
    told = readme.partition("`statistics.json` has")[2].partition("\n\n")[0]
    keys = {*statistics, *statistics["quantities"]["brightness"]}
    assert [key for key in keys if f"`{key}`" not in told] == []


def test_the_report_shows_each_distribution(with_baseline: Any, later_cards: list[CardSample]) -> None:
    with_baseline.write_cards(later_cards, [darkened(card) for card in later_cards])
    assert with_baseline.check() == 0
    report = (with_baseline.output / "report.html").read_text(encoding="utf-8")
    for quantity in with_baseline.json("statistics.json")["quantities"]:
        assert f"<code>{quantity}</code>" in report
    assert report.count('aria-label="Distribution of ') == 8
    assert with_baseline.violations()["brightness"] in report


def test_the_log_has_the_metrics_in_cloudwatch_s_embedded_form(
    with_baseline: Any, later_cards: list[CardSample], capfd: pytest.CaptureFixture[str]
) -> None:
    with_baseline.write_cards(later_cards, [darkened(card) for card in later_cards])
    assert with_baseline.check("--endpoint", "ocr-prod", "--variant", "AllTraffic", "--namespace", "Team/OCR") == 0
    line = metrics(capfd.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Team/OCR"
    assert directive["Dimensions"] == [["Endpoint", "Variant"]]
    assert (line["Endpoint"], line["Variant"]) == ("ocr-prod", "AllTraffic")
    assert isinstance(line["_aws"]["Timestamp"], int)
    assert len(directive["Metrics"]) <= 100
    assert all(isinstance(line[metric["Name"]], int | float) for metric in directive["Metrics"])
    assert line["Violations"] == len(with_baseline.violations())
    assert line["Pages"] == len(later_cards)


def metrics(log: str) -> dict[str, Any]:
    """The one line of the log that CloudWatch makes metrics of."""
    (line,) = [json.loads(line) for line in log.splitlines() if line.startswith('{"_aws"')]
    assert isinstance(line, dict)
    return line
