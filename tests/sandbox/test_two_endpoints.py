"""A page of handwriting through real servers: one endpoint that does everything, and two that do half each."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import yaml
from PIL import Image

import workbench as wb
from ocr_inference.rapidocr_models import WHEEL
from sandbox.control_plane.lifecycle import down, up
from sandbox.images.entry_points import image_uri
from sandbox.settings import CHECKOUT, Settings
from workbench.cli import main

PAGE = CHECKOUT / "notebooks/data/handwriting/test/eng_H036_000.jpg"
ENDPOINTS = {"whole": "ocr", "finds": "detection", "reads": "recognition"}


def model_archive() -> bytes:
    """The recogniser of rapidocr's wheel as a model.tar.gz; lines are found by the pretrained detector."""
    source = WHEEL / "models" / "PP-OCRv6_rec_small.onnx"
    characters = onnxruntime.InferenceSession(str(source)).get_modelmeta().custom_metadata_map["character"]
    config = {
        "Global": {"model_name": "PP-OCRv6_small_rec"},
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters.splitlines()},
    }
    contents = {"model.onnx": source.read_bytes(), "inference.yml": yaml.safe_dump(config, allow_unicode=True).encode()}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, running: Any, wait_for: Any) -> Iterator[str]:
    """Where a sandbox listens in which one model is served by three endpoints."""
    settings = Settings(state_folder=tmp_path_factory.mktemp("two"))
    state, _ = up(settings)
    here = running(settings, state)
    here.storage.ensure_bucket(settings.bucket)
    here.client("s3").put_object(Bucket=settings.bucket, Key="model.tar.gz", Body=model_archive())
    sagemaker = here.client("sagemaker")
    for name, task in ENDPOINTS.items():
        container = {
            "Image": image_uri("ocr-inference", "1", settings),
            "ModelDataUrl": f"s3://{settings.bucket}/model.tar.gz",
            "Environment": {"OCR_TASK": task, "OCR_WORKERS": "1"},
        }
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=settings.role_arn, PrimaryContainer=container)
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.large"}
        sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
        )
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    for name in ENDPOINTS:
        wait_for(lambda name=name: sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService", 120)
    variables = {"SAGEMAKER_PROJECT_NAME": "ocr", "SAGEMAKER_PROJECT_ID": "local"}
    here.client("codebuild").create_project(
        name="sagemaker-local-modeldeploy",
        source={"type": "CODECOMMIT", "location": "https://git/modeldeploy"},
        artifacts={"type": "NO_ARTIFACTS"},
        serviceRole=settings.role_arn,
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": key, "value": value} for key, value in variables.items()],
        },
    )
    yield state.endpoint_url
    down(settings)


@pytest.fixture
def project(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The project, as a person's shell finds it."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    return wb.connect()


def test_two_endpoints_read_what_one_reads(project: Any) -> None:
    whole = wb.invoke(project, "whole", PAGE)
    halves = wb.invoke_halves(project, "finds", "reads", PAGE)
    assert len(whole.texts) >= 8
    assert halves.answer["pages"] == whole.answer["pages"]
    assert halves.texts == whole.texts
    assert all(halves.texts)


def test_an_endpoint_does_its_half_for_a_request_that_names_none(project: Any) -> None:
    assert set(wb.invoke(project, "finds", PAGE).texts) == {""}
    assert wb.invoke(project, "reads", PAGE).answer["task"] == "recognition"


def test_a_refusal_says_whose_it_is(project: Any) -> None:
    with pytest.raises(wb.WorkbenchError, match=r"endpoint finds refused the page: .*14 bytes are not a picture"):
        wb.invoke_halves(project, "finds", "reads", b"P6 1 1 255 ppm")


def test_the_command_draws_page_and_texts_beside_each_other(
    project: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    picture = tmp_path / "read.png"
    options = ["--endpoint", "finds", "--then", "reads", "--json", "--beside", "--draw", str(picture)]
    assert main(["invoke", str(PAGE), *options]) == 0
    assert json.loads(capsys.readouterr().out)["task"] == "recognition"
    with Image.open(picture) as opened, Image.open(PAGE) as page:
        assert opened.size == (2 * page.width, page.height)
        halves = np.split(np.asarray(opened.convert("L"), np.float32), 2, axis=1)
    # Paper covers the ink at the right, which print then replaces.
    assert np.abs(halves[0] - halves[1]).mean() > 5
