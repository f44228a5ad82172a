"""The stacks of project-template: all of it is made, changed and removed, and the services tell of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.errors import SandboxError
from sandbox.project.stacks import clone_paths, ensure_project
from sandbox.settings import CHECKOUT

TEMPLATES = CHECKOUT / "project-template"
PROJECT = TEMPLATES / "project.yaml"
CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/12345678-1234-1234-1234-123456789012"
SUFFIXES = ("processingimagebuild", "trainingimagebuild", "inferenceimagebuild", "modelbuild", "modeldeploy")


def test_every_resource_of_the_bootstrap_is_made(bootstrapped: Any) -> None:
    expected = bootstrapped.declared(TEMPLATES / "bootstrap.yaml", "HasApiGatewayLogs", "HasStudioRoles")
    assert set(bootstrapped.resources("ocr-bootstrap")) == expected


def test_every_output_of_the_bootstrap_is_an_export_with_a_value(bootstrapped: Any) -> None:
    stack = bootstrapped.describe("ocr-bootstrap")
    exports = {one["Name"]: one["Value"] for one in bootstrapped.client("cloudformation").list_exports()["Exports"]}
    assert exports == {f"ocr-bootstrap-{name}": value for name, value in bootstrapped.outputs(stack).items()}
    assert all(value and "${" not in value for value in exports.values())


def test_the_roles_are_there_with_their_policies(bootstrapped: Any) -> None:
    iam = bootstrapped.client("iam")
    arn = bootstrapped.outputs(bootstrapped.describe("ocr-bootstrap"))["DeliveryRoleArn"]
    name = arn.rsplit("/", 1)[-1]
    trusted = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert trusted == {"Service": "codepipeline.amazonaws.com"}
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert inline or attached


def test_every_resource_of_a_project_is_made(project: Any) -> None:
    assert set(project.resources("project-local")) == project.declared(PROJECT, "UsesConnection")


def test_what_is_not_asked_for_is_not_made(bootstrapped: Any) -> None:
    stack = bootstrapped.create_project("plain")
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    absent = ("UsesConnection", "HasBudget", "HasNotificationEmail", "HasRetrainSchedule")
    assert set(bootstrapped.resources("project-plain")) == bootstrapped.declared(PROJECT, *absent)
    pipeline = bootstrapped.client("codepipeline").get_pipeline(name="sagemaker-plain-modeldeploy")["pipeline"]
    assert [action["name"] for action in pipeline["stages"][-1]["actions"]] == ["DeployProd", "TestProd"]


def test_a_project_of_a_connection_has_no_repositories_and_checks_its_seed_in(bootstrapped: Any) -> None:
    parameters = {"CodeConnectionArn": CONNECTION, "RepositoryOwner": "somebody"}
    started = bootstrapped.started_by(lambda: bootstrapped.create_project("conn", **parameters))
    assert bootstrapped.describe("project-conn")["StackStatus"] == "CREATE_COMPLETE"
    assert started == ["project/sagemaker-conn-seed"]
    assert "ModelBuildRepository" not in bootstrapped.resources("project-conn")
    pipeline = bootstrapped.client("codepipeline").get_pipeline(name="sagemaker-conn-modelbuild")["pipeline"]
    source = pipeline["stages"][0]["actions"][0]
    assert source["actionTypeId"]["provider"] == "CodeStarSourceConnection"
    assert source["configuration"]["ConnectionArn"] == CONNECTION


def test_build_projects_are_told_in_full(project: Any) -> None:
    names = [f"sagemaker-local-{suffix}" for suffix in (*SUFFIXES, "testing")]
    found = project.client("codebuild").batch_get_projects(names=names)["projects"]
    assert [one["name"] for one in found] == names
    build = found[3]
    environment = {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]}
    assert environment["SAGEMAKER_PROJECT_NAME"] == "ocr"
    assert environment["ARTIFACT_BUCKET"] == "sagemaker-local-123456789012-us-east-1"
    assert environment["TRAINING_MAX_RUNTIME_SECONDS"] == "86400"
    assert build["vpcConfig"]["subnets"] == ["subnet-12345678", "subnet-87654321"]
    assert build["logsConfig"]["cloudWatchLogs"]["groupName"] == "/aws/codebuild/sagemaker-local-modelbuild"
    assert build["encryptionKey"].startswith("arn:aws:kms:")
    assert build["source"]["type"] == "CODEPIPELINE"


def test_the_deploy_pipeline_is_declared_in_full(project: Any) -> None:
    pipeline = project.client("codepipeline").get_pipeline(name="sagemaker-local-modeldeploy")["pipeline"]
    assert (pipeline["pipelineType"], pipeline["executionMode"]) == ("V2", "QUEUED")
    actions = {stage["name"]: [action["name"] for action in stage["actions"]] for stage in pipeline["stages"]}
    assert actions == {
        "Source": ["Source"],
        "Build": ["Build"],
        "DeployStaging": ["DeployStaging", "TestStaging", "ApproveProduction"],
        "DeployProd": ["DeployProd", "TestProd", "DeployFrontDoor", "DeployDrift"],
    }
    condition = pipeline["stages"][2]["beforeEntry"]["conditions"][0]
    assert condition["result"] == "SKIP"
    assert condition["rules"][0]["configuration"]["Variable"] == "#{Build.DEPLOY}"
    assert [action["runOrder"] for action in pipeline["stages"][2]["actions"]] == [1, 2, 3]


def test_the_bucket_is_what_the_template_says(project: Any) -> None:
    s3, bucket = project.client("s3"), "sagemaker-local-123456789012-us-east-1"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    expires = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert expires["pipeline-artifacts"]["Expiration"]["Days"] == 90
    # moto keeps no sizes.
    assert expires["captured-requests"]["Filter"]["And"]["Prefix"] == "data-capture/"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    # The policy denies requests without TLS, and the sandbox has none.
    s3.put_object(Bucket=bucket, Key="documents/a.txt", Body=b"a")


def test_the_registries_are_there(project: Any) -> None:
    sagemaker, ecr = project.client("sagemaker"), project.client("ecr")
    group = sagemaker.describe_model_package_group(ModelPackageGroupName="ocr-local")
    assert group["ModelPackageGroupStatus"] == "Completed"
    image = sagemaker.describe_image(ImageName="sagemaker-local-trainingimagebuild")
    assert image["ImageStatus"] == "CREATED"
    repository = ecr.describe_repositories(repositoryNames=["sagemaker-local-trainingimagebuild"])["repositories"][0]
    assert repository["imageTagMutability"].startswith("IMMUTABLE")
    policy = ecr.get_lifecycle_policy(repositoryName="sagemaker-local-trainingimagebuild")
    assert json.loads(policy["lifecyclePolicyText"])["rules"]


def test_what_watches_is_there(project: Any) -> None:
    alarms = project.client("cloudwatch").describe_alarms(AlarmNames=["sagemaker-local-failed-builds"])["MetricAlarms"]
    assert len(alarms[0]["Metrics"]) == 7
    topic = project.outputs(project.describe("project-local"))["AlarmTopicArn"]
    attributes = project.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert "events.amazonaws.com" in attributes["Policy"]
    subscribed = project.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert "somebody@example.com" in [one["Endpoint"] for one in subscribed]
    budget = project.client("budgets").describe_budget(AccountId="123456789012", BudgetName="sagemaker-local")["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "100", "Unit": "USD"}
    body = project.client("cloudwatch").get_dashboard(DashboardName="sagemaker-local")["DashboardBody"]
    assert "${" not in body


def test_repositories_have_their_seed(project: Any) -> None:
    names = [f"sagemaker-ocr-local-{suffix}" for suffix in SUFFIXES]
    assert [project.repositories.head(name) is not None for name in names] == [True] * 5
    described = project.client("codecommit").get_repository(repositoryName=names[0])["repositoryMetadata"]
    assert described["Arn"].endswith(names[0])


def test_an_update_changes_adds_and_removes(bootstrapped: Any) -> None:
    bootstrapped.create_project("moves")
    head = bootstrapped.repositories.head("sagemaker-ocr-moves-modelbuild")
    stack = bootstrapped.update_project("moves", LogRetentionDays="30", MonthlyBudget="50", WithDrift="true")
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack.get("StackStatusReason")
    groups = bootstrapped.client("logs").describe_log_groups(logGroupNamePrefix="/aws/codebuild/sagemaker-moves-")
    assert {group["retentionInDays"] for group in groups["logGroups"]} == {30}
    assert "Budget" in bootstrapped.resources("project-moves")
    pipeline = bootstrapped.client("codepipeline").get_pipeline(name="sagemaker-moves-modeldeploy")["pipeline"]
    assert pipeline["stages"][-1]["actions"][-1]["name"] == "DeployDrift"
    assert pipeline["version"] == 2
    assert bootstrapped.repositories.head("sagemaker-ocr-moves-modelbuild") == head
    bootstrapped.update_project("moves", LogRetentionDays="30")
    assert "Budget" not in bootstrapped.resources("project-moves")
    budgets = bootstrapped.client("budgets").describe_budgets(AccountId="123456789012").get("Budgets", [])
    assert "sagemaker-moves" not in [budget["BudgetName"] for budget in budgets]


def test_an_update_that_changes_nothing_is_refused(project: Any) -> None:
    with pytest.raises(ClientError, match="No updates are to be performed"):
        project.update_project("local", **project.everything)


def test_deleting_a_project_leaves_what_the_template_retains(bootstrapped: Any) -> None:
    bootstrapped.create_project("gone")
    bootstrapped.delete("project-gone")
    with pytest.raises(ClientError, match="does not exist"):
        bootstrapped.describe("project-gone")
    assert bootstrapped.client("codebuild").batch_get_projects(names=["sagemaker-gone-modelbuild"])["projects"] == []
    pipelines = bootstrapped.client("codepipeline").list_pipelines()["pipelines"]
    assert not [one for one in pipelines if one["name"].startswith("sagemaker-gone-")]
    rules = bootstrapped.client("events").list_rules(NamePrefix="sagemaker-gone-")["Rules"]
    assert rules == []
    bootstrapped.client("s3").head_bucket(Bucket="sagemaker-gone-123456789012-us-east-1")
    assert bootstrapped.repositories.head("sagemaker-ocr-gone-modelbuild") is not None


def test_the_sandboxes_project_is_published_and_made_once(bootstrapped: Any, tmp_path: Path) -> None:
    settings = bootstrapped.settings.model_copy(update={"project_id": "mine"})
    made = ensure_project(settings, bootstrapped.endpoint_url, {"MinExactMatch": "0.5"})
    assert made.project["ArtifactBucketName"] == settings.bucket
    assert made.bootstrap["PipelineExecutionRoleArn"].startswith("arn:aws:iam::123456789012:role/")
    name = "sagemaker-ocr-mine-modelbuild"
    assert clone_paths(settings)[name] == bootstrapped.repositories.path(name)
    bootstrapped.repositories.export(name, bootstrapped.repositories.head(name), tmp_path)
    assert (tmp_path / "pipelines" / "run_pipeline.py").is_file()
    assert ensure_project(settings, bootstrapped.endpoint_url) == made


def test_a_project_that_cannot_be_made_says_why(bootstrapped: Any) -> None:
    # Its bucket is another project's already.
    bootstrapped.client("s3").create_bucket(Bucket="sagemaker-taken-123456789012-us-east-1")
    settings = bootstrapped.settings.model_copy(update={"project_id": "taken"})
    with pytest.raises(SandboxError, match="stack sagemaker-taken is CREATE_FAILED: ArtifactBucket: "):
        ensure_project(settings, bootstrapped.endpoint_url)
