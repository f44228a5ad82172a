"""AWS as far as it can be had here: S3 and Cognito by moto; labelling jobs, which moto lacks, and the stack by stubs.

botocore holds what is stubbed against the service's own model.
"""

import functools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from labelling.functions.post_annotation import label_of
from labelling.functions.pre_annotation import handler as pre_annotation

ACCOUNT = "123456789012"
TEAM_ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:workteam/private-crowd/ocr-labelling"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sagemaker-ocr-labelling"
STACK = {
    "WorkteamArn": TEAM_ARN,
    "LabelingRoleArn": f"arn:aws:iam::{ACCOUNT}:role/labelling",
    "PreAnnotationFunctionArn": f"{FUNCTION}-pre-annotation",
    "PostAnnotationFunctionArn": f"{FUNCTION}-post-annotation",
    "KeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
}
"""What a stack of labeling.yaml tells of itself."""
PORTAL = "abc.labeling.us-east-1.sagemaker.aws"
INPUT = "s3://cards/documents/cards.jsonl"
OUTPUT = "s3://cards/labelling/jobs"


class Aws:
    """Clients by the service's name, and what SageMaker will answer."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self.s3 = client("s3")
        self.cognito = client("cognito-idp")
        self.sagemaker = client("sagemaker")
        self.answers = Stubber(self.sagemaker)
        self.stacks = Stubber(client("cloudformation"))
        self.pool = ""
        self.s3.create_bucket(Bucket="cards")

    def __call__(self, service: str) -> Any:
        return self._client(service)

    def put(self, address: str, content: bytes | list[dict[str, Any]]) -> None:
        if not isinstance(content, bytes):
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content).encode()
        self.s3.put_object(Bucket="cards", Key=address.removeprefix("s3://cards/"), Body=content)

    def get(self, address: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket="cards", Key=address.removeprefix("s3://cards/"))["Body"].read()
        return body

    def will_describe_team(self, **changed: Any) -> None:
        group = {"UserPool": self.pool or "us-east-1_1", "UserGroup": "ocr-labelling", "ClientId": "c"}
        team = {
            "WorkteamName": "ocr-labelling",
            "WorkteamArn": TEAM_ARN,
            "Description": "Labels pages for OCR",
            "SubDomain": PORTAL,
            "MemberDefinitions": [{"CognitoMemberDefinition": group}],
        } | changed
        asked = {"WorkteamName": "ocr-labelling"}
        self.answers.add_response("describe_workteam", {"Workteam": team}, asked)

    def will_describe_stack(self, **outputs: str) -> None:
        stack = {
            "StackName": "ocr-labelling",
            "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in (outputs or STACK).items()],
        }
        self.stacks.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "ocr-labelling"})

    def will_describe_job(self, status: str, labelled: int = 0, left: int = 0, failed: int = 0, **more: Any) -> None:
        asked = {"LabelingJobName": "cards-1"}
        self.answers.add_response("describe_labeling_job", job(status, labelled, left, failed) | more, asked)


def job(status: str, labelled: int, left: int, failed: int) -> dict[str, Any]:
    """The answer of DescribeLabelingJob."""
    return {
        "LabelingJobStatus": status,
        "LabelCounters": {"TotalLabeled": labelled, "Unlabeled": left, "FailedNonRetryableError": failed},
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "LastModifiedTime": datetime(2026, 1, 1, tzinfo=UTC),
        "JobReferenceCode": "1",
        "LabelingJobName": "cards-1",
        "LabelingJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:labeling-job/cards-1",
        "LabelAttributeName": "annotations",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": INPUT}}},
        "OutputConfig": {"S3OutputPath": OUTPUT},
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/labelling",
        "HumanTaskConfig": {
            "WorkteamArn": TEAM_ARN,
            "UiConfig": {"UiTemplateS3Uri": "s3://cards/labelling/jobs/templates/page.html"},
            "PreHumanTaskLambdaArn": f"{FUNCTION}-pre-annotation",
            "TaskTitle": "Label",
            "TaskDescription": "Label",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 3600,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{FUNCTION}-post-annotation"},
        },
    }


@pytest.fixture(scope="session")
def client() -> Callable[[str], Any]:
    """boto3 clients, each made once: reading a service's model takes a second."""
    key = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    session: Any = boto3.Session(region_name="us-east-1", **key)
    return functools.cache(session.client)


@pytest.fixture
def aws(client: Callable[[str], Any]) -> Iterator[Aws]:
    """An account with a bucket."""
    with mock_aws():
        account = Aws(client)
        with account.answers, account.stacks:
            yield account
            account.answers.assert_no_pending_responses()
            account.stacks.assert_no_pending_responses()


Labelled = Callable[..., dict[str, Any]]


@pytest.fixture
def labelled_row() -> Labelled:
    """A row of the output manifest, by what Ground Truth calls: the functions before and after a page is labelled."""

    def made(
        row: dict[str, Any], texts: list[dict[str, Any]], at: str = "2026-01-02T00:00:00.000000"
    ) -> dict[str, Any]:
        assert pre_annotation({"dataObject": row})["taskInput"]["picture"] == row["source-ref"]
        answer = {"workerId": "a", "annotationData": {"content": json.dumps({"annotations": json.dumps(texts)})}}
        metadata = {"type": "groundtruth/custom", "job-name": "cards-1", "human-annotated": "yes", "creation-date": at}
        label = label_of({"datasetObjectId": "0", "annotations": [answer]})
        return row | {"annotations": label, "annotations-metadata": metadata}

    return made
