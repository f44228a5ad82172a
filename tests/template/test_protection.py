"""What is stored, sent and logged is encrypted, kept as long as it should be, and closed to the public."""

import json
from typing import Any

import pytest

from model_deploy.captures import CONTENT
from wiring.access import service_may
from wiring.deployment import Deployment, deployed
from wiring.names import LANES, OURS, REPOSITORIES
from wiring.policies import listed, resource_policy
from wiring.simulator import Request, decide
from wiring.stack import Stack

KEPT = {
    "AWS::CodeCommit::Repository",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SageMaker::ModelPackageGroup",
}
"""What a decision was founded on: it stays when the stack goes."""

UNTAGGED = {
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::Scheduler::Schedule",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACLAssociation",
}
"""Types that take no tags."""

CLOSED = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
BUCKETS = [("project", "ArtifactBucket"), ("bootstrap", "TemplateBucket"), ("bootstrap", "AccessLogBucket")]
each_bucket = pytest.mark.parametrize(("stack", "bucket"), BUCKETS)


# Buckets


def test_there_are_no_other_buckets(deployment: Deployment) -> None:
    found = [
        (name, each)
        for name in ("project", "bootstrap")
        for each in getattr(deployment, name).of_type("AWS::S3::Bucket")
    ]
    assert sorted(found) == sorted(BUCKETS)


@each_bucket
def test_a_bucket_is_closed_to_the_public(stack: str, bucket: str, deployment: Deployment) -> None:
    assert deployment.properties(stack, bucket)["PublicAccessBlockConfiguration"] == CLOSED


@each_bucket
def test_a_bucket_keeps_versions_and_has_one_owner(stack: str, bucket: str, deployment: Deployment) -> None:
    found = deployment.properties(stack, bucket)
    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert found["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def default_encryption(deployment: Deployment, stack: str, bucket: str) -> dict[str, Any]:
    (rule,) = deployment.properties(stack, bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return dict(rule)


def test_the_projects_files_are_encrypted_under_the_key(deployment: Deployment) -> None:
    assert default_encryption(deployment, "project", "ArtifactBucket") == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": deployment.export("KeyArn")},
    }


@pytest.mark.parametrize("bucket", ["TemplateBucket", "AccessLogBucket"])
def test_seed_code_and_access_logs_are_encrypted_with_s3s_own_key(bucket: str, deployment: Deployment) -> None:
    # S3 delivers access logs to no other bucket, and whoever creates a project would need the key for the seed code.
    assert default_encryption(deployment, "bootstrap", bucket) == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}
    }


@pytest.mark.parametrize(
    ("stack", "bucket", "prefix"),
    [("project", "ArtifactBucket", f"{OURS.bucket}/"), ("bootstrap", "TemplateBucket", "templates/")],
)
def test_access_is_logged(stack: str, bucket: str, prefix: str, deployment: Deployment) -> None:
    assert deployment.properties(stack, bucket)["LoggingConfiguration"] == {
        "DestinationBucketName": deployment.export("AccessLogBucketName"),
        "LogFilePrefix": prefix,
    }


@each_bucket
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject"])
@pytest.mark.parametrize("encrypted", ["true", "false"])
def test_only_tls_reaches_a_bucket(stack: str, bucket: str, action: str, encrypted: str, whole: Deployment) -> None:
    found: Stack = getattr(whole, stack)
    resource = f"{found[bucket].arn}/folder/file"
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    policy = resource_policy([found], resource)
    role = f"arn:aws:iam::{OURS.account}:role/Administrator"
    (answer,) = decide([Request(role, action, resource, (everything,), policy, {"aws:SecureTransport": encrypted})])
    assert answer.decision == ("Allowed" if encrypted == "true" else "ExplicitlyDenied")


@each_bucket
def test_only_tls_reaches_a_buckets_settings(stack: str, bucket: str, whole: Deployment) -> None:
    found: Stack = getattr(whole, stack)
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    policy = resource_policy([found], found[bucket].arn)
    role = f"arn:aws:iam::{OURS.account}:role/Administrator"
    (answer,) = decide(
        [Request(role, "s3:ListBucket", found[bucket].arn, (everything,), policy, {"aws:SecureTransport": "false"})]
    )
    assert answer.decision == "ExplicitlyDenied"


@pytest.mark.parametrize(
    ("account", "allowed"),
    [(OURS.account, True), ("210987654321", False), ("", False)],
    ids=["ours", "another", "none"],
)
def test_only_s3_writes_access_logs_and_only_of_this_account(account: str, allowed: bool, whole: Deployment) -> None:
    resource = f"{whole.bootstrap['AccessLogBucket'].arn}/templates/2026-06-12"
    context = {"aws:SecureTransport": "true"} | ({"aws:SourceAccount": account} if account else {})
    assert service_may(whole, "logging.s3.amazonaws.com", "s3:PutObject", resource, context) is allowed
    assert not service_may(whole, "cloudtrail.amazonaws.com", "s3:PutObject", resource, context)
    assert not service_may(whole, "logging.s3.amazonaws.com", "s3:GetObject", resource, context)


@each_bucket
def test_a_buckets_policy_is_about_the_bucket(stack: str, bucket: str, whole: Deployment) -> None:
    # S3 refuses a policy that is about anything else.
    found: Stack = getattr(whole, stack)
    (policy,) = [
        each
        for each in found.of_type("AWS::S3::BucketPolicy").values()
        if each.properties["Bucket"] == found[bucket].name
    ]
    named = {
        resource for each in policy.properties["PolicyDocument"]["Statement"] for resource in listed(each["Resource"])
    }
    assert named == {found[bucket].arn, f"{found[bucket].arn}/*"}


def lifecycle(deployment: Deployment, stack: str, bucket: str) -> dict[str, Any]:
    rules = deployment.properties(stack, bucket)["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    return {rule["Id"]: {key: value for key, value in rule.items() if key not in ("Id", "Status")} for rule in rules}


def test_what_people_may_be_told_by_is_kept_for_as_long_as_was_asked() -> None:
    rules = lifecycle(deployed(CaptureRetentionDays="30", ArtifactRetentionDays="60"), "project", "ArtifactBucket")
    gone = {"ExpirationInDays": "30", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    assert rules == {
        "pipeline-artifacts": {"Prefix": "sagemaker-", "ExpirationInDays": "60"},
        "replaced-versions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": "60"},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        "captured-requests": {"Prefix": "data-capture/", "ObjectSizeGreaterThan": "256", **gone},
        "asynchronous-answers": {"Prefix": "async/", **gone},
    }


def test_the_file_that_the_drift_job_starts_with_stays() -> None:
    rule = lifecycle(deployed(), "project", "ArtifactBucket")["captured-requests"]
    assert len(CONTENT.encode()) <= int(rule["ObjectSizeGreaterThan"])


def test_access_logs_expire(deployment: Deployment) -> None:
    assert lifecycle(deployment, "bootstrap", "AccessLogBucket")["old-logs"]["ExpirationInDays"] == "365"


def test_a_template_that_was_replaced_goes_and_the_newest_stays(deployment: Deployment) -> None:
    assert lifecycle(deployment, "bootstrap", "TemplateBucket") == {
        "replaced-versions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    }


# Registries, logs, tags, what stays


@pytest.mark.parametrize("lane", LANES)
def test_images_cannot_be_replaced_are_scanned_and_encrypted(lane: str, deployment: Deployment) -> None:
    registry = deployment.properties("project", f"{lane}ImageRepository")
    assert registry["ImageTagMutability"] == "IMMUTABLE"
    assert registry["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert registry["EncryptionConfiguration"] == {"EncryptionType": "KMS", "KmsKey": deployment.export("KeyArn")}


@pytest.mark.parametrize("lane", LANES)
def test_old_images_go(lane: str) -> None:
    registry = deployed(KeepImages="20").properties("project", f"{lane}ImageRepository")
    rules = json.loads(registry["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert [(rule["rulePriority"], rule["selection"], rule["action"]) for rule in rules] == [
        (
            1,
            {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
            {"type": "expire"},
        ),
        (2, {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}, {"type": "expire"}),
    ]


@pytest.mark.parametrize("lane", LANES)
def test_sagemaker_reads_a_lanes_image_as_the_role_for_it(lane: str, deployment: Deployment) -> None:
    assert deployment.properties("project", f"{lane}Image")["ImageRoleArn"] == deployment.export("ImageRoleArn")


def test_every_log_is_encrypted_and_ends() -> None:
    deployment = deployed("everything", LogRetentionDays="30")
    connected = deployed("connection", LogRetentionDays="30")
    stacks = [deployment.project, connected.project, *deployment.stacks.values()]
    groups = [group for stack in stacks for group in stack.of_type("AWS::Logs::LogGroup").values()]
    assert len(groups) >= 10
    for group in groups:
        assert group.properties["KmsKeyId"] == deployment.export("KeyArn"), group.logical
        assert int(group.properties["RetentionInDays"]) <= 365, group.logical
    own = {group.name for group in deployment.project.of_type("AWS::Logs::LogGroup").values()}
    assert own == {OURS.log_group(suffix) for suffix in [*REPOSITORIES, "testing"]}
    assert {
        group.properties["RetentionInDays"] for group in deployment.project.of_type("AWS::Logs::LogGroup").values()
    } == {"30"}


def tags(declared: Any) -> dict[str, str]:
    listed = declared.get("Tags", declared.get("ResourceTags", []))
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_everything_that_takes_tags_has_the_projects(deployment: Deployment) -> None:
    for resource in deployment.project.resources.values():
        expected = (
            {}
            if resource.type in UNTAGGED
            else {"sagemaker:project-name": OURS.project, "sagemaker:project-id": OURS.id}
        )
        assert tags(resource.properties) == expected, resource.logical


def test_everything_that_is_deployed_has_its_stages_tags_too(whole: Deployment) -> None:
    asleep = whole.stacks["prod"].again(Mode="async", MinInstanceCount="0", TrafficRouting="ALL_AT_ONCE")
    for name, stack in {**whole.stacks, "asleep": asleep}.items():
        stage = "staging" if name == "staging" else "prod"
        expected = {
            "sagemaker:project-name": OURS.project,
            "sagemaker:project-id": OURS.id,
            "sagemaker:deployment-stage": stage,
        }
        assert stack.tags == expected
        for resource in stack.resources.values():
            assert tags(resource.properties) == ({} if resource.type in UNTAGGED else expected), resource.logical


def test_what_a_decision_was_founded_on_stays(deployment: Deployment) -> None:
    for stack in (deployment.bootstrap, deployment.project):
        for resource in stack.resources.values():
            stays = (resource.declared.get("DeletionPolicy"), resource.declared.get("UpdateReplacePolicy"))
            assert stays == (("RetainExceptOnCreate", "Retain") if resource.type in KEPT else (None, None)), (
                resource.logical
            )
