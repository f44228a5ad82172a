"""The watch over production: the schedule of the drift job, and its alarms."""

import json
from typing import Any

import pytest

from wiring.deployment import Deployment, deployed
from wiring.names import LONGEST, OURS
from wiring.stack import Stack


def properties(stack: Stack, logical: str) -> Any:
    return stack[logical].properties


def drift_job(whole: Deployment) -> dict[str, Any]:
    schedule = properties(whole.stacks["drift"], "Schedule")
    assert schedule["Target"]["Arn"] == "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob"
    job: dict[str, Any] = json.loads(schedule["Target"]["Input"])
    return job


def test_the_schedule_creates_the_job_as_its_role(whole: Deployment) -> None:
    schedule = properties(whole.stacks["drift"], "Schedule")
    assert schedule["Target"]["RoleArn"] == whole.export("DriftScheduleRoleArn")
    assert drift_job(whole)["RoleArn"] == whole.export("DriftRoleArn")
    assert schedule["State"] == "ENABLED"
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert whole.stacks["drift"]["Schedule"].name == OURS.short("drift")


def test_a_run_of_the_schedule_has_a_legal_name_of_its_own() -> None:
    input_of = properties(deployed("everything", LONGEST).stacks["drift"], "Schedule")["Target"]["Input"]
    name = json.loads(input_of)["ProcessingJobName"]
    assert name == f"sagemaker-{LONGEST.id}-drift-<aws.scheduler.execution-id>"
    # An identifier of a run, as the documentation gives one, has 16 characters.
    assert len(name.replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")) <= 63


def test_the_job_compares_what_production_captured_with_the_versions_baseline(whole: Deployment) -> None:
    inputs = {each["InputName"]: each["S3Input"]["S3Uri"] for each in drift_job(whole)["ProcessingInputs"]}
    captured = properties(whole.stacks["prod"], "EndpointConfig")["DataCaptureConfig"]["DestinationS3Uri"]
    assert inputs == {
        "captures": f"{captured}/",
        "baseline": f"s3://{OURS.bucket}/{OURS.group}/4r83jejmhorv/baseline/baseline.json",
    }
    image = drift_job(whole)["AppSpecification"]["ImageUri"]
    assert f"/{OURS.short('processingimagebuild')}@sha256:" in image
    arguments = drift_job(whole)["AppSpecification"]["ContainerArguments"]
    assert arguments[:4] == ["--endpoint", OURS.endpoint("prod"), "--variant", "AllTraffic"]


def test_the_job_is_isolated_and_encrypted(whole: Deployment) -> None:
    job = drift_job(whole)
    assert job["NetworkConfig"] == {
        "EnableNetworkIsolation": True,
        "VpcConfig": {"Subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], "SecurityGroupIds": ["sg-0a1b2c3d"]},
    }
    assert job["ProcessingOutputConfig"]["KmsKeyId"] == whole.export("KeyArn")
    assert job["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == whole.export("KeyArn")
    (output,) = job["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"].startswith(f"s3://{OURS.bucket}/drift/{OURS.endpoint('prod')}/")


def test_violations_are_an_alarm_that_starts_the_model_build(whole: Deployment) -> None:
    stack = whole.stacks["drift"]
    alarm = properties(stack, "ViolationsAlarm")
    (prefix,) = [
        each["prefix"] for each in whole.project["DriftRule"].properties["EventPattern"]["detail"]["alarmName"]
    ]
    assert stack["ViolationsAlarm"].name.startswith(prefix)
    assert not stack["UnwatchedAlarm"].name.startswith(prefix)
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("OCR/Drift", "Violations", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", "0")
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (3600, 1, "notBreaching")


def test_the_alarms_have_their_names(whole: Deployment) -> None:
    for logical, name in (("ViolationsAlarm", "drift-violations"), ("UnwatchedAlarm", "unwatched")):
        assert properties(whole.stacks["drift"], logical)["AlarmName"] == OURS.short(name)


def test_the_schedule_is_to_the_minute_and_tries_again(whole: Deployment) -> None:
    schedule = properties(whole.stacks["drift"], "Schedule")
    assert schedule["Name"] == OURS.short("drift")
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600}


def test_no_run_is_an_alarm_too(whole: Deployment) -> None:
    alarm = properties(whole.stacks["drift"], "UnwatchedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("OCR/Drift", "Pages", "SampleCount")
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["TreatMissingData"]) == (
        "LessThanThreshold",
        1,
        "breaching",
    )
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (86400, "2")


@pytest.mark.parametrize("logical", ["ViolationsAlarm", "UnwatchedAlarm"])
def test_drift_is_watched_where_the_job_reports_it(logical: str, whole: Deployment) -> None:
    alarm = properties(whole.stacks["drift"], logical)
    assert alarm["Dimensions"] == [
        {"Name": "Endpoint", "Value": OURS.endpoint("prod")},
        {"Name": "Variant", "Value": "AllTraffic"},
    ]
    assert alarm["AlarmActions"] == [whole.project["AlarmTopic"].arn]
    assert alarm["ActionsEnabled"] is True
