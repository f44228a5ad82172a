"""The stacks that an approved version becomes, and the endpoints among them."""

from typing import Any

import pytest

from wiring.delivery import CAPTURED_PERCENT
from wiring.deployment import Deployment, deployed
from wiring.names import LONGEST, OURS
from wiring.stack import Stack

STAGES = ("staging", "prod")
NETWORK = {"Subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], "SecurityGroupIds": ["sg-0a1b2c3d"]}
each_stage = pytest.mark.parametrize("stage", STAGES)


def properties(stack: Stack, logical: str) -> Any:
    return stack[logical].properties


WORDS = {"AlarmDescription", "Tags"}


def said(stack: Stack, logical: str) -> dict[str, Any]:
    """A resource's properties without words for people, and without tags, which have a test of their own."""
    return {name: value for name, value in properties(stack, logical).items() if name not in WORDS}


def endpoint_dimensions(stage: str) -> list[dict[str, str]]:
    return [{"Name": "EndpointName", "Value": OURS.endpoint(stage)}, {"Name": "VariantName", "Value": "AllTraffic"}]


def test_they_are_those_that_were_asked_for(whole: Deployment) -> None:
    assert set(whole.stacks) == {*STAGES, "front-door", "drift"}
    assert set(deployed().stacks) == set(STAGES)


def test_no_rule_of_a_template_is_against_what_is_shipped(whole: Deployment) -> None:
    assert {name: stack.broken_rules for name, stack in whole.stacks.items() if stack.broken_rules} == {}


def test_at_their_longest_all_names_are_legal() -> None:
    for stack in deployed("everything", LONGEST).stacks.values():
        for resource in stack.resources.values():
            longest = 64 if resource.type == "AWS::Scheduler::Schedule" else 255
            assert len(resource.name) <= longest, resource.logical


# Endpoints


@each_stage
def test_the_endpoint_serves_the_approved_version_as_its_role(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    model, config = properties(stack, "Model"), properties(stack, "EndpointConfig")
    assert model["ExecutionRoleArn"] == whole.export("ModelExecutionRoleArn")
    assert model["PrimaryContainer"]["ModelPackageName"].endswith(f":model-package/{OURS.group}/1")
    (variant,) = config["ProductionVariants"]
    assert variant["ModelName"] == stack["Model"].name
    endpoint = properties(stack, "Endpoint")
    assert endpoint["EndpointConfigName"] == stack["EndpointConfig"].name
    assert endpoint["EndpointName"] == OURS.endpoint(stage)


@each_stage
def test_the_model_reaches_no_network_but_the_projects(stage: str, whole: Deployment) -> None:
    model = properties(whole.stacks[stage], "Model")
    assert model["EnableNetworkIsolation"] is True
    assert model["VpcConfig"] == NETWORK
    assert "VpcConfig" not in properties(deployed().stacks[stage], "Model")


@each_stage
def test_volumes_are_encrypted_under_the_key(stage: str, whole: Deployment) -> None:
    assert properties(whole.stacks[stage], "EndpointConfig")["KmsKeyId"] == whole.export("KeyArn")


def test_what_production_captures_goes_to_the_projects_bucket_under_the_key(whole: Deployment) -> None:
    capture = properties(whole.stacks["prod"], "EndpointConfig")["DataCaptureConfig"]
    assert capture == {
        "EnableCapture": True,
        "InitialSamplingPercentage": CAPTURED_PERCENT,
        "DestinationS3Uri": f"s3://{OURS.bucket}/data-capture/{OURS.endpoint('prod')}",
        "KmsKeyId": whole.export("KeyArn"),
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }
    assert "DataCaptureConfig" not in properties(whole.stacks["staging"], "EndpointConfig")


@each_stage
def test_a_deployment_rolls_back_on_errors_and_on_latency(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    rollback = properties(stack, "Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert rollback == [{"AlarmName": stack["ErrorAlarm"].name}, {"AlarmName": stack["LatencyAlarm"].name}]


def measured(identifier: str, metric: str, statistic: str, stage: str) -> dict[str, Any]:
    named = {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": endpoint_dimensions(stage)}
    return {"Id": identifier, "ReturnData": False, "MetricStat": {"Metric": named, "Period": 60, "Stat": statistic}}


def alarm(whole: Deployment, stage: str, name: str, threshold: str) -> dict[str, Any]:
    return {
        "AlarmName": OURS.short(f"{stage}-{name}"),
        "ActionsEnabled": True,
        "AlarmActions": [whole.project["AlarmTopic"].arn],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": threshold,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "TreatMissingData": "notBreaching",
    }


def expression(stack: Stack, logical: str) -> dict[str, Any]:
    (found,) = [each for each in properties(stack, logical)["Metrics"] if "Expression" in each]
    return {name: value for name, value in found.items() if name != "Label"}


@each_stage
def test_errors_are_the_share_of_this_endpoints_requests(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    found = said(stack, "ErrorAlarm")
    assert expression(stack, "ErrorAlarm") == {"Id": "percent", "Expression": "100 * errors / requests"}
    assert found.pop("Metrics")[1:] == [
        measured("errors", "Invocation5XXErrors", "Sum", stage),
        measured("requests", "Invocation5XXErrors", "SampleCount", stage),
    ]
    assert found == alarm(whole, stage, "errors", {"staging": "5", "prod": "1"}[stage])


@each_stage
def test_latency_is_what_most_requests_take_in_milliseconds(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    found = said(stack, "LatencyAlarm")
    # SageMaker measures in microseconds.
    assert expression(stack, "LatencyAlarm") == {"Id": "milliseconds", "Expression": "p95 / 1000"}
    assert found.pop("Metrics")[1:] == [measured("p95", "ModelLatency", "p95", stage)]
    assert found == alarm(whole, stage, "latency", {"staging": "5000", "prod": "3000"}[stage])


@each_stage
def test_the_one_variant_is_the_one_that_is_watched_and_scaled(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    assert properties(stack, "EndpointConfig")["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "ModelName": stack["Model"].name,
            "InstanceType": {"staging": "ml.m5.large", "prod": "ml.m5.xlarge"}[stage],
            "InitialInstanceCount": {"staging": "1", "prod": "2"}[stage],
            "InitialVariantWeight": 1,
            # Pages differ in what they cost.
            "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
        }
    ]


def test_production_takes_over_by_a_canary_and_staging_at_once(whole: Deployment) -> None:
    policies = {
        stage: properties(whole.stacks[stage], "Endpoint")["DeploymentConfig"]["BlueGreenUpdatePolicy"]
        for stage in STAGES
    }
    assert policies["prod"]["TrafficRoutingConfiguration"] == {
        "Type": "CANARY",
        "WaitIntervalInSeconds": "300",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": "50"},
    }
    assert policies["prod"]["TerminationWaitInSeconds"] == "300"
    assert {policy["MaximumExecutionTimeoutInSeconds"] for policy in policies.values()} == {"3600"}
    assert policies["staging"]["TerminationWaitInSeconds"] == "0"
    assert policies["staging"]["TrafficRoutingConfiguration"] == {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": "300"}


def test_production_survives_an_instance_and_scales(whole: Deployment) -> None:
    stack = whole.stacks["prod"]
    (variant,) = properties(stack, "EndpointConfig")["ProductionVariants"]
    assert int(variant["InitialInstanceCount"]) >= 2
    target = properties(stack, "ScalableTarget")
    assert target["ResourceId"] == f"endpoint/{OURS.endpoint('prod')}/variant/AllTraffic"
    assert (target["ServiceNamespace"], target["ScalableDimension"]) == (
        "sagemaker",
        "sagemaker:variant:DesiredInstanceCount",
    )
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("2", "4")
    (policy,) = stack.of_type("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    assert policy.properties["ScalingTargetId"] == stack["ScalableTarget"].identity.ref
    assert properties(stack, "Endpoint")["RetainAllVariantProperties"] is True
    assert properties(whole.stacks["staging"], "Endpoint")["RetainAllVariantProperties"] is False
    assert not whole.stacks["staging"].of_type("AWS::ApplicationAutoScaling::ScalableTarget")


@each_stage
def test_its_log_is_there_before_it_writes(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    assert stack["LogGroup"].name == f"/aws/sagemaker/Endpoints/{OURS.endpoint(stage)}"
    assert stack["Endpoint"].declared["DependsOn"] == "LogGroup"
    assert properties(stack, "LogGroup")["RetentionInDays"] == {"staging": "30", "prod": "365"}[stage]


def test_the_variant_is_there_before_it_is_scaled(whole: Deployment) -> None:
    assert whole.stacks["prod"]["ScalableTarget"].declared["DependsOn"] == "Endpoint"


def test_a_limit_on_requests_is_the_servers_own(whole: Deployment) -> None:
    stack = whole.stacks["prod"]
    assert "Environment" not in properties(stack, "Model")["PrimaryContainer"]
    limited = properties(stack.again(MaxPayloadBytes="1000000"), "Model")["PrimaryContainer"]
    assert limited["Environment"] == {"OCR_MAX_BODY_BYTES": "1000000"}


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_a_half_of_the_reader_is_the_servers_task(task: str, whole: Deployment) -> None:
    stack = whole.stacks["prod"].again(Task=task)
    assert properties(stack, "Model")["PrimaryContainer"]["Environment"] == {"OCR_TASK": task}
    assert stack.broken_rules == []


def test_a_half_beside_the_whole_rolls_back_on_alarms_of_its_own(whole: Deployment) -> None:
    endpoint = OURS.endpoint("staging-detection")
    half = whole.stacks["staging"].again(Task="detection", EndpointName=endpoint, Mode="async", MinInstanceCount="0")
    assert half.broken_rules == []
    alarms = {logical: half[logical].name for logical in ("ErrorAlarm", "LatencyAlarm", "WakeAlarm")}
    assert alarms == {
        "ErrorAlarm": OURS.short("staging-detection-errors"),
        "LatencyAlarm": OURS.short("staging-detection-latency"),
        "WakeAlarm": OURS.short("staging-detection-wake"),
    }
    rollback = properties(half, "Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert [each["AlarmName"] for each in rollback] == [alarms["ErrorAlarm"], alarms["LatencyAlarm"]]


AT_ONCE = {"TrafficRouting": "ALL_AT_ONCE"}
NO_VPC = {"SubnetIds": "", "SecurityGroupIds": ""}


@pytest.mark.parametrize(
    ("stack", "parameters", "refusals"),
    [
        ("prod", {"InstanceCount": "1"} | AT_ONCE, 1),
        ("prod", {"MinInstanceCount": "1"} | AT_ONCE, 1),
        ("prod", {"InstanceCount": "1"}, 2),
        ("prod", {"MinInstanceCount": "1"}, 2),
        ("prod", {"MinInstanceCount": "0"} | AT_ONCE, 1),
        ("prod", {"MinInstanceCount": "0"}, 2),
        ("prod", {"MinInstanceCount": "0", "Mode": "async"} | AT_ONCE, 0),
        ("prod", {"Mode": "serverless"} | NO_VPC, 1),
        ("prod", {"Mode": "serverless", "DataCaptureSamplingPercentage": "0"}, 1),
        ("prod", {"Mode": "serverless", "DataCaptureSamplingPercentage": "0"} | NO_VPC, 0),
        ("prod", {"SubnetIds": ""}, 1),
        ("prod", {"SecurityGroupIds": ""}, 1),
        ("staging", {"TrafficRouting": "CANARY"}, 1),
        ("staging", {"TrafficRouting": "LINEAR"}, 1),
        ("drift", {"DataCaptureSamplingPercentage": "0"}, 1),
        ("drift", {"BaselineUri": ""}, 1),
        ("drift", {"ProcessingImageUri": ""}, 1),
        ("drift", {"SecurityGroupIds": ""}, 1),
        ("drift", NO_VPC, 0),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused_before_it_is_deployed(
    stack: str, parameters: dict[str, str], refusals: int, whole: Deployment
) -> None:
    assert len(whole.stacks[stack].again(**parameters).broken_rules) == refusals
