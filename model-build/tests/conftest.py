"""A control plane on loopback (moto), and the environment of a model build."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import boto3
import botocore.loaders
import pytest
import requests
from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer

from pipelines.config import Settings

ENVIRONMENT = {
    "SAGEMAKER_PROJECT_NAME": "ocr",
    "SAGEMAKER_PROJECT_ID": "p1",
    "SAGEMAKER_PIPELINE_NAME": "ocr-p1",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::123456789012:role/pipeline",
    "ARTIFACT_BUCKET": "artifacts",
    "AWS_REGION": "eu-central-1",
    "PROCESSING_IMAGE_URI": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ocr-processing@sha256:0a",
    "TRAINING_IMAGE_URI": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ocr-training@sha256:0b",
    "INFERENCE_IMAGE_URI": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ocr-inference@sha256:0c",
}


one_loader = functools.cache(botocore.loaders.create_loader)


@pytest.fixture
def environment() -> dict[str, str]:
    return dict(ENVIRONMENT)


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return Settings.from_environment(environment)


@pytest.fixture(autouse=True)
def clean_environment() -> Iterator[None]:
    """Give each test an environment without any setting of a pipeline, and take back what it sets."""
    aliases = {str(field.alias) for field in Settings.model_fields.values()}
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in aliases and not name.startswith(("AWS_", "SAGEMAKER_", "CODEBUILD_"))
    }
    with mock.patch.dict(os.environ, known, clear=True):
        yield


@pytest.fixture
def put(client: Any, clients: Any) -> Callable[[str, bytes], None]:  # noqa: ARG001  (the control plane, made empty after)
    """Put an object into the bucket `artifacts`."""
    location = {"LocationConstraint": "eu-central-1"}
    clients("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration=location)
    return lambda key, content: clients("s3").put_object(Bucket="artifacts", Key=key, Body=content)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What ListPipelineExecutionSteps answers, an operation that moto does not have."""
    listed: list[dict[str, Any]] = []
    monkeypatch.setattr(
        SageMakerResponse,
        "list_pipeline_execution_steps",
        lambda _: ActionResult({"PipelineExecutionSteps": listed}),
        raising=False,
    )
    return listed


@pytest.fixture(scope="module", autouse=True)
def without_a_grammar_of_addresses() -> Iterator[None]:
    """Keep out a package that the lock does not have and jsonschema would compile for seconds at its import."""
    absent = "rfc3987_syntax" not in sys.modules
    if absent:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # how Python marks what cannot be imported
    yield
    if absent:
        del sys.modules["rfc3987_syntax"]


@pytest.fixture(scope="module", autouse=True)
def service_models_are_read_once() -> Iterator[None]:
    """Let the sessions of boto3 share a loader: each SDK session would read megabytes of service models anew."""
    with mock.patch("botocore.session.create_loader", one_loader):
        yield


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def clients(moto_url: str) -> Callable[[str], Any]:
    """Clients of the control plane, by service; each is made once, which takes a while."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    session = boto3.Session(region_name="eu-central-1", **keys)
    return functools.cache(lambda service: session.client(service, endpoint_url=moto_url))


@pytest.fixture
def client(clients: Any, moto_url: str, environment: dict[str, str]) -> Iterator[Any]:
    """SageMaker's client of the control plane; the environment names it for whatever else the test starts."""
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    os.environ.update(environment | credentials | {"AWS_ENDPOINT_URL": moto_url})
    yield clients("sagemaker")
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()
