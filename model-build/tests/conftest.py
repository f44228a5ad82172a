"""A control plane on loopback (moto), and the environment of a model build."""

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
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
        if name not in aliases and not name.startswith(("AWS_", "SAGEMAKER_"))
    }
    with mock.patch.dict(os.environ, known, clear=True):
        yield


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


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(moto_url: str, environment: dict[str, str]) -> Iterator[Any]:
    """A client of the control plane; the environment names it for whatever else the test starts."""
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    os.environ.update(environment | credentials | {"AWS_ENDPOINT_URL": moto_url})
    boto3.setup_default_session()
    yield boto3.client("sagemaker", region_name="eu-central-1")
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()
