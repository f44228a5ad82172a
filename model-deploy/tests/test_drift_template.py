"""drift.yaml: the request that the schedule makes, and the alarms on what the job measures."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.validate import validate_parameters

from model_deploy.export import drift_configuration
from model_deploy.project import Project
from model_deploy.registry import Version
from model_deploy.stage import StageConfig, TemplateConfiguration

ROOT = Path(__file__).resolve().parents[1]
ROLE = "arn:aws:iam::123456789012:role/"
PROJECT = Project(
    name="ocr",
    id="p1",
    artifact_bucket="artifacts",
    model_execution_role=f"{ROLE}model",
    alarm_topic="arn:aws:sns:eu-central-1:123456789012:alarms",
    drift_role=f"{ROLE}drift",
    drift_schedule_role=f"{ROLE}schedule",
)
VERSION = Version("arn:1", "s3://artifacts/run/dataset", "s3://artifacts/run/baseline/baseline.json", "ocr@sha256:1")
PRIVATE = {"KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1", "SubnetIds": "s-1,s-2", "SecurityGroupIds": "g"}


@pytest.fixture
def drift(resolver: Any) -> Callable[..., Any]:
    """The template as it is deployed with the shipped configuration and captures; some parameters changed."""

    def resolved(**changed: str) -> Any:
        config = TemplateConfiguration.read(ROOT / "drift-config.json")
        exported = drift_configuration(config, StageConfig.read(ROOT / "prod-config.json"), PROJECT, VERSION)
        given = {**exported.parameters, "DataCaptureSamplingPercentage": "10", **changed}
        return resolver.Resolved("drift.yaml", **given)

    return resolved


def request(template: Any) -> dict[str, Any]:
    """The request of CreateProcessingJob."""
    made: dict[str, Any] = json.loads(template.resources["Schedule"]["Target"]["Input"])
    return made


@pytest.mark.parametrize("changed", [{}, PRIVATE])
def test_the_schedule_makes_a_valid_request(drift: Any, clients: Any, changed: dict[str, str]) -> None:
    shape = clients["sagemaker"].meta.service_model.operation_model("CreateProcessingJob").input_shape
    validate_parameters(request(drift(**changed)), shape)


def test_the_schedule_may_do_that_and_nothing_else(drift: Any) -> None:
    target = drift().resources["Schedule"]["Target"]
    assert target["Arn"] == "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob"
    assert target["RoleArn"] == PROJECT.drift_schedule_role
    assert request(drift())["RoleArn"] == PROJECT.drift_role


def test_each_run_has_a_job_and_an_output_of_its_own(drift: Any) -> None:
    made = request(drift())
    assert made["ProcessingJobName"] == "sagemaker-p1-drift-<aws.scheduler.execution-id>"
    (output,) = made["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == "s3://artifacts/drift/ocr-prod/<aws.scheduler.execution-id>"


def test_the_longest_project_identifier_leaves_a_legal_job_name(drift: Any) -> None:
    name = request(drift(SageMakerProjectId="p-" + "x" * 18))["ProcessingJobName"]
    assert len(name.replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")) <= 63


def test_the_job_reads_the_endpoint_s_captures_and_the_version_s_baseline(drift: Any) -> None:
    inputs = {each["InputName"]: each["S3Input"] for each in request(drift())["ProcessingInputs"]}
    assert inputs["captures"]["S3Uri"] == "s3://artifacts/data-capture/ocr-prod/"
    assert inputs["baseline"]["S3Uri"] == VERSION.baseline_uri


def test_the_job_runs_the_image_that_made_the_baseline(drift: Any) -> None:
    assert request(drift())["AppSpecification"]["ImageUri"] == VERSION.processing_image


def test_the_project_s_key_encrypts_what_the_job_has_and_writes(drift: Any) -> None:
    made = request(drift(**PRIVATE))
    assert made["ProcessingOutputConfig"]["KmsKeyId"] == PRIVATE["KmsKeyArn"]
    assert made["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == PRIVATE["KmsKeyArn"]


def test_the_job_is_in_the_project_s_vpc_and_isolated(drift: Any) -> None:
    assert request(drift(**PRIVATE))["NetworkConfig"] == {
        "EnableNetworkIsolation": True,
        "VpcConfig": {"Subnets": ["s-1", "s-2"], "SecurityGroupIds": ["g"]},
    }


@pytest.mark.parametrize("alarm", ["ViolationsAlarm", "UnwatchedAlarm"])
def test_an_alarm_watches_what_the_job_prints_under_its_dimensions(drift: Any, alarm: str) -> None:
    arguments = request(drift())["AppSpecification"]["ContainerArguments"]
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    watched = {each["Name"]: each["Value"] for each in drift().resources[alarm]["Dimensions"]}
    assert watched == {"Endpoint": given["--endpoint"], "Variant": given["--variant"]}
    assert drift().resources[alarm]["AlarmActions"] == [PROJECT.alarm_topic]


def test_only_the_alarm_on_violations_has_the_name_that_asks_for_a_training(drift: Any) -> None:
    resources = drift().resources
    named = {name: each["AlarmName"] for name, each in resources.items() if "AlarmName" in each}
    assert [name for name, alarm in named.items() if alarm.startswith("sagemaker-p1-drift-")] == ["ViolationsAlarm"]


def test_an_hour_without_a_run_ends_the_alarm_and_days_without_one_start_the_other(drift: Any) -> None:
    resources = drift().resources
    assert resources["ViolationsAlarm"]["TreatMissingData"] == "notBreaching"
    assert resources["UnwatchedAlarm"]["TreatMissingData"] == "breaching"


def test_the_shipped_configuration_breaks_no_rule_where_requests_are_captured(drift: Any) -> None:
    assert drift().broken_rules == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"DataCaptureSamplingPercentage": "0"}, "Drift is measured on captured requests. Set"),
        ({"BaselineUri": ""}, "The version has no DriftCheckBaselines"),
        ({"ProcessingImageUri": ""}, "The version has no customer metadata property processing_image"),
        ({"SubnetIds": "s-1"}, "SecurityGroupIds must be given with SubnetIds"),
    ],
)
def test_what_it_cannot_do_without_is_said(drift: Any, changed: dict[str, str], sentence: str) -> None:
    (broken,) = drift(**changed).broken_rules
    assert broken.startswith(sentence)


@pytest.mark.parametrize(
    ("instance_type", "taken"),
    [("ml.m5.large", True), ("ml.c6i.xlarge", True), ("ml.m5d.large", False), ("ml.c6id.large", False)],
)
def test_the_job_runs_where_its_volume_can_have_the_key(drift: Any, instance_type: str, taken: bool) -> None:
    pattern = drift().template["Parameters"]["DriftInstanceType"]["AllowedPattern"]
    assert bool(re.match(pattern, instance_type)) is taken
