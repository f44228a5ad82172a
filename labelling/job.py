"""A labelling job of Ground Truth: what it is asked for, and starting it."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labelling.errors import LabellingError
from labelling.functions.texts import FIELD
from labelling.liquid import TEMPLATE
from labelling.pictures import join_address, split_address

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

S3Address = Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+$")]
DAY_SECONDS = 86_400


class JobOptions(BaseModel):
    """What a labelling job is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")]
    """Of the job; also the folder of its output."""

    manifest: S3Address
    """The input manifest."""

    output: S3Address
    """Where Ground Truth writes, below the stack's output prefix."""

    stack: str = "ocr-labelling"
    """The stack of labeling.yaml."""

    workers: Annotated[int, Field(ge=1, le=9)] = 1
    """People who label each page; their answers are consolidated."""

    title: Annotated[str, Field(min_length=1, max_length=128)] = "Frame and type the lines of a page"
    """What the workers' portal shows."""

    description: Annotated[str, Field(min_length=1, max_length=255)] = (
        "Draw a box around each line, type what stands in it, and say whether it is printed or handwritten."
    )
    """What the workers' portal shows below the title."""

    label_attribute: Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,126}$")] = FIELD
    """The name of the labels in the output manifest."""

    task_seconds: Annotated[int, Field(ge=30, le=28_800)] = 3600
    """How long a worker may take for a page."""

    days: Annotated[int, Field(ge=1, le=30)] = 10
    """How long a page waits for a worker."""


class LabelingStack(BaseModel):
    """The outputs of the stack that a job needs."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    WorkteamArn: str
    LabelingRoleArn: str
    PreAnnotationFunctionArn: str
    PostAnnotationFunctionArn: str
    KeyArn: str


def create_labeling_job(options: JobOptions, client: Callable[[str], Any]) -> str:
    """Upload the worker's page and start the job; its ARN. `client` makes a boto3 client by the service's name.

    Raises LabellingError where the stack is not one of labeling.yaml or browsers may not get the pictures, botocore's
    ClientError where AWS refuses.
    """
    stack = stack_outputs(client("cloudformation"), options.stack)
    require_cors(client("s3"), split_address(options.manifest)[0])
    template = TEMPLATE.read_bytes()
    digest = hashlib.sha256(template).hexdigest()[:16]
    address = join_address(options.output, f"templates/worker-template-{digest}.liquid.html")
    bucket, key = split_address(address)
    client("s3").put_object(Bucket=bucket, Key=key, Body=template, ContentType="text/html; charset=utf-8")
    answer = client("sagemaker").create_labeling_job(**job_request(options, stack, address))
    return str(answer["LabelingJobArn"])


def job_request(options: JobOptions, stack: LabelingStack, template: str) -> dict[str, Any]:
    """The request of `CreateLabelingJob`; `template` is the address of the worker's page."""
    return {
        "LabelingJobName": options.name,
        "LabelAttributeName": options.label_attribute,
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": options.manifest}}},
        "OutputConfig": {"S3OutputPath": options.output, "KmsKeyId": stack.KeyArn},
        "RoleArn": stack.LabelingRoleArn,
        "HumanTaskConfig": {
            "WorkteamArn": stack.WorkteamArn,
            "UiConfig": {"UiTemplateS3Uri": template},
            "PreHumanTaskLambdaArn": stack.PreAnnotationFunctionArn,
            "TaskTitle": options.title,
            "TaskDescription": options.description,
            "NumberOfHumanWorkersPerDataObject": options.workers,
            "TaskTimeLimitInSeconds": options.task_seconds,
            "TaskAvailabilityLifetimeInSeconds": options.days * DAY_SECONDS,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": stack.PostAnnotationFunctionArn},
        },
    }


def stack_outputs(client: "CloudFormationClient", name: str) -> LabelingStack:
    """What the stack tells of itself. Raises LabellingError where it is not one of labeling.yaml."""
    (found,) = client.describe_stacks(StackName=name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    try:
        return LabelingStack.model_validate(outputs)
    except ValidationError as error:
        missing = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise LabellingError(
            f"The stack {name} has no output {missing}; expected one of labelling/labeling.yaml: name it with --stack."
        ) from error


def require_cors(client: "S3Client", bucket: str) -> None:
    """Raise LabellingError where workers' browsers may not get pictures of the bucket.

    Ground Truth fails every task of such a bucket: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html
    """
    try:
        rules = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
            raise
        rules = []
    if not any("GET" in rule["AllowedMethods"] and "*" in rule["AllowedOrigins"] for rule in rules):
        raise LabellingError(
            f"The bucket {bucket} has no CORS rule that lets every origin GET, and Ground Truth's tasks fail without; "
            f"add it: aws s3api put-bucket-cors --bucket {bucket} --cors-configuration "
            '\'{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}\''
        )
