"""Each rule of a project against real events: what it starts, and what it leaves alone."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

SUFFIXES = ("processingimagebuild", "trainingimagebuild", "inferenceimagebuild", "modelbuild", "modeldeploy")
GIT = ("git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.com")


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def push(account: Any, repository: str, folder: Path, branch: str = "main") -> str:
    git(folder, "clone", "--quiet", str(account.repositories.path(repository)), "clone")
    clone = folder / "clone"
    (clone / "changed").write_text(branch)
    git(clone, "add", "changed")
    git(clone, "commit", "--quiet", "-m", "A change")
    return git(clone, "push", "origin", f"HEAD:{branch}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_push_starts_the_pipeline_of_its_repository_only(project: Any, tmp_path: Path, suffix: str) -> None:
    started = project.started_by(lambda: push(project, f"sagemaker-ocr-local-{suffix}", tmp_path))
    assert started == [f"sagemaker-local-{suffix}"]
    event = project.started()[-1]["event"]
    assert event["detail-type"] == "CodeCommit Repository State Change"
    assert event["detail"]["commitId"] == project.repositories.head(f"sagemaker-ocr-local-{suffix}")


def test_a_push_to_another_branch_starts_nothing(project: Any, tmp_path: Path) -> None:
    repository = "sagemaker-ocr-local-modelbuild"
    assert project.started_by(lambda: push(project, repository, tmp_path, branch="mine")) == []


@pytest.mark.parametrize("suffix", SUFFIXES[:3])
def test_a_new_version_of_an_image_starts_the_model_build(project: Any, suffix: str) -> None:
    image = {"ImageName": f"sagemaker-local-{suffix}", "BaseImage": "registry/image@sha256:" + "0" * 64}
    create = project.client("sagemaker").create_image_version
    assert project.started_by(lambda: create(**image, ClientToken="t" * 36)) == ["sagemaker-local-modelbuild"]


def test_a_new_version_of_another_image_starts_nothing(project: Any) -> None:
    sagemaker = project.client("sagemaker")
    sagemaker.create_image(ImageName="another", RoleArn="arn:aws:iam::123456789012:role/another")
    version = {"ImageName": "another", "BaseImage": "registry/another:1", "ClientToken": "t" * 36}
    assert project.started_by(lambda: sagemaker.create_image_version(**version)) == []


def approval(group: str, status: str, fields: list[str]) -> dict[str, Any]:
    detail = {"ModelPackageGroupName": group, "ModelApprovalStatus": status, "UpdatedModelPackageFields": fields}
    return {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Model Package State Change",
        "Detail": json.dumps(detail),
    }


@pytest.mark.parametrize("status", ["Approved", "Rejected"])
def test_a_decision_starts_the_deployment(project: Any, status: str) -> None:
    entry = approval("ocr-local", status, ["ModelApprovalStatus"])
    put = project.client("events").put_events
    assert project.started_by(lambda: put(Entries=[entry])) == ["sagemaker-local-modeldeploy"]


@pytest.mark.parametrize(
    "entry",
    [
        approval("ocr-local", "Approved", ["CustomerMetadataProperties"]),
        approval("ocr-local", "PendingManualApproval", ["ModelApprovalStatus"]),
        approval("ocr-another", "Approved", ["ModelApprovalStatus"]),
    ],
    ids=["metadata", "pending", "another project"],
)
def test_other_changes_of_versions_start_nothing(project: Any, entry: dict[str, Any]) -> None:
    assert project.started_by(lambda: project.client("events").put_events(Entries=[entry])) == []


def set_alarm(account: Any, name: str, state: str) -> None:
    cloudwatch = account.client("cloudwatch")
    metric = {"Namespace": "OCR/Drift", "MetricName": "Violations", "Statistic": "Maximum", "Period": 3600}
    limits = {"EvaluationPeriods": 1, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName=name, **metric, **limits)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def test_a_drift_alarm_starts_the_model_build(project: Any) -> None:
    name = "sagemaker-local-drift-violations"
    assert project.started_by(lambda: set_alarm(project, name, "ALARM")) == ["sagemaker-local-modelbuild"]
    assert project.started()[-1]["event"]["detail"]["previousState"]["value"] == "OK"


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("sagemaker-local-drift-others", "INSUFFICIENT_DATA"),
        ("sagemaker-local-drift-others", "OK"),
        ("sagemaker-local-unwatched", "ALARM"),
        ("sagemaker-another-drift-violations", "ALARM"),
    ],
)
def test_other_alarms_start_nothing(project: Any, name: str, state: str) -> None:
    assert project.started_by(lambda: set_alarm(project, name, state)) == []


def test_a_failed_execution_is_told(project: Any) -> None:
    sqs, sns = project.client("sqs"), project.client("sns")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    topic = project.outputs(project.describe("project-local"))["AlarmTopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:told")
    detail = {"pipeline": "sagemaker-local-modelbuild", "state": "FAILED", "execution-id": "1"}
    kind = "CodePipeline Pipeline Execution State Change"
    entry = {"Source": "aws.codepipeline", "DetailType": kind, "Detail": json.dumps(detail)}
    project.client("events").put_events(Entries=[entry])
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"])["detail"] == detail


def test_a_disabled_rule_starts_nothing(project: Any) -> None:
    events = project.client("events")
    events.disable_rule(Name="sagemaker-local-approval")
    try:
        entry = approval("ocr-local", "Approved", ["ModelApprovalStatus"])
        assert project.started_by(lambda: events.put_events(Entries=[entry])) == []
    finally:
        events.enable_rule(Name="sagemaker-local-approval")
