"""The functions, on bodies of the forms that Ground Truth's documentation gives.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from labelling.functions import post_annotation, pre_annotation
from labelling.functions.consolidation import consolidate
from labelling.functions.polygon import area, fault, overlap
from labelling.functions.texts import AnswerError, Text, texts_of_answer
from labelling.publishing import functions_zip
from ocr_processing.document import Document, Reject
from ocr_processing.readers.groundtruth import GroundTruthReader

JOB = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/cards-1"
SQUARE = ((10.0, 10.0), (110.0, 10.0), (110.0, 40.0), (10.0, 40.0))


def shifted(x: float, y: float = 0) -> tuple[tuple[float, float], ...]:
    return tuple((left + x, top + y) for left, top in SQUARE)


def text(content: str, line: int = 1, kind: str = "printed", polygon: Any = SQUARE) -> dict[str, Any]:
    return Text(content, line, kind, polygon).as_json()


def answer(worker: str, *texts: dict[str, Any]) -> dict[str, Any]:
    """A worker's answer as the crowd-form records it: the form's fields, of which ours is JSON itself."""
    content = json.dumps({"annotations": json.dumps(list(texts))})
    return {"workerId": f"private.us-east-1.{worker}", "annotationData": {"content": content}}


def page(*answers: dict[str, Any], number: int = 0) -> dict[str, Any]:
    source = {"s3Uri": f"s3://cards/documents/{number}.jpg"}
    return {"datasetObjectId": str(number), "dataObject": source, "annotations": list(answers)}


def label(*answers: dict[str, Any]) -> Any:
    return post_annotation.label_of(page(*answers))


def said(*answers: dict[str, Any]) -> list[str]:
    return [each["text"] for each in label(*answers)["texts"]]


def pre_request(**row: Any) -> dict[str, Any]:
    row = {"source-ref": "s3://cards/documents/1.jpg", **row}
    return {"version": "2018-10-16", "labelingJobArn": JOB, "dataObject": row}


def test_a_page_that_nothing_is_known_of_has_no_lines() -> None:
    assert pre_annotation.handler(pre_request()) == {
        "taskInput": {"picture": "s3://cards/documents/1.jpg", "lines": []},
        "isHumanAnnotationRequired": "true",
    }


def test_what_the_model_read_is_handed_to_the_worker() -> None:
    line = {"text": "香港，1.", "confidence": 0.98, "box": [[10, 10], [110, 10], [110, 40], [10, 40]]}
    bent = {"text": "?", "confidence": 0.4, "box": [[0, 0], [9, 9], [9, 0], [0, 9]]}
    task = pre_annotation.handler(pre_request(prefill={"lines": [bent, line], "type": "handwritten"}))["taskInput"]
    assert task["lines"] == [{**text("香港，1.", 1, "handwritten"), "confidence": 0.98}]


def test_an_earlier_job_s_labels_come_before_what_the_model_read() -> None:
    row = {
        "prefill": {"lines": []},
        "old": {"texts": [text("old")]},
        "old-metadata": {"creation-date": "2025-01-01T00:00:00.000000"},
        "new": {"texts": [{**text("new"), "type": "Handwritten"}]},
        "new-metadata": {"creation-date": "2026-01-01T00:00:00.000000"},
    }
    assert pre_annotation.handler(pre_request(**row))["taskInput"]["lines"] == [text("new", 1, "handwritten")]


def test_an_earlier_polygon_that_could_not_be_drawn_is_shown_to_be_mended() -> None:
    crossed = text("old", polygon=((0, 0), (50, 50), (50, 0), (0, 50)))
    assert pre_annotation.handler(pre_request(old={"texts": [crossed]}))["taskInput"]["lines"] == [crossed]
    with pytest.raises(AnswerError, match="crosses itself"):
        texts_of_answer({"annotations": [crossed]})


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="cards")
        yield client
    server.stop()


def consolidated(client: Any, *pages: dict[str, Any]) -> list[dict[str, Any]]:
    key = "labelling/cards-1/annotations/consolidated-annotation/consolidation-request/iteration-1/request 1.json"
    client.put_object(Bucket="cards", Key=key, Body=json.dumps(list(pages)).encode())
    return post_annotation.handler(
        {
            "version": "2018-10-16",
            "labelingJobArn": JOB,
            "labelCategories": None,
            "labelAttributeName": "annotations",
            "roleArn": "arn:aws:iam::123456789012:role/labelling",
            "payload": {"s3Uri": f"s3://cards/{key}"},
        }
    )


def test_the_workers_answers_are_read_from_s3_and_answered_in_order(bucket: Any) -> None:
    rows = consolidated(bucket, page(answer("a", text("One."))), page(answer("b"), number=1))
    assert rows == [
        {"datasetObjectId": "0", "consolidatedAnnotation": {"content": {"annotations": {"texts": [text("One.")]}}}},
        {"datasetObjectId": "1", "consolidatedAnnotation": {"content": {"annotations": {"texts": []}}}},
    ]


def test_the_consolidated_output_goes_straight_into_preprocess(bucket: Any, tmp_path: Path) -> None:
    texts = [text('姓名：陳大文, "it\'s" 50% & <more>'), text("第二行。", 2, "handwritten", shifted(0, 50))]
    root = tmp_path.resolve()
    (root / "documents").mkdir()
    (root / "documents" / "0.jpg").touch()
    (root / "documents" / "1.jpg").touch()
    rows = []
    pages = page(answer("a", *texts)), page({**answer("a"), "annotationData": {"content": "no"}}, number=1)
    for number, entry in enumerate(consolidated(bucket, *pages)):
        # As Ground Truth merges it into the input manifest's row.
        row = {"source-ref": f"s3://cards/documents/{number}.jpg", "prefill": {"lines": []}}
        rows.append(json.dumps(row | entry["consolidatedAnnotation"]["content"]))
    (root / "output.manifest").write_text("\n".join(rows) + "\n", encoding="utf-8")
    document, reject = GroundTruthReader(root, root / "output.manifest").read()
    assert isinstance(document, Document)
    assert [(line.text, line.field) for line in document.lines] == [(each["text"], each["type"]) for each in texts]
    assert isinstance(reject, Reject)
    assert reject.reason == "missing-label"
    assert "cannot be used" in reject.detail


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_every_character_that_was_typed_is_kept(content: str) -> None:
    assert said(answer("a", text(content))) == [content.strip()]


def test_what_most_workers_typed_is_the_text() -> None:
    one, other = answer("a", text("UE230566(9)")), answer("b", text("UE230566(8)", polygon=shifted(3)))
    result = label(one, other, answer("c", text("UE230566(9)", polygon=shifted(1))))
    assert [each["text"] for each in result["texts"]] == ["UE230566(9)"]
    assert (result["workers"], result["disputed"]) == (3, [0])
    assert result["texts"][0]["bb"] == text("", polygon=shifted(1))["bb"]


def test_without_a_majority_the_text_nearest_to_all_is_taken() -> None:
    assert said(answer("a", text("Hxxxo")), answer("b", text("Hexlo")), answer("c", text("Hello"))) == ["Hexlo"]
    assert said(answer("a", text("one")), answer("b", text("two"))) == ["one"]


def test_what_less_than_half_of_the_workers_drew_is_dirt() -> None:
    line, dirt = text("line"), text("|", 2, polygon=shifted(0, 100))
    assert said(answer("a", line, dirt), answer("b", line), answer("c", line)) == ["line"]
    assert said(answer("a", line, dirt), answer("b", line)) == ["line", "|"]


def test_two_lines_that_lie_close_stay_two() -> None:
    lines = [text("upper"), text("lower", 2, polygon=shifted(0, 12))]
    assert said(answer("a", *lines), answer("b", *lines), answer("c", *lines)) == ["upper", "lower"]


def test_an_answer_that_is_none_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    broken = {"workerId": "b", "annotationData": {"content": '{"annotations": "[{}]"}'}}
    assert said(answer("a", text("good")), broken) == ["good"]
    assert "worker b cannot be used: text 1" in caplog.text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": 5}, "has the text 5"),
        ({"text": "\ud800"}, "has the text"),
        ({"type": "typed"}, "printed, handwritten"),
        ({"line_num": "0"}, "line number '0'"),
        ({"line_num": "²"}, "line number"),
        ({"bb": []}, "four objects"),
        ({"bb": [{"x": 1, "y": 2}] * 4}, "crosses itself or bends inward"),
        ({"bb": [{"x": float("nan"), "y": 2}] * 4}, "expected x and y"),
        ({"bb": [{"x": 0, "y": 0}, {"x": 9, "y": 9}, {"x": 9, "y": 0}, {"x": 0, "y": 9}]}, "crosses itself"),
        ({"bb": [{"x": 0, "y": 0}, {"x": 50, "y": 0}, {"x": 50, "y": 2}, {"x": 0, "y": 2}]}, "smaller than 3"),
    ],
)
def test_a_text_that_cannot_be_right_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(AnswerError, match=problem):
        texts_of_answer({"annotations": [text("ok") | change]})


KEYS = st.sampled_from(["annotations", "text", "bb", "x", "y", "type", "line_num"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(JSON)
def test_no_answer_breaks_the_function(content: Any) -> None:
    result = label({"workerId": "a", "annotationData": {"content": json.dumps(content)}})
    assert result.keys() in ({"texts"}, {"failure-reason"})


def upright(box: tuple[int, int, int, int]) -> tuple[tuple[float, float], ...]:
    left, top, width, height = box
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


BOX = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(5, 200), st.integers(5, 60)).map(upright)
TEXTS = st.lists(st.builds(Text, st.text("ab香", max_size=3), st.integers(1, 9), st.just("printed"), BOX), max_size=5)


@given(BOX, BOX)
def test_overlap_is_that_of_upright_boxes_by_arithmetic(first: Any, second: Any) -> None:
    width = min(first[2][0], second[2][0]) - max(first[0][0], second[0][0])
    height = min(first[2][1], second[2][1]) - max(first[0][1], second[0][1])
    common = max(width, 0) * max(height, 0)
    assert overlap(first, second[::-1]) == pytest.approx(common / (area(first) + area(second) - common))
    assert fault(first) is None


@given(TEXTS)
def test_one_worker_s_answer_is_taken_as_it_is(texts: list[Text]) -> None:
    assert sorted(consolidate([texts]).texts, key=repr) == sorted(texts, key=repr)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_is_consolidated_was_drawn_and_typed_by_people(answers: list[list[Text]]) -> None:
    everything = [entry for entries in answers for entry in entries]
    result = consolidate(answers)
    assert {entry.text for entry in result.texts} <= {entry.text for entry in everything}
    assert {entry.bb for entry in result.texts} <= {entry.bb for entry in everything}
    assert [entry.line_num for entry in result.texts] == sorted(entry.line_num for entry in result.texts)


def test_the_zip_holds_all_that_lambda_needs(tmp_path: Path) -> None:
    (tmp_path / "functions.zip").write_bytes(functions_zip())
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'functions.zip')!r})\n"
        "import labelling.functions.post_annotation as post, labelling.functions.pre_annotation as pre\n"
        "assert 'functions.zip' in post.__file__\n"
        "print(pre.handler({'dataObject': {'source-ref': 's3://b/1.jpg'}})['isHumanAnnotationRequired'])\n"
        "print(sorted(name for name in ('pydantic', 'PIL', 'numpy', 'starlette') if name in sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("true\n[]\n", "")
    assert functions_zip() == functions_zip()
