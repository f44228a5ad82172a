"""An approval sets off the real deploy repository against endpoints of the tiny image."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.deployment_record import Deployment, load_deployments

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ocr-inference:1"
BOX = [[0, 0], [90, 0], [90, 20], [0, 20]]
ACTIONS = ["Build", "DeployStaging", "TestStaging", "DeployProd", "TestProd"]


@pytest.fixture(scope="module")
def register(sandbox: Any) -> Callable[[str], str]:
    """Registers a version whose model reads `text` on every page, tested with a page that says HELLO."""
    sandbox.client("s3").put_object(Bucket=sandbox.settings.bucket, Key="dataset/pages/card.jpg", Body=_picture())
    page = {
        "document": "card",
        "image": "card.jpg",
        "source": "test",
        "lines": [{"text": "HELLO", "field": "greeting", "polygon": BOX}],
    }
    sandbox.put("dataset/pages/card.json", json.dumps(page))

    def make(text: str) -> str:
        line = {"text": text, "confidence": 0.9, "box": BOX}
        answer = {"pages": [{"width": 100, "height": 20, "lines": [line]}], "model": text, "task": "ocr"}
        key = f"versions/{text}/model.tar.gz"
        sandbox.client("s3").put_object(
            Bucket=sandbox.settings.bucket, Key=key, Body=_archive(json.dumps(answer).encode())
        )
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{sandbox.settings.bucket}/{key}"}
        return str(
            sandbox.client("sagemaker").create_model_package(
                ModelPackageGroupName=sandbox.settings.project,
                ModelApprovalStatus="PendingManualApproval",
                InferenceSpecification={
                    "Containers": [container],
                    "SupportedContentTypes": ["image/jpeg"],
                    "SupportedResponseMIMETypes": ["application/json"],
                },
                CustomerMetadataProperties={"dataset_uri": f"s3://{sandbox.settings.bucket}/dataset"},
            )["ModelPackageArn"]
        )

    return make


@pytest.fixture
def decide(sandbox: Any, wait_for: Callable[..., Any]) -> Callable[[str, str], Deployment]:
    """Sets a version's approval and waits for the end of what that sets off."""
    path = sandbox.settings.state_folder / "deployments.json"

    def set_status(arn: str, status: str) -> Deployment:
        number = len(load_deployments(path)) + 1
        sandbox.client("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)

        def ended() -> Deployment | None:
            found = [deployment for deployment in load_deployments(path) if deployment.number == number]
            return found[0] if found and found[0].has_ended else None

        deployment = wait_for(ended)
        assert isinstance(deployment, Deployment)
        return deployment

    return set_status


def test_an_approved_version_reaches_production_and_a_wrong_one_stops_in_staging(
    sandbox: Any, register: Callable[[str], str], decide: Callable[[str, str], Deployment]
) -> None:
    good = register("HELLO")
    first = decide(good, "Approved")
    assert (first.status, [action.name for action in first.actions]) == ("Succeeded", ACTIONS)
    assert _served(sandbox, "ocr-prod") == "HELLO"

    wrong = register("HOLLA")
    second = decide(wrong, "Approved")
    assert (second.status, second.actions[-1].name) == ("Failed", "TestStaging")
    assert _served(sandbox, "ocr-staging") == "HOLLA"
    assert _served(sandbox, "ocr-prod") == "HELLO"

    # Rejecting the newest makes the one before it the newest approved: that is the rollback.
    third = decide(wrong, "Rejected")
    assert third.status == "Succeeded"
    assert _served(sandbox, "ocr-staging") == "HELLO"


def test_an_update_keeps_what_the_call_leaves_out(sandbox: Any, register: Callable[[str], str]) -> None:
    arn = register("KEPT")
    sagemaker = sandbox.client("sagemaker")
    sagemaker.update_model_package(ModelPackageArn=arn, ApprovalDescription="looked at")
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["CustomerMetadataProperties"] == {"dataset_uri": f"s3://{sandbox.settings.bucket}/dataset"}


def test_an_edit_of_metadata_deploys_nothing(sandbox: Any, register: Callable[[str], str]) -> None:
    arn = register("EDITED")
    path = sandbox.settings.state_folder / "deployments.json"
    before = load_deployments(path)
    sandbox.client("sagemaker").update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"note": "seen"})
    assert load_deployments(path) == before


def test_the_event_reaches_rules_on_the_bus(
    sandbox: Any, register: Callable[[str], str], wait_for: Callable[..., Any]
) -> None:
    queue_url = sandbox.client("sqs").create_queue(QueueName="package-events")["QueueUrl"]
    events = sandbox.client("events")
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"UpdatedModelPackageFields": ["ModelApprovalStatus"]},
    }
    events.put_rule(Name="packages", EventPattern=json.dumps(pattern))
    queue_arn = f"arn:aws:sqs:{sandbox.settings.region}:{sandbox.settings.account_id}:package-events"
    events.put_targets(Rule="packages", Targets=[{"Id": "queue", "Arn": queue_arn}])
    arn = register("EVENT")
    sandbox.client("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    messages = wait_for(
        lambda: sandbox.client("sqs").receive_message(QueueUrl=queue_url, WaitTimeSeconds=0).get("Messages")
    )
    detail = json.loads(messages[0]["Body"])["detail"]
    assert (detail["ModelPackageArn"], detail["ModelApprovalStatus"]) == (arn, "Rejected")


def test_a_stack_whose_server_fails_says_so(sandbox: Any, wait_for: Callable[..., Any]) -> None:
    template = {
        "Resources": {
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {
                    "ExecutionRoleArn": sandbox.settings.role_arn,
                    "Containers": [
                        {"Image": IMAGE, "ModelDataUrl": f"s3://{sandbox.settings.bucket}/absent/model.tar.gz"}
                    ],
                },
            },
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {
                    "ProductionVariants": [
                        {
                            "VariantName": "AllTraffic",
                            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                            "InstanceType": "ml.m5.large",
                            "InitialInstanceCount": 1,
                        }
                    ]
                },
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointName": "of-a-stack",
                    "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                },
            },
        }
    }
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="failing", TemplateBody=json.dumps(template))

    def ended() -> Any:
        stack = cloudformation.describe_stacks(StackName="failing")["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    stack = wait_for(ended)
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert "absent/model.tar.gz holds no object" in stack["StackStatusReason"]
    described = sandbox.client("sagemaker").describe_endpoint(EndpointName="of-a-stack")
    assert described["EndpointStatus"] == "Failed"


def _served(sandbox: Any, endpoint: str) -> str:
    try:
        answer = sandbox.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, Body=b"picture", ContentType="image/jpeg"
        )
    except ClientError as error:
        return str(error)
    return str(json.loads(answer["Body"].read())["model"])


def _archive(model: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("model.onnx")
        member.size = len(model)
        archive.addfile(member, io.BytesIO(model))
    return packed.getvalue()


def _picture() -> bytes:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (100, 20), "white").save(drawn, "JPEG")
    return drawn.getvalue()
