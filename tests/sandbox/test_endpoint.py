"""Endpoints: a status that is true and answers from a real server process."""

import io
import json
import tarfile
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from sandbox.commands.status import show_status
from sandbox.processes.table import created_at
from sandbox.state import State, load_state

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tiny:1"


@pytest.fixture
def config(sandbox: Any, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes an endpoint configuration for a model whose file says `content`; returns its name."""

    def make(content: str) -> str:
        name = f"{request.node.name.replace('_', '-')[:40]}-{content[:6]}"
        _model(sandbox, name, content)
        sandbox.client("sagemaker").create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": name,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
        )
        return name

    return make


def _model(sandbox: Any, name: str, content: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("model.onnx")
        member.size = len(content.encode())
        archive.addfile(member, io.BytesIO(content.encode()))
    key = f"models/{name}/model.tar.gz"
    sandbox.client("s3").put_object(Bucket=sandbox.settings.bucket, Key=key, Body=packed.getvalue())
    sandbox.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=sandbox.settings.role_arn,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{sandbox.settings.bucket}/{key}"},
    )


@pytest.fixture
def wait_until_settled(sandbox: Any, wait_for: Callable[..., Any]) -> Callable[[str], Any]:
    """Waits until an endpoint is neither Creating nor Updating; returns its description."""

    def wait(name: str) -> Any:
        def settled() -> Any:
            described = sandbox.client("sagemaker").describe_endpoint(EndpointName=name)
            return described if described["EndpointStatus"] not in ("Creating", "Updating") else None

        return wait_for(settled)

    return wait


def _invoke(sandbox: Any, name: str, body: bytes = b"\xff\xd8picture", **more: str) -> Any:
    return sandbox.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, Body=body, ContentType="image/jpeg", **more
    )


def test_an_endpoint_is_creating_until_its_server_answers(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="creating", EndpointConfigName=config("one"))
    assert sagemaker.describe_endpoint(EndpointName="creating")["EndpointStatus"] == "Creating"
    assert wait_until_settled("creating")["EndpointStatus"] == "InService"
    answer = _invoke(sandbox, "creating", CustomAttributes="task=ocr")
    assert json.loads(answer["Body"].read()) == {"bytes": 9, "model": "one", "type": "image/jpeg"}
    assert answer["CustomAttributes"] == "task=ocr"
    assert answer["InvokedProductionVariant"] == "AllTraffic"


def test_every_endpoint_has_a_playground_and_status_says_where(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sandbox.client("sagemaker").create_endpoint(EndpointName="played", EndpointConfigName=config("one"))
    wait_until_settled("played")
    told = io.StringIO()
    state = _state(sandbox)
    show_status(sandbox.settings, state, Console(file=told, width=200))
    address = f"http://127.0.0.1:{state.endpoints['played'].port}/"
    assert f"playground of played: {address}" in told.getvalue()
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.status == 200


def test_an_update_serves_the_new_model_and_stops_the_old_server(
    sandbox: Any,
    config: Callable[[str], str],
    wait_until_settled: Callable[[str], Any],
    wait_for: Callable[..., Any],
) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="updated", EndpointConfigName=config("old"))
    wait_until_settled("updated")
    old = _server(sandbox, "updated")
    new_config = config("new")
    sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName=new_config)
    assert json.loads(_invoke(sandbox, "updated")["Body"].read())["model"] == "old"
    assert wait_until_settled("updated")["EndpointConfigName"] == new_config
    assert json.loads(_invoke(sandbox, "updated")["Body"].read())["model"] == "new"
    wait_for(lambda: created_at(old) is None)


def test_an_update_that_fails_leaves_the_old_model_in_service(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sagemaker = sandbox.client("sagemaker")
    old_config = config("good")
    sagemaker.create_endpoint(EndpointName="kept", EndpointConfigName=old_config)
    wait_until_settled("kept")
    sagemaker.update_endpoint(EndpointName="kept", EndpointConfigName=config("broken"))
    described = wait_until_settled("kept")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old_config)
    assert "the model cannot be read: found 'broken'" in described["FailureReason"]
    assert json.loads(_invoke(sandbox, "kept")["Body"].read())["model"] == "good"


def test_a_server_that_ends_makes_the_endpoint_fail_with_its_last_line(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="broken", EndpointConfigName=config("broken"))
    described = wait_until_settled("broken")
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"].endswith("the model cannot be read: found 'broken'")
    with pytest.raises(ClientError, match="not found"):
        _invoke(sandbox, "broken")


def test_an_endpoint_that_does_not_exist_is_a_validation_error(sandbox: Any) -> None:
    with pytest.raises(ClientError) as caught:
        _invoke(sandbox, "nobody")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_refusal_of_the_container_is_a_model_error_with_its_words(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sandbox.client("sagemaker").create_endpoint(EndpointName="refusing", EndpointConfigName=config("one"))
    wait_until_settled("refusing")
    with pytest.raises(ClientError) as caught:
        _invoke(sandbox, "refusing", b"bad")
    response: Any = caught.value.response
    assert (response["Error"]["Code"], response["OriginalStatusCode"]) == ("ModelError", 400)
    assert response["OriginalMessage"] == '{"error": "bad image"}'


def test_deleting_an_endpoint_stops_its_server(
    sandbox: Any,
    config: Callable[[str], str],
    wait_until_settled: Callable[[str], Any],
    wait_for: Callable[..., Any],
) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="deleted", EndpointConfigName=config("one"))
    wait_until_settled("deleted")
    server = _server(sandbox, "deleted")
    sagemaker.delete_endpoint(EndpointName="deleted")
    wait_for(lambda: created_at(server) is None)
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="deleted")


def _state(sandbox: Any) -> State:
    state = load_state(sandbox.settings.state_folder / "state.json")
    assert state is not None
    return state


def _server(sandbox: Any, name: str) -> int:
    pid = _state(sandbox).endpoints[name].pid
    assert pid is not None
    return pid


def test_an_endpoint_captures_what_it_was_asked_and_answered(
    sandbox: Any, config: Callable[[str], str], wait_until_settled: Callable[[str], Any]
) -> None:
    sagemaker, bucket = sandbox.client("sagemaker"), sandbox.settings.bucket
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config("captured"))["ProductionVariants"]
    sagemaker.create_endpoint_config(
        EndpointConfigName="capturing",
        ProductionVariants=variants,
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{bucket}/data-capture/capturing",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        },
    )
    sagemaker.create_endpoint(EndpointName="capturing", EndpointConfigName="capturing")
    wait_until_settled("capturing")
    _invoke(sandbox, "capturing")
    with pytest.raises(ClientError):
        _invoke(sandbox, "capturing", b"bad")
    (key,) = sandbox.storage.keys(f"s3://{bucket}/data-capture/capturing/capturing/AllTraffic/")
    kept = json.loads(sandbox.storage.read(f"s3://{bucket}/{key}"))["captureData"]
    assert kept["endpointInput"] | {"data": ""} == {
        "observedContentType": "image/jpeg",
        "mode": "INPUT",
        "data": "",
        "encoding": "BASE64",
    }
    assert json.loads(kept["endpointOutput"]["data"])["model"] == "captured"
    sagemaker.delete_endpoint(EndpointName="capturing")
