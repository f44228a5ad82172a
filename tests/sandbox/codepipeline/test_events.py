"""What starts pipelines and builds besides a person, and what pipelines tell of themselves."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:codepipeline:us-east-1:123456789012:"


def test_an_event_starts_the_pipeline_and_the_trigger_names_its_rule(world: Any, tools: Any) -> None:
    world.project("heard", "true")
    world.create("heard", [{"name": "Build", "actions": [tools.build("heard")]}])
    world.ended("heard")
    events = world.client("events")
    for name, status in [("approvals", "Approved"), ("others", "PendingManualApproval")]:
        pattern = {"detail": {"ModelApprovalStatus": [status]}}
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "pipeline", "Arn": ARN + "heard"}])
    event = {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "resources": ["arn:aws:sagemaker:us-east-1:123456789012:model-package/ocr-local/2"],
        "detail": {"ModelApprovalStatus": "Approved"},
    }
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Resources": event["resources"]}
    events.put_events(Entries=[{**entry, "Detail": json.dumps(event["detail"])}])
    trigger = world.ended("heard", 2)["trigger"]
    assert trigger["triggerType"] == "CloudWatchEvent"
    assert trigger["triggerDetail"] == (
        "approvals: SageMaker Model Package State Change, model-package/ocr-local/2, Approved"
    )


def test_a_failed_execution_is_told_on_the_bus(world: Any, tools: Any) -> None:
    queue_url = world.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    events = world.client("events")
    pattern = {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": ["told"], "state": ["FAILED"]},
    }
    events.put_rule(Name="failures", EventPattern=json.dumps(pattern))
    queue_arn = "arn:aws:sqs:us-east-1:123456789012:failures"
    events.put_targets(Rule="failures", Targets=[{"Id": "queue", "Arn": queue_arn}])
    world.project("told", "exit 1")
    world.create("told", [{"name": "Build", "actions": [tools.build("told")]}])
    execution = world.ended("told")["pipelineExecutionId"]
    (message,) = tools.wait_for(lambda: world.client("sqs").receive_message(QueueUrl=queue_url).get("Messages"))
    event = json.loads(message["Body"])
    assert event["detail"]["execution-id"] == execution
    assert event["resources"] == [ARN + "told"]


def test_a_build_without_source_starts_by_itself(world: Any, tools: Any) -> None:
    world.project("alone", "echo hello $NAME", source="NO_SOURCE", NAME="you")
    codebuild = world.client("codebuild")
    build_id = codebuild.start_build(projectName="alone")["build"]["id"]
    (build,) = tools.wait_for(
        lambda: [told for told in codebuild.batch_get_builds(ids=[build_id])["builds"] if told["buildComplete"]]
    )
    assert build["buildStatus"] == "SUCCEEDED"
    logs = world.settings.state_folder / "logs" / "builds"
    assert ["\nhello you\n" in path.read_text() for path in logs.glob("alone-*.log")] == [True]


def test_a_project_that_needs_a_pipeline_does_not_start_by_itself(world: Any) -> None:
    world.project("pipelined", "true")
    with pytest.raises(ClientError, match="only a project with NO_SOURCE"):
        world.client("codebuild").start_build(projectName="pipelined")
