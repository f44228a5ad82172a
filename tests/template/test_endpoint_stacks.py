"""The stacks that an approved version becomes, and the endpoints among them."""

from typing import Any

import pytest

from wiring.delivery import CAPTURED_PERCENT, stacks
from wiring.deployment import Deployment, deployed
from wiring.names import LONGEST, OURS
from wiring.stack import Stack

STAGES = ("staging", "prod")
NETWORK = {"Subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], "SecurityGroupIds": ["sg-0a1b2c3d"]}
each_stage = pytest.mark.parametrize("stage", STAGES)


def properties(stack: Stack, logical: str) -> Any:
    return stack[logical].properties


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
    for logical in ("ErrorAlarm", "LatencyAlarm"):
        alarm = properties(stack, logical)
        assert stack[logical].name.startswith(f"sagemaker-{OURS.id}-{stage}-")
        assert alarm["ActionsEnabled"] is True
        assert alarm["AlarmActions"] == [whole.project["AlarmTopic"].arn]
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert alarm["TreatMissingData"] == "notBreaching"
        assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3, 2)


def metrics(stack: Stack, logical: str) -> dict[str, tuple[str, str, str]]:
    measured = [
        each["MetricStat"] | {"Id": each["Id"]}
        for each in properties(stack, logical)["Metrics"]
        if "MetricStat" in each
    ]
    return {each["Id"]: (each["Metric"]["Namespace"], each["Metric"]["MetricName"], each["Stat"]) for each in measured}


@each_stage
def test_errors_are_the_share_of_this_endpoints_requests(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    assert metrics(stack, "ErrorAlarm") == {
        "errors": ("AWS/SageMaker", "Invocation5XXErrors", "Sum"),
        "requests": ("AWS/SageMaker", "Invocation5XXErrors", "SampleCount"),
    }
    (expression,) = [each["Expression"] for each in properties(stack, "ErrorAlarm")["Metrics"] if "Expression" in each]
    assert expression == "100 * errors / requests"
    assert properties(stack, "ErrorAlarm")["Threshold"] == {"staging": "5", "prod": "1"}[stage]


@each_stage
def test_latency_is_what_most_requests_take_in_milliseconds(stage: str, whole: Deployment) -> None:
    stack = whole.stacks[stage]
    assert metrics(stack, "LatencyAlarm") == {"p95": ("AWS/SageMaker", "ModelLatency", "p95")}
    (expression,) = [
        each["Expression"] for each in properties(stack, "LatencyAlarm")["Metrics"] if "Expression" in each
    ]
    assert expression == "p95 / 1000"
    assert properties(stack, "LatencyAlarm")["Threshold"] == {"staging": "5000", "prod": "3000"}[stage]


@each_stage
@pytest.mark.parametrize("logical", ["ErrorAlarm", "LatencyAlarm"])
def test_an_alarm_watches_its_own_endpoint(stage: str, logical: str, whole: Deployment) -> None:
    found = [
        each["MetricStat"]["Metric"]["Dimensions"]
        for each in properties(whole.stacks[stage], logical)["Metrics"]
        if "MetricStat" in each
    ]
    assert found == [endpoint_dimensions(stage)] * len(found)
    returned = [
        each["Id"] for each in properties(whole.stacks[stage], logical)["Metrics"] if each.get("ReturnData", True)
    ]
    assert len(returned) == 1


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


# Asynchronous and serverless endpoints


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
