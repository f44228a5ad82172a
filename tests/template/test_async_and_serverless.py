"""Asynchronous and serverless endpoints: what they have in the place of instances that wait for requests."""

from typing import Any

import pytest

from wiring.delivery import stacks
from wiring.deployment import deployed
from wiring.names import OURS
from wiring.stack import Stack


def properties(stack: Stack, logical: str) -> Any:
    return stack[logical].properties


def alone(mode: str) -> Stack:
    return stacks(deployed().project, OURS, mode=mode)["prod"]


def test_an_asynchronous_endpoint_keeps_its_answers_in_the_projects_bucket_under_the_key() -> None:
    stack = alone("async")
    inference = properties(stack, "EndpointConfig")["AsyncInferenceConfig"]
    folder = f"s3://{OURS.bucket}/async/{OURS.endpoint('prod')}"
    assert inference["OutputConfig"] == {
        "S3OutputPath": f"{folder}/output",
        "S3FailurePath": f"{folder}/failures",
        "KmsKeyId": deployed().export("KeyArn"),
    }
    (policy,) = stack.of_type("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    metric = policy.properties["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert metric["Dimensions"] == [{"Name": "EndpointName", "Value": OURS.endpoint("prod")}]


def test_a_serverless_endpoint_has_no_instances() -> None:
    stack = alone("serverless")
    (variant,) = properties(stack, "EndpointConfig")["ProductionVariants"]
    assert "ServerlessConfig" in variant
    assert not {"InstanceType", "InitialInstanceCount"} & set(variant)
    assert "DeploymentConfig" not in properties(stack, "Endpoint")
    assert not stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    # It captures nothing, which the template says.
    assert len(stack.broken_rules) == 1


TOPICS = {name: OURS.arn("sns", name.lower()) for name in ("SuccessTopic", "ErrorTopic")}


@pytest.mark.parametrize("told", [(), ("SuccessTopic",), ("ErrorTopic",), tuple(TOPICS)], ids="-".join)
def test_an_asynchronous_endpoint_tells_the_topics_that_were_named(told: tuple[str, ...]) -> None:
    named = {f"Async{name}Arn": TOPICS[name] for name in told}
    output = properties(alone("async").again(**named), "EndpointConfig")["AsyncInferenceConfig"]["OutputConfig"]
    assert output.get("NotificationConfig", {}) == {name: TOPICS[name] for name in told}


def test_an_asynchronous_endpoint_without_instances_wakes_at_the_first_request() -> None:
    stack = alone("async").again(MinInstanceCount="0", TrafficRouting="ALL_AT_ONCE")
    assert stack.broken_rules == []
    alarm = properties(stack, "WakeAlarm")
    assert alarm["AlarmActions"] == [stack["WakePolicy"].arn]
    assert (alarm["MetricName"], alarm["ActionsEnabled"]) == ("HasBacklogWithoutCapacity", True)
    assert alarm["Dimensions"] == [{"Name": "EndpointName", "Value": OURS.endpoint("prod")}]
    (step,) = properties(stack, "WakePolicy")["StepScalingPolicyConfiguration"]["StepAdjustments"]
    assert step == {"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}
