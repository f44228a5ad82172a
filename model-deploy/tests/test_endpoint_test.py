"""test.py against a runtime on loopback that answers well, wrongly, late or not at all."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

JPEG = b"\xff\xd8 page"
BOX = [[10, 10], [200, 10], [200, 30], [10, 30]]
LOWER = [[10, 50], [200, 50], [200, 70], [10, 70]]
CARD: dict[str, Any] = {
    "document": "card-1",
    "source": "recipe",
    "image": "card-1.jpg",
    "lines": [
        {"text": "CHAN TAI MAN", "field": "name_en", "polygon": BOX},
        {"text": "01-02-1990", "field": "date_of_birth", "polygon": LOWER},
    ],
}


def lines(*found: tuple[str, Any]) -> dict[str, Any]:
    return {"pages": [{"width": 400, "height": 100, "lines": [{"text": t, "box": b} for t, b in found]}]}


RIGHT = lines(("CHAN TAI MAN", BOX), ("01-02-1990", LOWER))


@pytest.fixture
def put(aws: str, clients: Any) -> Callable[[list[dict[str, Any]]], None]:  # noqa: ARG001  (which is reset after the test)
    """Puts labelled pages into the version's dataset."""

    def pages_put(pages: list[dict[str, Any]]) -> None:
        s3 = clients["s3"]
        s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for page in pages:
            name = page["image"].removesuffix(".jpg")
            s3.put_object(Bucket="artifacts", Key=f"run/dataset/pages/{name}.json", Body=json.dumps(page).encode())
            s3.put_object(Bucket="artifacts", Key=f"run/dataset/pages/{page['image']}", Body=JPEG)

    return pages_put


@pytest.fixture
def thresholds(command: Any) -> list[str]:
    """Options that hold a test to thresholds of these tests, whatever a team asks of its stages."""
    config = command.folder / "of-the-tests.json"
    demanded = {"MinPageExactMatch": 0.7, "MaxLatencyMs": 5000}
    config.write_text(json.dumps({"Parameters": {"StageName": "staging"}, "Test": demanded}))
    return ["--stage-config", str(config)]


@pytest.fixture
def staging(command: Any, registry: Any, runtime: Any, exported: Path, thresholds: list[str]) -> Any:  # noqa: ARG001  (what the endpoint reaches)
    """A deployed staging endpoint whose version names a dataset; returns how to test it."""
    arn = registry.register("Approved", dataset_uri="s3://artifacts/run/dataset/")
    export = json.loads((exported / "staging-config-export.json").read_text(encoding="utf-8"))
    export["Parameters"]["ModelPackageName"] = arn
    (command.folder / "staging-config-export.json").write_text(json.dumps(export), encoding="utf-8")
    client = registry.client
    role = "arn:aws:iam::123456789012:role/model"
    client.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"ModelPackageName": arn})
    variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    client.create_endpoint(EndpointName="ocr-staging", EndpointConfigName="c")

    def run(*arguments: str) -> Any:
        done = command(
            "test",
            "--build-config",
            "staging-config-export.json",
            "--export-test-results",
            "results.json",
            *thresholds,
            *arguments,
        )
        return done, command.read("results.json")

    return run


@pytest.mark.usefixtures("staging")
def test_the_command_is_told_by_its_environment_and_ends_with_one_sentence(
    command: Any, runtime: Any, put: Any, thresholds: list[str]
) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, lines())
    done = command("test", *thresholds, BUILD_CONFIG="staging-config-export.json", EXPORT_TEST_RESULTS="results.json")
    assert (done.status, command.read("results.json")["passed"]) == (1, False)
    assert done.err.startswith("The stage failed its test: 0 of 2 lines were read exactly")
    assert done.err.count("\n") == 1


def test_right_texts_pass(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, RIGHT)
    done, results = staging()
    assert (done.status, results["passed"], results["exact_match"]) == (0, True, 1.0)
    assert results["pages"][0]["lines"][0] == {
        "field": "name_en",
        "expected": "CHAN TAI MAN",
        "read": "CHAN TAI MAN",
        "exact": True,
        "found": True,
    }


def test_the_image_is_sent_as_it_is_to_the_stage_s_endpoint(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, RIGHT)
    staging()
    assert runtime.requests == [
        {
            "path": "/endpoints/ocr-staging/invocations",
            "task": "task=ocr",
            "type": "image/jpeg",
            "body": JPEG,
        }
    ]


def test_a_wrong_text_fails_and_is_shown(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, lines(("CHAN TAl MAN", BOX), ("01-02-1990", LOWER)))
    done, results = staging()
    assert (done.status, results["passed"], results["lines_read"]) == (1, False, 1)
    assert "expected 'CHAN TAI MAN', read 'CHAN TAl MAN'" in done.out
    assert "1 of 2 lines were read exactly (0.500); MinPageExactMatch is 0.7" in done.err


def test_right_texts_in_the_wrong_places_fail(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, lines(("CHAN TAI MAN", LOWER), ("01-02-1990", BOX)))
    assert staging()[1]["lines_read"] == 0


def test_an_error_of_the_server_fails_though_enough_lines_are_read(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD | {"image": f"card-{n}.jpg"} for n in range(5)])
    runtime.answer = lambda _: (200, RIGHT) if len(runtime.requests) > 1 else (500, {"message": "broken"})
    done, results = staging()
    assert done.status == 1
    assert results["exact_match"] == 0.8
    assert [failure.split(":")[0] for failure in results["failures"]] == ["card-0.jpg"]


def test_a_failed_request_is_not_tried_again(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (503, {"message": "busy"})
    staging()
    assert len(runtime.requests) == 1


def test_a_slow_answer_fails(staging: Any, runtime: Any, tmp_path: Any, put: Any) -> None:
    put([CARD])

    def late(_: Any) -> tuple[int, Any]:
        time.sleep(0.12)  # the lateness is what is tested
        return 200, RIGHT

    runtime.answer = late
    config = tmp_path / "strict.json"
    config.write_text(
        json.dumps(
            {
                "Parameters": {"StageName": "staging"},
                "Test": {"MinPageExactMatch": 0.7, "MaxLatencyMs": 100},
            }
        )
    )
    done, results = staging("--stage-config", str(config))
    assert (done.status, results["exact_match"]) == (1, 1.0)
    assert results["latency_ms"]["p95"] >= 120
    assert "MaxLatencyMs is 100" in done.err


def test_an_answer_of_another_server_fails(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, {"predictions": []})
    assert "not an answer of the OCR server" in staging()[0].err


def test_a_page_that_is_one_line_is_recognised_whole(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD | {"lines": [{"text": "TOTAL 12.50", "polygon": None}]}])
    runtime.answer = lambda _: (200, {"pages": [{"lines": [{"text": "TOTAL 12.50", "box": None}]}]})
    assert staging()[0].status == 0
    assert runtime.requests[0]["task"] == "task=recognition"


@pytest.fixture
def half(staging: Any, command: Any) -> Callable[[str], Any]:
    """Tests staging as an endpoint for one half of the reader."""

    def run(task: str) -> Any:
        export = command.read("staging-config-export.json")
        export["Parameters"]["Task"] = task
        (command.folder / "staging-config-export.json").write_text(json.dumps(export))
        return staging()

    return run


def boxes(*found: Any, task: str = "detection") -> dict[str, Any]:
    return {"task": task, "pages": [{"lines": [{"box": box, "confidence": 0.9} for box in found]}]}


def test_an_endpoint_that_finds_lines_answers_boxes_and_is_told_no_task(half: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, boxes(BOX, LOWER))
    done, results = half("detection")
    assert (done.status, results["task"], results["recall"], results["exact_match"]) == (0, "detection", 1.0, 0.0)
    assert [(request["task"], request["body"]) for request in runtime.requests] == [(None, JPEG)]
    assert done.out.startswith("2 of 2 lines found, p95")


def test_a_line_that_is_not_found_fails_and_is_shown(half: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, boxes(BOX))
    done, _ = half("detection")
    assert done.status == 1
    assert "card-1.jpg: '01-02-1990' was not found" in done.out
    assert "1 of 2 lines were found (0.500); MinPageRecall is 0.7" in done.err


def test_an_endpoint_that_does_another_task_than_its_own_fails(half: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, boxes(BOX, LOWER, task="ocr"))
    done, _ = half("detection")
    assert done.status == 1
    assert "card-1.jpg: answered the task 'ocr'; expected 'detection', which OCR_TASK" in done.err


def test_an_endpoint_that_reads_is_told_where_the_lines_are(half: Any, runtime: Any, put: Any) -> None:
    hexagon = [[10, 60], [10, 50], [100, 50], [200, 50], [200, 70], [10, 70]]
    put([CARD | {"lines": [CARD["lines"][0], CARD["lines"][1] | {"polygon": hexagon}]}])
    runtime.answer = lambda _: (200, RIGHT | {"task": "recognition"})
    done, results = half("recognition")
    assert (done.status, results["exact_match"]) == (0, 1.0)
    (request,) = runtime.requests
    assert (request["task"], request["type"]) == (None, "application/json")
    assert json.loads(request["body"]) == {
        "image": base64.b64encode(JPEG).decode(),
        "pages": [{"lines": [{"box": BOX}, {"box": LOWER}]}],
    }


@pytest.mark.parametrize(("test", "sent"), [({}, 8), ({"MaxPages": 3}, 3)])
def test_no_more_pages_are_sent_than_the_stage_says(
    staging: Any, runtime: Any, tmp_path: Any, test: Any, sent: int, put: Any
) -> None:
    put([CARD | {"image": f"card-{n}.jpg"} for n in range(10)])
    runtime.answer = lambda _: (200, RIGHT)
    config = tmp_path / "stage.json"
    demanded = {"MinPageExactMatch": 0.7, "MaxLatencyMs": 5000, **test}
    config.write_text(json.dumps({"Parameters": {"StageName": "staging"}, "Test": demanded}))
    staging("--stage-config", str(config))
    assert len(runtime.requests) == sent


def test_a_dataset_without_pages_fails(staging: Any, runtime: Any, put: Any) -> None:
    put([])
    done, results = staging()
    assert (done.status, results["passed"], runtime.requests) == (1, False, [])
    assert "s3://artifacts/run/dataset/pages/ holds no labelled pages" in done.err


def test_an_endpoint_that_does_not_exist_fails(staging: Any, runtime: Any, registry: Any, put: Any) -> None:
    put([CARD])
    registry.client.delete_endpoint(EndpointName="ocr-staging")
    done, _ = staging()
    assert (done.status, runtime.requests) == (1, [])
    assert "endpoint ocr-staging is not in service" in done.err


def test_an_endpoint_that_went_back_to_the_version_before_fails(
    staging: Any, command: Any, runtime: Any, registry: Any, put: Any
) -> None:
    put([CARD])
    export = command.read("staging-config-export.json")
    served = export["Parameters"]["ModelPackageName"]
    deployed = registry.register("Approved", dataset_uri="s3://artifacts/run/dataset/")
    export["Parameters"]["ModelPackageName"] = deployed
    (command.folder / "staging-config-export.json").write_text(json.dumps(export))
    done, _ = staging()
    assert (done.status, runtime.requests) == (1, [])
    assert f"endpoint ocr-staging serves {served} and not {deployed}: its deployment was rolled back" in done.err


def test_an_endpoint_whose_configuration_is_gone_serves_no_new_version(
    staging: Any, runtime: Any, registry: Any, put: Any
) -> None:
    put([CARD])
    registry.client.delete_endpoint_config(EndpointConfigName="c")
    done, _ = staging()
    assert (done.status, runtime.requests) == (1, [])
    assert "endpoint ocr-staging serves c and not arn:" in done.err


PLACES = {"output": "s3://artifacts/async/out", "failure": "s3://artifacts/async/failed"}


@pytest.fixture
def asynchronous(staging: Any, command: Any, runtime: Any, put: Any, clients: Any) -> Any:
    """Test staging as an asynchronous endpoint, which writes `body` to where `outcome` says, or nowhere."""
    export = command.read("staging-config-export.json")
    export["Parameters"]["Mode"] = "async"
    (command.folder / "staging-config-export.json").write_text(json.dumps(export))
    put([CARD])

    def run(outcome: str | None, body: bytes = b"", *arguments: str) -> Any:
        def answer(_: Any) -> Any:
            if outcome:
                clients["s3"].put_object(Bucket="artifacts", Key=PLACES[outcome].split("/", 3)[3], Body=body)
            header = "X-Amzn-SageMaker-{}Location"
            return 202, {}, {header.format(name.title()): place for name, place in PLACES.items()}

        runtime.answer = answer
        return staging(*arguments)

    return run


def test_an_asynchronous_endpoint_is_asked_and_answers_through_s3(
    asynchronous: Any, runtime: Any, clients: Any
) -> None:
    done, results = asynchronous("output", json.dumps(RIGHT).encode())
    assert (done.status, results["exact_match"]) == (0, 1.0)
    (request,) = runtime.requests
    assert request["path"] == "/endpoints/ocr-staging/async-invocations"
    assert (request["task"], request["type"], request["body"]) == ("task=ocr", "image/jpeg", b"")
    bucket, key = request["input"].removeprefix("s3://").split("/", 1)
    assert key.startswith("async/ocr-staging/input/")
    assert clients["s3"].get_object(Bucket=bucket, Key=key)["Body"].read() == JPEG


def test_a_failure_of_an_asynchronous_endpoint_is_the_reason(asynchronous: Any) -> None:
    done, _ = asynchronous("failure", b"ModelError: the server ended")
    assert done.status == 1
    assert "card-1.jpg: ModelError: the server ended" in done.err


def test_an_asynchronous_answer_is_not_waited_for_for_ever(asynchronous: Any, tmp_path: Path) -> None:
    config = tmp_path / "stage.json"
    demanded = {"MinPageExactMatch": 0.7, "MaxLatencyMs": 5000, "MaxWaitSeconds": 0.01}
    config.write_text(json.dumps({"Parameters": {"StageName": "staging"}, "Test": demanded}))
    done, _ = asynchronous(None, b"", "--stage-config", str(config))
    assert done.status == 1
    assert "no answer at s3://artifacts/async/out within 0.01 s (MaxWaitSeconds)" in done.err


# An endpoint of either starts its first server when it is asked. (MinInstanceCount is 0 with Mode async alone.)
@pytest.mark.parametrize("changed", [{"Mode": "serverless"}, {"MinInstanceCount": "0"}])
def test_the_start_of_an_endpoint_that_sleeps_is_not_measured(
    staging: Any, command: Any, runtime: Any, put: Any, changed: dict[str, str]
) -> None:
    put([CARD])
    export = command.read("staging-config-export.json")
    export["Parameters"] |= changed
    (command.folder / "staging-config-export.json").write_text(json.dumps(export))
    runtime.answer = lambda _: (500, {}) if len(runtime.requests) == 1 else (200, RIGHT)
    done, results = staging()
    assert (done.status, len(runtime.requests), len(results["pages"])) == (0, 2, 1)


def test_a_failed_stage_says_what_to_do(staging: Any, runtime: Any, put: Any) -> None:
    put([CARD])
    runtime.answer = lambda _: (200, lines())
    done, results = staging()
    assert done.err.endswith(
        f". Reject {results['model_package']} in the model registry, which brings the approved version before it back; "
        "or change the thresholds in staging-config.json and push\n"
    )
