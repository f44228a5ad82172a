"""A labelling job's request, against the service's own model; what is uploaded for it, against moto."""

import hashlib
from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters
from pydantic import ValidationError

from labelling.cli import main
from labelling.errors import LabellingError
from labelling.job import JobOptions, LabelingStack, create_labeling_job, job_request, stack_outputs
from labelling.liquid import TEMPLATE
from tests.labelling.conftest import STACK as OUTPUTS

OPTIONS = JobOptions(name="cards-1", manifest="s3://cards/documents/in.jsonl", output="s3://cards/labelling/jobs")
STACK = LabelingStack.model_validate(OUTPUTS)
ANYONE_GETS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}


def test_the_request_is_one_that_the_service_takes() -> None:
    shape = (
        botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateLabelingJob").input_shape
    )
    assert shape is not None
    validate_parameters(job_request(OPTIONS, STACK, "s3://cards/page.liquid.html"), shape)


def test_the_job_is_started_with_the_page_and_the_stack_s_parts(aws: Any) -> None:
    aws.will_describe_stack()
    aws.s3.put_bucket_cors(Bucket="cards", CORSConfiguration=ANYONE_GETS)
    digest = hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()[:16]
    address = f"s3://cards/labelling/jobs/templates/worker-template-{digest}.liquid.html"
    answer = {"LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/cards-1"}
    aws.answers.add_response("create_labeling_job", answer, job_request(OPTIONS, STACK, address))
    assert create_labeling_job(OPTIONS, aws).endswith("labeling-job/cards-1")
    assert aws.get(address) == TEMPLATE.read_bytes()


@pytest.mark.parametrize(
    "rules",
    [
        None,
        [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}],
        [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a"]}],
    ],
)
def test_no_job_is_started_whose_pictures_no_browser_gets(aws: Any, rules: Any) -> None:
    aws.will_describe_stack()
    if rules is not None:
        aws("s3").put_bucket_cors(Bucket="cards", CORSConfiguration={"CORSRules": rules})
    with pytest.raises(LabellingError, match="aws s3api put-bucket-cors --bucket cards"):
        create_labeling_job(OPTIONS, aws)


def test_a_stack_of_something_else_is_told(aws: Any) -> None:
    aws.will_describe_stack(Other="one")
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
    aws: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
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
