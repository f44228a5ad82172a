"""endpoint.yaml: what is created in each mode, and which combinations it refuses with which sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model_deploy.capacity import Capacity
from model_deploy.export import STAGE_CONFIGS, stage_configuration
from model_deploy.project import Project
from model_deploy.registry import Version
from model_deploy.stage import StageConfig

ROOT = Path(__file__).resolve().parents[1]
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
ARN = "arn:aws:sagemaker:eu-central-1:123456789012:model-package/ocr-p1/3"
PROJECT = Project("ocr", "p1", "artifacts", "arn:aws:iam::123456789012:role/model", KEY, "", "", TOPIC)


@pytest.fixture
def stage(resolver: Any) -> Callable[..., Any]:
    """The template with a shipped stage's parameters, some of them changed."""

    def resolved(name: str = "staging-config.json", **changed: str) -> Any:
        exported = stage_configuration(StageConfig.read(ROOT / name), PROJECT, Version(ARN)).parameters
        return resolver.Resolved("endpoint.yaml", **(exported | changed))

    return resolved


def variant(template: Any) -> dict[str, Any]:
    (only,) = template.resources["EndpointConfig"]["ProductionVariants"]
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize("name", STAGE_CONFIGS)
def test_a_shipped_stage_breaks_no_rule(stage: Any, name: str) -> None:
    assert stage(name).broken_rules == []


def test_production_shifts_traffic_to_a_canary_of_half_the_instances_at_most(stage: Any) -> None:
    policy = stage("prod-config.json").resources["Endpoint"]["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    routing = policy["TrafficRoutingConfiguration"]
    assert routing["Type"] == "CANARY"
    assert routing["CanarySize"] == {"Type": "CAPACITY_PERCENT", "Value": "50"}
    assert "LinearStepSize" not in routing


def test_traffic_can_be_shifted_in_steps(stage: Any) -> None:
    shifted = stage("prod-config.json", TrafficRouting="LINEAR", TrafficStepPercent="25").resources["Endpoint"]
    routing = shifted["DeploymentConfig"]["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert routing["LinearStepSize"] == {"Type": "CAPACITY_PERCENT", "Value": "25"}
    assert "CanarySize" not in routing


@pytest.mark.parametrize("mode", ["realtime", "async"])
def test_both_alarms_roll_a_deployment_back_and_tell_the_topic(stage: Any, mode: str) -> None:
    resources = stage(Mode=mode).resources
    rollback = resources["Endpoint"]["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    names = [alarm["AlarmName"]["Ref"] for alarm in rollback]
    assert names == ["ErrorAlarm", "LatencyAlarm"]
    for name in names:
        assert (resources[name]["ActionsEnabled"], resources[name]["AlarmActions"]) == (True, [TOPIC])


def test_the_alarms_watch_the_variant_that_is_deployed(stage: Any) -> None:
    resources = stage().resources
    for name in ("ErrorAlarm", "LatencyAlarm"):
        metrics = [metric["MetricStat"]["Metric"] for metric in resources[name]["Metrics"] if "MetricStat" in metric]
        for metric in metrics:
            dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
            assert dimensions == {
                "EndpointName": resources["Endpoint"]["EndpointName"],
                "VariantName": variant(stage())["VariantName"],
            }


def test_an_alarm_without_a_topic_still_rolls_back(stage: Any) -> None:
    alarm = stage(AlarmTopicArn="").resources["ErrorAlarm"]
    assert alarm["ActionsEnabled"] is True
    assert "AlarmActions" not in alarm


def test_a_scaled_endpoint_keeps_the_instances_it_has(stage: Any) -> None:
    resources = stage("prod-config.json").resources
    assert resources["Endpoint"]["RetainAllVariantProperties"] is True
    assert resources["ScalableTarget"]["ResourceId"] == "endpoint/ocr-prod/variant/AllTraffic"
    assert (resources["ScalableTarget"]["MinCapacity"], resources["ScalableTarget"]["MaxCapacity"]) == ("2", "4")


def test_nothing_is_scaled_between_equal_bounds(stage: Any) -> None:
    template = stage("prod-config.json", MaxInstanceCount="2")
    assert template.resources["Endpoint"]["RetainAllVariantProperties"] is False
    assert not [name for name in template.resources if name.endswith(("Policy", "Target"))]


@pytest.mark.parametrize(
    ("changed", "policies"),
    [
        ({"ScalingMetric": "invocations"}, ["InvocationsPolicy"]),
        ({"ScalingMetric": "concurrency"}, ["ConcurrencyPolicy"]),
        ({"Mode": "async", "MinInstanceCount": "1"}, ["BacklogPolicy"]),
        ({"Mode": "async", "MinInstanceCount": "0"}, ["BacklogPolicy", "WakePolicy"]),
        ({"Mode": "serverless"}, []),
    ],
)
def test_each_mode_is_scaled_by_its_own_measure(stage: Any, changed: dict[str, str], policies: list[str]) -> None:
    resources = stage("prod-config.json", **changed).resources
    assert [name for name in resources if name.endswith("Policy")] == policies


def test_what_sleeps_is_woken_by_its_backlog(stage: Any) -> None:
    resources = stage(Mode="async", MinInstanceCount="0").resources
    assert resources["WakeAlarm"]["MetricName"] == "HasBacklogWithoutCapacity"
    assert resources["WakeAlarm"]["AlarmActions"] == [{"Ref": "WakePolicy"}]


def test_an_asynchronous_endpoint_answers_through_s3_under_the_project_s_key(stage: Any) -> None:
    config = stage(Mode="async", AsyncErrorTopicArn=TOPIC).resources["EndpointConfig"]
    assert config["AsyncInferenceConfig"]["OutputConfig"] == {
        "S3OutputPath": "s3://artifacts/async/ocr-staging/output",
        "S3FailurePath": "s3://artifacts/async/ocr-staging/failures",
        "KmsKeyId": KEY,
        "NotificationConfig": {"ErrorTopic": TOPIC},
    }


def test_a_serverless_endpoint_has_none_of_what_belongs_to_instances(stage: Any) -> None:
    resources = stage(Mode="serverless").resources
    assert variant(stage(Mode="serverless"))["ServerlessConfig"] == {"MemorySizeInMB": "4096", "MaxConcurrency": "5"}
    assert not {"InstanceType", "InitialInstanceCount", "RoutingConfig"} & set(variant(stage(Mode="serverless")))
    assert not {"KmsKeyId", "DataCaptureConfig", "AsyncInferenceConfig"} & set(resources["EndpointConfig"])
    assert "DeploymentConfig" not in resources["Endpoint"]
    assert resources["Model"]["EnableNetworkIsolation"] is False


@pytest.mark.parametrize("mode", ["realtime", "async"])
def test_a_model_on_instances_is_isolated_from_the_network(stage: Any, mode: str) -> None:
    assert stage(Mode=mode).resources["Model"]["EnableNetworkIsolation"] is True


def test_captured_images_stay_as_they_are_and_answers_are_text(stage: Any) -> None:
    capture = stage(DataCaptureSamplingPercentage="20").resources["EndpointConfig"]["DataCaptureConfig"]
    assert capture["CaptureContentTypeHeader"] == {"JsonContentTypes": ["application/json"]}
    assert capture["CaptureOptions"] == [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
    assert capture["DestinationS3Uri"] == "s3://artifacts/data-capture/ocr-staging"


def test_the_project_s_key_encrypts_volumes_captures_and_the_log(stage: Any) -> None:
    resources = stage(DataCaptureSamplingPercentage="20").resources
    config = resources["EndpointConfig"]
    assert [config["KmsKeyId"], config["DataCaptureConfig"]["KmsKeyId"], resources["LogGroup"]["KmsKeyId"]] == [KEY] * 3


def test_without_a_key_nothing_names_one(stage: Any) -> None:
    assert "KmsKeyId" not in str(stage(KmsKeyArn="", DataCaptureSamplingPercentage="20", Mode="async").resources)


def test_a_model_goes_into_the_project_s_vpc(stage: Any) -> None:
    model = stage(SubnetIds="subnet-1,subnet-2", SecurityGroupIds="sg-1").resources["Model"]
    assert model["VpcConfig"] == {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}


def test_without_a_vpc_the_model_names_none(stage: Any) -> None:
    assert "VpcConfig" not in stage().resources["Model"]


def test_the_model_has_no_environment_but_that_of_its_version(stage: Any) -> None:
    assert stage().resources["Model"]["PrimaryContainer"] == {"ModelPackageName": ARN}


def test_a_payload_limit_reaches_the_server(stage: Any) -> None:
    container = stage(Mode="async", MaxPayloadBytes="104857600").resources["Model"]["PrimaryContainer"]
    assert container["Environment"] == {"OCR_MAX_BODY_BYTES": "104857600"}


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_a_half_of_the_reader_is_told_to_the_server(stage: Any, task: str) -> None:
    assert stage(Task=task).resources["Model"]["PrimaryContainer"]["Environment"] == {"OCR_TASK": task}


def test_a_half_beside_the_whole_has_an_endpoint_and_alarms_of_its_own(stage: Any, resolver: Any) -> None:
    config = StageConfig.read(ROOT / "prod-config.json")
    exported = stage_configuration(config, PROJECT, Version(ARN), "detection").parameters
    whole, half = stage("prod-config.json"), resolver.Resolved("endpoint.yaml", **exported)
    assert half.broken_rules == []
    assert half.resources["Endpoint"]["EndpointName"] == "ocr-prod-detection"
    assert half.resources["ErrorAlarm"]["AlarmName"] == "sagemaker-p1-prod-detection-errors"
    names = [
        {str(value) for each in template.resources.values() for key, value in each.items() if key.endswith("Name")}
        for template in (whole, half)
    ]
    made_by_cloudformation = {"{'GetAtt': 'EndpointConfig.EndpointConfigName'}"}
    assert names[0] & names[1] == made_by_cloudformation


def test_only_the_endpoint_is_named_of_what_a_version_replaces(stage: Any) -> None:
    resources = stage().resources
    assert resources["Endpoint"]["EndpointName"] == "ocr-staging"
    assert "ModelName" not in resources["Model"]
    assert "EndpointConfigName" not in resources["EndpointConfig"]


def test_the_log_that_the_endpoint_writes_is_there_before_it(stage: Any) -> None:
    template = stage()
    assert template.resources["LogGroup"]["LogGroupName"] == "/aws/sagemaker/Endpoints/ocr-staging"
    assert template.template["Resources"]["Endpoint"]["DependsOn"] == "LogGroup"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"InstanceCount": "1"}, "Production needs an InstanceCount of 2 or more"),
        ({"MinInstanceCount": "1", "TrafficRouting": "ALL_AT_ONCE"}, "Production needs a MinInstanceCount of 2"),
        ({"MinInstanceCount": "0", "TrafficRouting": "ALL_AT_ONCE"}, "Only with Mode async may MinInstanceCount be 0"),
        ({"StageName": "test", "InstanceCount": "1"}, "A canary or a step is half of the instances at most"),
        ({"Mode": "async", "MinInstanceCount": "0"}, "A canary or a step is half of the instances at most"),
        ({"Mode": "serverless", "DataCaptureSamplingPercentage": "1"}, "A serverless endpoint captures no data"),
        ({"Mode": "serverless", "SubnetIds": "subnet-1", "SecurityGroupIds": "sg-1"}, "A serverless endpoint cannot"),
        ({"SubnetIds": "subnet-1"}, "SecurityGroupIds must be given with SubnetIds"),
        ({"SecurityGroupIds": "sg-1"}, "SubnetIds must be given with SecurityGroupIds"),
    ],
)
def test_a_wrong_combination_is_refused_with_a_sentence(stage: Any, changed: dict[str, str], sentence: str) -> None:
    assert any(broken.startswith(sentence) for broken in stage("prod-config.json", **changed).broken_rules)


def test_the_build_compares_numbers_by_the_template_s_own_defaults(resolver: Any) -> None:
    declared = resolver.load("endpoint.yaml")["Parameters"]
    for field in Capacity.model_fields.values():
        assert field.default == declared[str(field.alias)]["Default"]


@pytest.mark.parametrize("name", ["endpoint.yaml", "staging-config.json", "prod-config.json"])
def test_no_stage_serves_the_playground(name: str) -> None:
    assert "playground" not in (ROOT / name).read_text().lower()
