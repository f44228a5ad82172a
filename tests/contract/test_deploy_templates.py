"""The templates of model-deploy -> the drift job, the server and the registered versions that they speak of."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from model_deploy.asking import request_for
from model_deploy.export import drift_configuration
from model_deploy.pages import Page, PageLabel
from model_deploy.project import Project
from model_deploy.registry import Version
from model_deploy.stage import StageConfig, TemplateConfiguration
from model_deploy.stage import Task as HalfOrWhole
from ocr_inference.request import decode_request
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.task import Task
from ocr_processing.command_line import parse_options
from ocr_processing.drift.baseline import BASELINE_NAME
from ocr_processing.drift.compare import Comparison
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.metrics import metric_values
from ocr_processing.drift.observation import Observation
from ocr_processing.folders import Folders

ROOT = Path(__file__).parents[2]
REPOSITORY = ROOT / "model-deploy"
API = json.loads((ROOT / "image-build-inference/openapi.json").read_text(encoding="utf-8"))
CONTENT_TYPES = list(API["paths"]["/invocations"]["post"]["requestBody"]["content"])
ROLE = "arn:aws:iam::123456789012:role/drift"


@pytest.fixture(scope="module")
def resolver() -> ModuleType:
    """What resolves templates in the tests of model-deploy, which are in no package."""
    spec = importlib.util.spec_from_file_location("resolver", REPOSITORY / "tests/resolver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drift(resolver: Any) -> dict[str, Any]:
    """The resources of drift.yaml as it is shipped."""
    project = Project("ocr", "p1", "artifacts", ROLE, drift_role=ROLE, drift_schedule_role=ROLE)
    exported = drift_configuration(
        TemplateConfiguration.read(REPOSITORY / "drift-config.json"),
        StageConfig.read(REPOSITORY / "prod-config.json"),
        project,
        Version("arn:1", "", f"s3://artifacts/{BASELINE_NAME}", "ocr-processing@sha256:1"),
    )
    resources: dict[str, Any] = resolver.Resolved("drift.yaml", **exported.parameters).resources
    return resources


@pytest.fixture(scope="module")
def request_of_job(drift: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(drift["Schedule"]["Target"]["Input"])
    return made


def test_the_schedule_s_arguments_are_those_of_the_job(request_of_job: Any) -> None:
    application = request_of_job["AppSpecification"]
    module = application["ContainerEntrypoint"][-1]
    assert importlib.util.find_spec(f"{module}.__main__") is not None
    config = parse_options(DriftConfig, module, None, application["ContainerArguments"])
    assert config == DriftConfig(endpoint="ocr-prod", variant="AllTraffic", hours=24)


def test_the_schedule_s_inputs_and_output_are_where_the_job_looks(request_of_job: Any) -> None:
    folders = Folders(Path("/opt/ml"))
    inputs = {each["InputName"]: each["S3Input"]["LocalPath"] for each in request_of_job["ProcessingInputs"]}
    assert inputs == {"captures": str(folders.captures), "baseline": str(folders.baseline.parent)}
    (output,) = request_of_job["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["LocalPath"] == str(folders.output)


@pytest.mark.parametrize("alarm", ["ViolationsAlarm", "UnwatchedAlarm"])
def test_the_alarms_are_on_metrics_that_the_job_prints(drift: Any, alarm: str) -> None:
    printed = metric_values(Comparison(findings=(), skipped=(), reason=None), Observation())
    assert drift[alarm]["MetricName"] in printed
    assert drift[alarm]["Namespace"] == DriftConfig().namespace


def test_what_the_endpoint_is_told_are_settings_of_the_server(resolver: Any) -> None:
    model = resolver.load("endpoint.yaml")["Resources"]["Model"]["Properties"]
    _, environment, _ = model["PrimaryContainer"]["Environment"]["Fn::If"]
    aliases = {field.alias for field in ServiceSettings.model_fields.values()}
    assert set(environment) <= aliases
    (task,) = (field for field in ServiceSettings.model_fields.values() if field.alias == "OCR_TASK")
    declared = resolver.load("endpoint.yaml")["Parameters"]["Task"]
    assert declared["AllowedValues"] == [each.value for each in Task]
    assert declared["Default"] == task.default.value
    assert get_args(HalfOrWhole) == tuple(Task)


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_the_endpoint_test_sends_a_half_what_it_takes_and_tells_it_no_task(task: Any) -> None:
    lines = [{"text": "A", "polygon": [[4, 4], [60, 4], [60, 20], [4, 20]]}]
    label = PageLabel.model_validate({"document": "card", "image": "card.jpg", "lines": lines})
    content = cv2.imencode(".jpg", np.full((40, 80, 3), 255, np.uint8))[1].tobytes()
    asked = request_for(Page(label, content, "image/jpeg"), task)
    understood = decode_request(asked.body, asked.content_type, "", "application/json", 1, Task(task))
    (document,) = understood.documents
    assert (understood.task, document.content, asked.task) == (task, content, None)
    places = [line.box for page in document.boxed or () for line in page.lines]
    assert places == ([lines[0]["polygon"]] if task == "recognition" else [])


def test_the_front_door_lets_every_type_of_file_through_as_bytes_and_json_as_text(resolver: Any) -> None:
    binary = resolver.load("front-door.yaml")["Resources"]["Api"]["Properties"]["BinaryMediaTypes"]
    # By name: of wildcards API Gateway documents */* alone.
    assert set(binary) - {"image/*"} == {each for each in CONTENT_TYPES if "json" not in each}
