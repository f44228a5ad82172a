"""A labelling job's request, against the service's own model; what is uploaded for it, against moto."""

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters
from moto import mock_aws
from pydantic import ValidationError

from labelling.cli import main
from labelling.errors import LabellingError
from labelling.job import JobOptions, LabelingStack, create_labeling_job, job_request, stack_outputs
from labelling.liquid import TEMPLATE

OPTIONS = JobOptions(name="cards-1", manifest="s3://cards/documents/in.jsonl", output="s3://cards/labelling/jobs")
ACCOUNT = "123456789012"
STACK = LabelingStack(
    WorkteamArn=f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:workteam/private-crowd/ocr-labelling",
    LabelingRoleArn=f"arn:aws:iam::{ACCOUNT}:role/labelling",
    PreAnnotationFunctionArn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sagemaker-ocr-labelling-pre-annotation",
    PostAnnotationFunctionArn=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sagemaker-ocr-labelling-post-annotation",
    KeyArn=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
)
ANYONE_GETS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}


class SageMaker:
    """Keeps the request: moto has no labelling jobs."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def create_labeling_job(self, **asked: Any) -> dict[str, str]:
        self.asked = asked
        return {"LabelingJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:labeling-job/{asked['LabelingJobName']}"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, client: Callable[[str], Any]) -> Iterator[Callable[[str], Any]]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    sagemaker = SageMaker()
    with mock_aws():
        client("s3").create_bucket(Bucket="cards")
        yield lambda name: sagemaker if name == "sagemaker" else client(name)


def make_stack(aws: Callable[[str], Any], **outputs: str) -> None:
    lines = "".join(f"  {name}: {{Value: '{value}'}}\n" for name, value in outputs.items())
    body = f"Resources:\n  Topic: {{Type: AWS::SNS::Topic}}\nOutputs:\n{lines or '  Other: {Value: one}'}"
    aws("cloudformation").create_stack(StackName="ocr-labelling", TemplateBody=body)


def test_the_request_is_one_that_the_service_takes() -> None:
    shape = (
        botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateLabelingJob").input_shape
    )
    assert shape is not None
    validate_parameters(job_request(OPTIONS, STACK, "s3://cards/page.liquid.html"), shape)


def test_the_job_is_started_with_the_page_and_the_stack_s_parts(aws: Callable[[str], Any]) -> None:
    make_stack(aws, **STACK.model_dump())
    aws("s3").put_bucket_cors(Bucket="cards", CORSConfiguration=ANYONE_GETS)
    assert create_labeling_job(OPTIONS, aws).endswith("labeling-job/cards-1")
    asked = aws("sagemaker").asked
    address = asked["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"]
    stored = aws("s3").get_object(Bucket="cards", Key=address.removeprefix("s3://cards/"))["Body"].read()
    assert stored == TEMPLATE.read_bytes()
    assert asked == job_request(OPTIONS, STACK, address)


@pytest.mark.parametrize(
    "rules",
    [
        None,
        [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}],
        [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a"]}],
    ],
)
def test_no_job_is_started_whose_pictures_no_browser_gets(aws: Callable[[str], Any], rules: Any) -> None:
    make_stack(aws, **STACK.model_dump())
    if rules is not None:
        aws("s3").put_bucket_cors(Bucket="cards", CORSConfiguration={"CORSRules": rules})
    with pytest.raises(LabellingError, match="aws s3api put-bucket-cors --bucket cards"):
        create_labeling_job(OPTIONS, aws)
    assert aws("sagemaker").asked == {}


def test_a_stack_of_something_else_is_told(aws: Callable[[str], Any]) -> None:
    make_stack(aws)
    with pytest.raises(LabellingError, match="has no output WorkteamArn, LabelingRoleArn"):
        stack_outputs(aws("cloudformation"), "ocr-labelling")


@pytest.mark.parametrize(
    "change", [{"name": "a b"}, {"workers": 10}, {"manifest": "cards.jsonl"}, {"output": "s3://cards"}, {"days": 0}]
)
def test_options_that_the_service_refuses_are_refused_before(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JobOptions.model_validate(OPTIONS.model_dump() | change)


def test_the_command_says_what_was_asked_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    told = [
        "create-job",
        "--name",
        "a",
        "--manifest",
        "s3://cards/in.jsonl",
        "--output",
        "s3://cards/out",
        "--workers",
        "0",
    ]
    assert main(told) == 2
    assert capsys.readouterr().err.startswith("workers: ")


def test_a_manifest_and_the_functions_go_to_s3_by_command(
    aws: Callable[[str], Any], tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1.jpg").write_bytes(b"picture")
    prefix = "s3://cards/documents"
    assert main(["manifest", str(tmp_path), "--upload", prefix, "--output", f"{prefix}/in.jsonl"]) == 0
    stored = aws("s3").get_object(Bucket="cards", Key="documents/in.jsonl")["Body"].read()
    assert stored == b'{"source-ref":"s3://cards/documents/1.jpg"}\n'
    assert main(["manifest", prefix, "--output", str(tmp_path / "in.jsonl")]) == 0
    assert (tmp_path / "in.jsonl").read_bytes() == stored
    assert main(["publish-functions", "s3://cards/code"]) == 0
    printed = capsys.readouterr().out.splitlines()[-1]
    bucket, key = printed.removeprefix("CodeBucket=").split(" CodeKey=")
    assert aws("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 1000


def test_a_folder_that_ground_truth_does_not_see_is_told(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", str(tmp_path), "--output", str(tmp_path / "in.jsonl")]) == 1
    assert "--upload" in capsys.readouterr().err
