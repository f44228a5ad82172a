"""With the longest project name and identifier every name is one that its service takes."""

import json
import re
from functools import cache

import botocore.session
import pytest

from wiring.deployment import VARIANTS, deployed
from wiring.names import LONGEST, OURS
from wiring.pipelines import actions
from wiring.stack import Resource

# The operation that makes a resource, and the way to its name in the request.
CREATED_BY = {
    "AWS::Budgets::Budget": ("budgets", "CreateBudget", "Budget.BudgetName"),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm", "AlarmName"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "PutDashboard", "DashboardName"),
    "AWS::CodeBuild::Project": ("codebuild", "CreateProject", "name"),
    "AWS::CodeCommit::Repository": ("codecommit", "CreateRepository", "repositoryName"),
    "AWS::CodePipeline::Pipeline": ("codepipeline", "CreatePipeline", "pipeline.name"),
    "AWS::ECR::Repository": ("ecr", "CreateRepository", "repositoryName"),
    "AWS::Events::Rule": ("events", "PutRule", "Name"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup", "logGroupName"),
    "AWS::S3::Bucket": ("s3", "CreateBucket", "Bucket"),
    "AWS::SageMaker::Image": ("sagemaker", "CreateImage", "ImageName"),
    "AWS::SageMaker::ModelPackageGroup": ("sagemaker", "CreateModelPackageGroup", "ModelPackageGroupName"),
    "AWS::SNS::Topic": ("sns", "CreateTopic", "Name"),
}
# Where the service model says less than the service's documentation.
DOCUMENTED = {
    "AWS::S3::Bucket": r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "AWS::SNS::Topic": r"[a-zA-Z0-9_-]{1,256}",
    "AWS::CloudWatch::Dashboard": r"[a-zA-Z0-9_-]{1,255}",
}


@cache
def rule(service: str, operation: str, way: str) -> tuple[str, int, int]:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    for member in way.split("."):
        shape = shape.members[member]
    return (
        shape.metadata.get("pattern", ".*"),
        shape.metadata.get("min", 1),
        shape.metadata.get("max", 10_000),
    )


def physical_name(resource: Resource) -> str:
    return resource.properties["Budget"]["BudgetName"] if resource.type == "AWS::Budgets::Budget" else resource.name


def legal(kind: str, name: str) -> bool:
    pattern, shortest, longest = rule(*CREATED_BY[kind])
    # The models' patterns are of another language, which sets its flags anywhere.
    flags = re.DOTALL if "(?s)" in pattern else 0
    fits = (
        re.fullmatch(pattern.replace("(?s)", "").replace("(?i)", ""), name, flags) is not None
        and re.fullmatch(DOCUMENTED.get(kind, ".*"), name) is not None
    )
    return fits and shortest <= len(name) <= longest


@pytest.mark.parametrize("variant", VARIANTS)
def test_at_their_longest_all_names_are_legal(variant: str) -> None:
    resources = deployed(variant, LONGEST).project.resources.values()
    named = [resource for resource in resources if resource.type in CREATED_BY]
    assert len(named) >= 25
    assert [physical_name(each) for each in named if not legal(each.type, physical_name(each))] == []


def test_what_has_a_name_of_its_own_is_checked() -> None:
    unnamed = {
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::Subscription",
    }
    kinds = {each.type for variant in VARIANTS for each in deployed(variant).project.resources.values()}
    assert kinds - unnamed == set(CREATED_BY)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::ECR::Repository", "sagemaker-P-1-trainingimagebuild"),
        ("AWS::Events::Rule", "r" * 65),
        ("AWS::S3::Bucket", "b" * 64),
        ("AWS::SageMaker::Image", "i" * 64),
        ("AWS::CodeCommit::Repository", "r" * 101),
    ],
)
def test_names_that_are_not_legal_are_seen(kind: str, name: str) -> None:
    assert not legal(kind, name)


def test_stacks_and_endpoints_at_their_longest_are_legal() -> None:
    pipeline = deployed("everything", LONGEST).project["ModelDeployPipeline"]
    stacks = [each.configuration["StackName"] for each in actions(pipeline) if "StackName" in each.configuration]
    assert len(stacks) == 4
    assert [name for name in stacks if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name)] == []
    pattern, _, longest = rule("sagemaker", "CreateEndpoint", "EndpointName")
    for stage in ("staging", "prod"):
        name = LONGEST.endpoint(stage)
        assert re.fullmatch(pattern, name)
        assert len(name) <= longest


def test_two_projects_share_no_name() -> None:
    other = {physical_name(each) for each in deployed("everything", LONGEST).project.resources.values()}
    mine = {physical_name(each) for each in deployed("everything", OURS).project.resources.values()}
    assert not mine & other


@pytest.mark.parametrize(
    ("kind", "suffix"), [("AWS::ECR::Repository", "ImageRepository"), ("AWS::SageMaker::Image", "Image")]
)
def test_a_lane_has_its_own_registry_and_image(kind: str, suffix: str) -> None:
    found = deployed().project.of_type(kind)
    lanes = {"Processing": "processing", "Training": "training", "Inference": "inference"}
    assert {logical: each.name for logical, each in found.items()} == {
        f"{lane}{suffix}": OURS.short(f"{name}imagebuild") for lane, name in lanes.items()
    }


def test_the_rest_is_named_as_its_users_expect() -> None:
    project = deployed("everything").project
    assert project["ArtifactBucket"].name == OURS.bucket
    assert project["ModelPackageGroup"].name == OURS.group
    assert project["AlarmTopic"].name == OURS.short("alarms")
    assert project["Dashboard"].name == f"sagemaker-{OURS.id}"


def test_outputs_name_what_is_there() -> None:
    project = deployed("everything").project
    outputs = project.outputs
    assert outputs["ArtifactBucketName"] == OURS.bucket
    assert outputs["ModelPackageGroupName"] == outputs["SageMakerPipelineName"] == OURS.group
    assert outputs["StagingEndpointName"] == OURS.endpoint("staging")
    assert outputs["ProdEndpointName"] == OURS.endpoint("prod")
    assert outputs["AlarmTopicArn"] == project["AlarmTopic"].arn
    assert outputs["DashboardUrl"].endswith(f"#dashboards:name={project['Dashboard'].name}")
    assert outputs["TemplateVersion"] == "0.1.0"


def test_the_dashboard_is_json_of_this_projects_own_names() -> None:
    body = json.loads(deployed().project["Dashboard"].properties["DashboardBody"])
    lines = [line for widget in body["widgets"] for line in widget["properties"]["metrics"]]
    assert len({json.dumps(line) for line in lines}) == len(lines)
    values = {line[index + 1] for line in lines for index in range(2, len(line) - 1, 2) if isinstance(line[index], str)}
    builds = {each.name for each in deployed().project.of_type("AWS::CodeBuild::Project").values()}
    pipelines = {each.name for each in deployed().project.of_type("AWS::CodePipeline::Pipeline").values()}
    endpoints = {OURS.endpoint("staging"), OURS.endpoint("prod"), "AllTraffic"}
    assert values == builds | pipelines | endpoints | {OURS.group}
