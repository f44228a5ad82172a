"""Decisions and pushes run the template's pipelines, against endpoints of the tiny image."""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.codepipeline.record import ExecutionRecord
from sandbox.commands.delivery_progress import DeliveryFollower, answer_approval, executions, next_number
from sandbox.project.repositories import Repositories
from sandbox.project.stage_floor import set_page_floor
from sandbox.project.working_copy import WorkingCopy
from sandbox.settings import CHECKOUT, Settings

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ocr-inference:1"
BOX = [[0, 0], [90, 0], [90, 20], [0, 20]]
ACTIONS = ["Source", "Build", "DeployStaging", "TestStaging", "ApproveProduction", "DeployProd", "TestProd"]
DEPLOY = "sagemaker-local-modeldeploy"
MODEL_BUILD = "sagemaker-local-modelbuild"


@pytest.fixture(scope="module")
def project(project: Any, leave_tests_out: Callable[[Settings], None]) -> Any:
    """The project, whose builds leave the repositories' tests out."""
    leave_tests_out(project.settings)
    return project


def clone(settings: Settings, suffix: str, folder: Path) -> WorkingCopy:
    return WorkingCopy(Repositories(settings).path(settings.repository_name(suffix)), folder, "main")


def command(project: Any, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "--state", str(project.settings.state_folder), *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def register(project: Any) -> Callable[[str], str]:
    """Registers a version whose model reads `text` on every page, tested with a page that says HELLO."""
    project.client("s3").put_object(Bucket=project.settings.bucket, Key="dataset/pages/card.jpg", Body=_picture())
    page = {
        "document": "card",
        "image": "card.jpg",
        "source": "test",
        "lines": [{"text": "HELLO", "field": "greeting", "polygon": BOX}],
    }
    project.put("dataset/pages/card.json", json.dumps(page))

    def make(text: str) -> str:
        line = {"text": text, "confidence": 0.9, "box": BOX}
        answer = {"pages": [{"width": 100, "height": 20, "lines": [line]}], "model": text, "task": "ocr"}
        key = f"versions/{text}/model.tar.gz"
        project.client("s3").put_object(
            Bucket=project.settings.bucket, Key=key, Body=_archive(json.dumps(answer).encode())
        )
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{project.settings.bucket}/{key}"}
        return str(
            project.client("sagemaker").create_model_package(
                ModelPackageGroupName=project.settings.project,
                ModelApprovalStatus="PendingManualApproval",
                InferenceSpecification={
                    "Containers": [container],
                    "SupportedContentTypes": ["image/jpeg"],
                    "SupportedResponseMIMETypes": ["application/json"],
                },
                CustomerMetadataProperties={"dataset_uri": f"s3://{project.settings.bucket}/dataset"},
            )["ModelPackageArn"]
        )

    return make


@pytest.fixture
def decide(project: Any) -> Callable[[str, str], ExecutionRecord]:
    """Sets a version's approval and follows what that starts; what staging has passed goes to production."""

    def set_status(arn: str, status: str) -> ExecutionRecord:
        number = next_number(project.settings, DEPLOY)
        project.client("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        return _follow(project, DEPLOY, number)

    return set_status


def _follow(project: Any, pipeline: str, number: int) -> ExecutionRecord:
    follower = DeliveryFollower(project.settings, pipeline, number, lambda _: None)
    record = follower.follow()
    if not record.has_ended:
        answer_approval(project.client("codepipeline"), record, "Approved", "by the test")
        record = follower.follow()
    return record


def test_before_any_approval_a_deployment_ends_well(project: Any) -> None:
    number = next_number(project.settings, DEPLOY)
    project.client("codepipeline").start_pipeline_execution(name=DEPLOY)
    record = _follow(project, DEPLOY, number)
    assert record.status == "Succeeded"
    assert str(record.note()).startswith("skipped DeployStaging, DeployProd: #{Build.DEPLOY} is 'false'")


def test_an_approved_version_reaches_production_and_a_wrong_one_stops_in_staging(
    project: Any, register: Callable[[str], str], decide: Callable[[str, str], ExecutionRecord]
) -> None:
    good = register("HELLO")
    first = decide(good, "Approved")
    assert (first.status, [action.name for action in first.actions()]) == ("Succeeded", ACTIONS)
    assert first.trigger.detail.startswith("sagemaker-local-approval: SageMaker Model Package State Change")
    assert _served(project, "ocr-prod") == "HELLO"

    wrong = register("HOLLA")
    second = decide(wrong, "Approved")
    assert (second.status, second.actions()[-1].name) == ("Failed", "TestStaging")
    assert _served(project, "ocr-staging") == "HOLLA"
    assert _served(project, "ocr-prod") == "HELLO"

    # Rejecting the newest makes the one before it the newest approved: that is the rollback.
    third = decide(wrong, "Rejected")
    assert third.status == "Succeeded"
    assert _served(project, "ocr-staging") == "HELLO"


def test_a_lowered_floor_is_what_the_stages_are_held_to_and_promote_answers(
    project: Any, register: Callable[[str], str]
) -> None:
    register("HULLO")
    before = next_number(project.settings, DEPLOY)
    set_page_floor(project.settings, 0.0)
    assert next_number(project.settings, DEPLOY) == before
    approved = command(project, "approve")
    assert approved.returncode == 0, approved.stdout + approved.stderr
    assert "staging has passed. Next: python -m sandbox promote" in " ".join(approved.stdout.split())
    refused = command(project, "promote", "--reject")
    assert refused.returncode == 0, refused.stderr
    assert "production is as it was" in " ".join(refused.stdout.split())
    assert (_served(project, "ocr-staging"), _served(project, "ocr-prod")) == ("HULLO", "HELLO")
    assert "waits for an approval" in " ".join(command(project, "promote").stderr.split())


def test_a_push_runs_the_pipeline_of_its_repository(project: Any, tmp_path: Path) -> None:
    number = next_number(project.settings, MODEL_BUILD)
    copy = clone(project.settings, "modelbuild", tmp_path / "clone")
    (copy.folder / "note.txt").write_text("pushed")
    commit = copy.commit("A note")
    copy.push()
    record = _follow(project, MODEL_BUILD, number)
    assert record.status == "Succeeded", record.failure_reason
    assert record.trigger.detail.startswith(f"{MODEL_BUILD}-push: CodeCommit Repository State Change")
    assert [revision.commit for revision in record.revisions] == [commit]
    log = Path(record.actions()[-1].log).read_text()
    assert "No execution is started" in log


def test_a_new_image_is_built_and_starts_the_model_build(project: Any, tmp_path: Path) -> None:
    lane = "sagemaker-local-processingimagebuild"
    number, model_build = next_number(project.settings, lane), next_number(project.settings, MODEL_BUILD)
    copy = clone(project.settings, "processingimagebuild", tmp_path / "clone")
    path = copy.folder / "ocr_processing" / "__init__.py"
    path.write_text(path.read_text() + "\n# Another team's.\n")
    copy.commit("A remark")
    copy.push()
    record = _follow(project, lane, number)
    assert record.status == "Succeeded", record.failure_reason
    image = project.client("sagemaker").describe_image_version(ImageName=lane)
    assert image["ContainerImage"].startswith(f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{lane}@sha256:")
    (started,) = executions(project.settings, MODEL_BUILD)[model_build - 1 :]
    assert started.trigger.detail.startswith("sagemaker-local-image: SageMaker Image Version State Change")
    project.client("codepipeline").stop_pipeline_execution(
        pipelineName=MODEL_BUILD, pipelineExecutionId=started.id, abandon=True
    )


def test_the_repositories_are_listed_as_git_takes_them(project: Any) -> None:
    printed = command(project, "repositories").stdout.splitlines()
    assert [Path(line).is_dir() for line in printed] == [True] * 5


def test_status_tells_of_every_delivery(project: Any) -> None:
    told = "".join(command(project, "status").stdout.split())
    assert "deliveries" in told
    assert "modeldeploy-1" in told


def test_an_update_keeps_what_the_call_leaves_out(project: Any, register: Callable[[str], str]) -> None:
    arn = register("KEPT")
    sagemaker = project.client("sagemaker")
    sagemaker.update_model_package(ModelPackageArn=arn, ApprovalDescription="looked at")
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["CustomerMetadataProperties"] == {"dataset_uri": f"s3://{project.settings.bucket}/dataset"}


def test_an_edit_of_metadata_deploys_nothing(project: Any, register: Callable[[str], str]) -> None:
    arn = register("EDITED")
    before = next_number(project.settings, DEPLOY)
    project.client("sagemaker").update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"note": "seen"})
    assert next_number(project.settings, DEPLOY) == before


def test_a_stack_whose_server_fails_says_so(project: Any, wait_for: Callable[..., Any]) -> None:
    template = {
        "Resources": {
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {
                    "ExecutionRoleArn": project.settings.role_arn,
                    "Containers": [
                        {"Image": IMAGE, "ModelDataUrl": f"s3://{project.settings.bucket}/absent/model.tar.gz"}
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
    cloudformation = project.client("cloudformation")
    cloudformation.create_stack(StackName="failing", TemplateBody=json.dumps(template))

    def ended() -> Any:
        stack = cloudformation.describe_stacks(StackName="failing")["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    stack = wait_for(ended)
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert "absent/model.tar.gz holds no object" in stack["StackStatusReason"]
    described = project.client("sagemaker").describe_endpoint(EndpointName="of-a-stack")
    assert described["EndpointStatus"] == "Failed"


def _served(project: Any, endpoint: str) -> str:
    try:
        answer = project.client("sagemaker-runtime").invoke_endpoint(
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
