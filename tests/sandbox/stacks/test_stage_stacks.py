"""The stacks of model-deploy and of Service Catalog, and stacks that cannot be made."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.settings import CHECKOUT

DEPLOY = CHECKOUT / "model-deploy"
ROLE = "arn:aws:iam::123456789012:role/some-role"
PROJECT = {"SageMakerProjectName": "ocr", "SageMakerProjectId": "local"}
NO_VPC = {"SubnetIds": "", "SecurityGroupIds": ""}
PRODUCTION = {
    **PROJECT,
    **NO_VPC,
    "StageName": "prod",
    "EndpointName": "ocr-prod",
    "ModelPackageName": "arn:aws:sagemaker:us-east-1:123456789012:model-package/ocr-local/1",
    "ModelExecutionRoleArn": ROLE,
    "ArtifactBucket": "artifacts",
    "SubnetIds": "",
    "SecurityGroupIds": "",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms",
    "InstanceCount": "2",
    "MinInstanceCount": "2",
    "MaxInstanceCount": "4",
    "TrafficRouting": "CANARY",
    "DataCaptureSamplingPercentage": "100",
}
FRONT_DOOR = {**PROJECT, "EndpointName": "ocr-prod", "EndpointMode": "realtime", "FrontDoorRoleArn": ROLE}
DRIFT = {
    **PROJECT,
    **NO_VPC,
    "EndpointName": "ocr-prod",
    "DataCaptureSamplingPercentage": "100",
    "ArtifactBucket": "artifacts",
    "SubnetIds": "",
    "SecurityGroupIds": "",
    "BaselineUri": "s3://artifacts/baseline",
    "ProcessingImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/processing:1",
    "DriftRoleArn": ROLE,
    "DriftScheduleRoleArn": ROLE,
}


@pytest.fixture(scope="module")
def endpoint(account: Any) -> Any:
    stack = account.create("prod", DEPLOY / "endpoint.yaml", PRODUCTION)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    return account


def test_a_production_endpoint_scales_and_rolls_back(endpoint: Any) -> None:
    (target,) = endpoint.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")[
        "ScalableTargets"
    ]
    assert target["ResourceId"] == "endpoint/ocr-prod/variant/AllTraffic"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)
    policies = endpoint.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="sagemaker")
    assert [policy["PolicyType"] for policy in policies["ScalingPolicies"]] == ["TargetTrackingScaling"]
    alarms = endpoint.client("cloudwatch").describe_alarms(AlarmNamePrefix="sagemaker-local-prod-")["MetricAlarms"]
    assert len(alarms) == 2
    assert {alarm["AlarmActions"][0] for alarm in alarms} == {"arn:aws:sns:us-east-1:123456789012:alarms"}


def test_another_version_is_another_model_and_configuration(endpoint: Any) -> None:
    before = endpoint.resources("prod")
    newer = {**PRODUCTION, "ModelPackageName": PRODUCTION["ModelPackageName"][:-1] + "2"}
    stack = endpoint.update("prod", DEPLOY / "endpoint.yaml", newer)
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack.get("StackStatusReason")
    after = endpoint.resources("prod")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"Model", "EndpointConfig"}
    described = endpoint.client("sagemaker").describe_endpoint(EndpointName="ocr-prod")
    assert described["EndpointConfigName"] == after["EndpointConfig"].rsplit("/", 1)[-1]


def test_a_stage_that_ends_leaves_nothing(account: Any) -> None:
    staging = {**PRODUCTION, "StageName": "staging", "EndpointName": "ocr-staging"}
    account.create("staging", DEPLOY / "endpoint.yaml", staging)
    account.delete("staging")
    names = [one["EndpointName"] for one in account.client("sagemaker").list_endpoints()["Endpoints"]]
    assert "ocr-staging" not in names
    assert (
        account.client("logs").describe_log_groups(logGroupNamePrefix="/aws/sagemaker/Endpoints/ocr-staging")[
            "logGroups"
        ]
        == []
    )


def test_the_front_door_is_made_changed_and_removed(account: Any) -> None:
    stack = account.create("front-door", DEPLOY / "front-door.yaml", FRONT_DOOR)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    assert set(account.resources("front-door")) == account.declared(DEPLOY / "front-door.yaml", "UsesCognito")
    gateway = account.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    assert "image/*" in api["binaryMediaTypes"]
    assert account.outputs(stack)["Url"].startswith(f"https://{api['id']}.execute-api.us-east-1.")
    integration = gateway.get_integration(
        restApiId=api["id"], resourceId=account.resources("front-door")["Invocations"], httpMethod="POST"
    )
    assert integration["uri"].endswith("runtime.sagemaker:path/endpoints/ocr-prod/invocations")
    updated = account.update("front-door", DEPLOY / "front-door.yaml", {**FRONT_DOOR, "DailyQuota": "7"})
    assert updated["StackStatus"] == "UPDATE_COMPLETE", updated.get("StackStatusReason")
    assert gateway.get_usage_plans()["items"][0]["quota"]["limit"] == 7
    account.delete("front-door")
    assert gateway.get_rest_apis()["items"] == []
    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_drift_is_watched_on_a_schedule(account: Any) -> None:
    stack = account.create("drift", DEPLOY / "drift.yaml", DRIFT)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    assert set(account.resources("drift")) == account.declared(DEPLOY / "drift.yaml")
    schedule = account.client("scheduler").get_schedule(Name="sagemaker-local-drift")
    assert json.loads(schedule["Target"]["Input"])["RoleArn"] == ROLE
    account.update("drift", DEPLOY / "drift.yaml", {**DRIFT, "ScheduleState": "DISABLED"})
    assert account.client("scheduler").get_schedule(Name="sagemaker-local-drift")["State"] == "DISABLED"
    account.delete("drift")
    assert account.client("scheduler").list_schedules()["Schedules"] == []


def test_the_product_is_made_of_the_published_template(bootstrapped: Any) -> None:
    given = {"SeedPrefix": "ocr-project/1.0.0", "SeedVersion": "1.0.0", "StudioRoleArn": ROLE}
    template = CHECKOUT / "project-template" / "product.yaml"
    stack = bootstrapped.create("ocr-product", template, given)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    assert set(bootstrapped.resources("ocr-product")) == bootstrapped.declared(template)
    bootstrapped.delete("ocr-product")
    assert bootstrapped.client("servicecatalog").list_portfolios()["PortfolioDetails"] == []


TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: one}}"


def test_a_type_that_nothing_makes_fails_the_stack(account: Any) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: AWS::QLDB::Ledger \(Ledger\)"):
        account.create("unknown", TOPIC + ", Ledger: {Type: AWS::QLDB::Ledger}}")
    with pytest.raises(ClientError, match="does not exist"):
        account.describe("unknown")


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("{Type: AWS::SNS::Topic, Properties: {TopicName: {Ref: Nobody}}}", r"Bad: .*\[Nobody\]"),
        (
            "{Type: AWS::SNS::Topic, Properties: {TopicName: {'Fn::ImportValue': nobody-Name}}}",
            "No export named nobody",
        ),
        ("{Type: AWS::CloudWatch::Alarm, Properties: {AlarmNames: one}}", "Bad: .*has no 'AlarmNames'"),
        ("{Type: AWS::KMS::Alias, Properties: {AliasName: alias/x, TargetKeyId: nobody}}", "Bad: .*NotFound"),
    ],
    ids=["reference", "import", "property", "service"],
)
def test_a_resource_that_cannot_be_made_is_the_stacks_reason(account: Any, resource: str, reason: str) -> None:
    stack = account.create("failing", TOPIC + f", Bad: {resource}}}")
    try:
        assert stack["StackStatus"] == "CREATE_FAILED"
        assert re.search(reason, stack["StackStatusReason"])
    finally:
        account.delete("failing")


def test_an_update_that_is_refused_leaves_the_stack(account: Any) -> None:
    account.create("steady", TOPIC + "}")
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        account.update("steady", TOPIC + ", Ledger: {Type: AWS::QLDB::Ledger}}")
    assert account.describe("steady")["StackStatus"] == "CREATE_COMPLETE"
    assert set(account.resources("steady")) == {"Topic"}
    account.delete("steady")


def test_a_bucket_with_objects_keeps_its_stack(account: Any) -> None:
    account.create("full", "Resources: {Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: full}}}")
    account.client("s3").put_object(Bucket="full", Key="a", Body=b"a")
    account.delete("full")
    assert account.describe("full")["StackStatus"] == "DELETE_FAILED"
    assert "BucketNotEmpty" in account.describe("full")["StackStatusReason"]
