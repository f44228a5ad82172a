"""model-build's buildspec, run by its phases in a copy of the repository against a control plane on loopback."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sandbox.codebuild import BuildResult, run_build
from sandbox.processes.children import Children
from sandbox.stand_ins.programs import write_programs

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "ARTIFACT_BUCKET": "artifacts",
    "SAGEMAKER_PROJECT_NAME": "ocr",
    "SAGEMAKER_PROJECT_ID": "p1",
    "SAGEMAKER_PIPELINE_NAME": "ocr-p1",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::123456789012:role/pipeline",
    "MODEL_PACKAGE_GROUP_NAME": "ocr-p1",
    "KMS_KEY_ARN": "",
    "SUBNET_IDS": "",
    "SECURITY_GROUP_IDS": "",
    "DOCUMENTS_URI": "",
    "CODEBUILD_RESOLVED_SOURCE_VERSION": "0123456789abcdef0123456789abcdef01234567",
    # moto has no image versions to look up.
    **{f"{name}_IMAGE_URI": f"images/{name}@sha256:0" for name in ("PROCESSING", "TRAINING", "INFERENCE")},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def client(endpoint: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "endpoint_url": endpoint}
    return lambda service: boto3.client(service, region_name="eu-central-1", **keys)


@pytest.fixture(scope="module")
def build(endpoint: str, client: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildResult, str]:
    """The first build of a project that has its images and no documents, and its log; it runs few of its tests."""
    client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    workplace = tmp_path_factory.mktemp("model-build")
    source = workplace / "source"
    left_out = shutil.ignore_patterns("__pycache__", "test_*", "conftest.py")
    shutil.copytree(ROOT / "model-build", source, ignore=left_out)
    for name in ("conftest.py", "test_config.py"):
        shutil.copy(ROOT / "model-build/tests" / name, source / "tests")
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    result = run_build(
        source,
        {**kept, "PATH": "/usr/bin:/bin", **ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint},
        buildspec=None,
        log=workplace / "build.log",
        stand_ins=write_programs(workplace / "programs", workplace / "state"),
        children=Children(workplace / "children"),
    )
    return result, (workplace / "build.log").read_text(encoding="utf-8")


def test_the_first_build_ends_well(build: Any) -> None:
    result, log = build
    assert result.succeeded, log
    assert list(result.phases) == ["install", "pre_build", "build", "upload_artifacts"]


def test_what_the_locks_pin_is_what_is_installed_here(build: Any) -> None:
    assert build[1].count("pins is there already") == 2


def test_it_says_what_it_waits_for(build: Any) -> None:
    result, _ = build
    told = json.loads((result.artifacts / "pipeline-execution.json").read_text())
    assert told["pipeline_execution_arn"] is None
    assert told["waiting_for"][0].startswith("s3://artifacts/documents/ is empty: copy documents there")


def test_the_pipeline_is_there_with_the_definition_of_the_artifact(build: Any, client: Any) -> None:
    described = client("sagemaker").describe_pipeline(PipelineName="ocr-p1")
    defined = json.loads((build[0].artifacts / "pipeline-definition.json").read_text())
    assert json.loads(described["PipelineDefinition"]) == defined
    assert ENVIRONMENT["CODEBUILD_RESOLVED_SOURCE_VERSION"] in described["PipelineDefinition"]
