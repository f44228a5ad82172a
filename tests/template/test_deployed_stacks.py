"""The stacks that an approved version becomes: endpoints, front door and the watch over production."""

import json
from typing import Any

import pytest

from wiring.delivery import CAPTURED_PERCENT, stacks
from wiring.deployment import Deployment, deployed
from wiring.names import LONGEST, OURS
from wiring.stack import Stack

STAGES = ("staging", "prod")
each_stage = pytest.mark.parametrize("stage", STAGES)
SUBNETS, GROUPS = ["subnet-0a1b2c3d", "subnet-4e5f6a7b"], ["sg-0a1b2c3d"]


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
    assert model["VpcConfig"] == {"Subnets": SUBNETS, "SecurityGroupIds": GROUPS}
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
    measured = [each["MetricStat"] | {"Id": each["Id"]} for each in properties(stack, logical)["Metrics"] if "MetricStat" in each]
    return {
        each["Id"]: (each["Metric"]["Namespace"], each["Metric"]["MetricName"], each["Stat"]) for each in measured
    }


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
    (expression,) = [each["Expression"] for each in properties(stack, "LatencyAlarm")["Metrics"] if "Expression" in each]
    assert expression == "p95 / 1000"
    assert properties(stack, "LatencyAlarm")["Threshold"] == {"staging": "5000", "prod": "3000"}[stage]


@each_stage
@pytest.mark.parametrize("logical", ["ErrorAlarm", "LatencyAlarm"])
def test_an_alarm_watches_its_own_endpoint(stage: str, logical: str, whole: Deployment) -> None:
    found = [each["MetricStat"]["Metric"]["Dimensions"] for each in properties(whole.stacks[stage], logical)["Metrics"] if "MetricStat" in each]
    assert found == [endpoint_dimensions(stage)] * len(found)
    returned = [each["Id"] for each in properties(whole.stacks[stage], logical)["Metrics"] if each.get("ReturnData", True)]
    assert len(returned) == 1


def test_production_takes_over_by_a_canary_and_staging_at_once(whole: Deployment) -> None:
    policies = {stage: properties(whole.stacks[stage], "Endpoint")["DeploymentConfig"]["BlueGreenUpdatePolicy"] for stage in STAGES}
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
    assert (target["ServiceNamespace"], target["ScalableDimension"]) == ("sagemaker", "sagemaker:variant:DesiredInstanceCount")
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


def test_a_serverless_endpoint_has_no_instances(whole: Deployment) -> None:
    stack = alone("serverless")
    (variant,) = properties(stack, "EndpointConfig")["ProductionVariants"]
    assert "ServerlessConfig" in variant
    assert not {"InstanceType", "InitialInstanceCount"} & set(variant)
    assert "DeploymentConfig" not in properties(stack, "Endpoint")
    assert not stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    # It captures nothing, which the template says.
    assert len(stack.broken_rules) == 1


# Front door


def front_door(whole: Deployment) -> Stack:
    return whole.stacks["front-door"]


def test_the_front_door_hands_pages_to_production_and_to_nothing_else(whole: Deployment) -> None:
    stack = front_door(whole)
    (method,) = stack.of_type("AWS::ApiGateway::Method").values()
    integration = method.properties["Integration"]
    assert integration["Uri"] == (
        f"arn:aws:apigateway:{OURS.region}:runtime.sagemaker:path/endpoints/{OURS.endpoint('prod')}/invocations"
    )
    assert integration["Credentials"] == whole.export("FrontDoorRoleArn")
    assert (integration["Type"], integration["IntegrationHttpMethod"], method.properties["HttpMethod"]) == ("AWS", "POST", "POST")
    assert method.properties["ResourceId"] == stack["Invocations"].identity.ref
    assert properties(stack, "Invocations")["PathPart"] == "invocations"


def test_the_front_door_knows_who_calls(whole: Deployment) -> None:
    (method,) = front_door(whole).of_type("AWS::ApiGateway::Method").values()
    assert method.properties["AuthorizationType"] == "AWS_IAM"
    assert method.properties["ApiKeyRequired"] is True
    assert method.properties["RequestValidatorId"] == front_door(whole)["Validator"].identity.ref


def test_pictures_go_through_byte_for_byte(whole: Deployment) -> None:
    assert {"image/*", "application/pdf"} <= set(properties(front_door(whole), "Api")["BinaryMediaTypes"])


def test_every_part_is_of_the_one_api(whole: Deployment) -> None:
    stack = front_door(whole)
    api = stack["Api"].identity.ref
    parts = [each for each in stack.resources.values() if "RestApiId" in each.properties]
    assert len(parts) >= 6
    assert {each.properties["RestApiId"] for each in parts} == {api}
    assert properties(stack, "UsagePlan")["ApiStages"] == [{"ApiId": api, "Stage": "prod"}]
    key = properties(stack, "UsagePlanKey")
    assert (key["KeyId"], key["UsagePlanId"]) == (stack["ApiKey"].identity.ref, stack["UsagePlan"].identity.ref)


def test_a_stage_serves_the_newest_deployment(whole: Deployment) -> None:
    stack = front_door(whole)
    (deployment,) = stack.of_type("AWS::ApiGateway::Deployment").values()
    assert deployment.logical != "ApiDeployment"
    assert deployment.declared["DependsOn"] == "PostInvocations"
    assert properties(stack, "ProdStage")["DeploymentId"] == deployment.identity.ref


def test_the_front_door_is_throttled_and_has_a_firewall(whole: Deployment) -> None:
    stack = front_door(whole)
    (settings,) = properties(stack, "ProdStage")["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("20", "40")
    assert properties(stack, "UsagePlan")["Throttle"] == {"RateLimit": "20", "BurstLimit": "40"}
    assert properties(stack, "UsagePlan")["Quota"] == {"Limit": "100000", "Period": "DAY"}
    association = properties(stack, "WebAclAssociation")
    assert association["WebACLArn"] == stack["WebAcl"].arn
    assert association["ResourceArn"].endswith(f"::/restapis/{stack['Api'].identity.ref}/stages/prod")
    rules = {rule["Name"]: rule for rule in properties(stack, "WebAcl")["Rules"]}
    assert rules["requests-per-address"]["Action"] == {"Block": {}}
    assert rules["requests-per-address"]["Statement"]["RateBasedStatement"]["Limit"] == "1000"
    assert {"addresses", "known-bad-inputs", "common"} <= set(rules)


def test_what_the_front_door_and_its_firewall_log(whole: Deployment) -> None:
    stack = front_door(whole)
    access = properties(stack, "ProdStage")["AccessLogSetting"]
    assert access["DestinationArn"] == stack["AccessLog"].arn
    assert json.loads(access["Format"])["status"] == "$context.status"
    logging = properties(stack, "WafLogging")
    assert logging["ResourceArn"] == stack["WebAcl"].arn
    assert logging["LogDestinationConfigs"] == [stack["WafLog"].arn.removesuffix(":*")]
    assert stack["WafLog"].name.startswith("aws-waf-logs-")
    hidden = {each["SingleHeader"]["Name"] for each in logging["RedactedFields"]}
    assert {"authorization", "x-api-key"} <= hidden
    (settings,) = properties(stack, "ProdStage")["MethodSettings"]
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")


def test_errors_of_the_front_door_are_told(whole: Deployment) -> None:
    stack = front_door(whole)
    alarm = properties(stack, "ErrorAlarm")
    assert alarm["AlarmActions"] == [whole.project["AlarmTopic"].arn]
    assert alarm["ActionsEnabled"] is True
    (metric,) = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    api = properties(stack, "Api")["Name"]
    assert metric["Dimensions"] == [{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": "prod"}]


# Drift


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
        "VpcConfig": {"Subnets": SUBNETS, "SecurityGroupIds": GROUPS},
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


def test_no_run_is_an_alarm_too(whole: Deployment) -> None:
    alarm = properties(whole.stacks["drift"], "UnwatchedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("OCR/Drift", "Pages", "SampleCount")
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["TreatMissingData"]) == ("LessThanThreshold", 1, "breaching")
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (86400, "2")


@pytest.mark.parametrize("logical", ["ViolationsAlarm", "UnwatchedAlarm"])
def test_drift_is_watched_where_the_job_reports_it(logical: str, whole: Deployment) -> None:
    alarm = properties(whole.stacks["drift"], logical)
    assert alarm["Dimensions"] == [{"Name": "Endpoint", "Value": OURS.endpoint("prod")}, {"Name": "Variant", "Value": "AllTraffic"}]
    assert alarm["AlarmActions"] == [whole.project["AlarmTopic"].arn]
    assert alarm["ActionsEnabled"] is True
