"""The endpoint as a client sees it: one page in, lines out, and how long it took."""

import time
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from pydantic import BaseModel, ValidationError

from model_deploy.errors import DeployError
from model_deploy.matching import Point

# Above SageMaker's own limit of 60 s for a real-time answer. No retries: a failed request is a finding.
_INVOCATION = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=70)


class Line(BaseModel):
    """A line that the endpoint read."""

    text: str | None = None
    """Nothing, where the endpoint only finds lines."""

    box: list[Point] | None = None


class AnsweredPage(BaseModel):
    """The lines of one page, in reading order."""

    lines: list[Line]


class Answer(BaseModel):
    """The body of the endpoint's answer."""

    pages: list[AnsweredPage]
    task: str | None = None


@dataclass(frozen=True)
class Reply:
    """What came back for one request: the lines, or why there are none; the time in milliseconds."""

    lines: list[Line]
    latency_ms: float
    error: str | None = None
    task: str | None = None
    """What the server says that it did."""


@dataclass(frozen=True)
class Request:
    """What an endpoint is sent for a page."""

    body: bytes
    content_type: str
    task: str | None = None
    """ocr, detection or recognition; none leaves it to the endpoint."""

    @property
    def attributes(self) -> dict[str, str]:
        """The parameter of an invocation that says the task, if any."""
        return {"CustomAttributes": f"task={self.task}"} if self.task else {}


class Reader(Protocol):
    """Whatever reads a page, however the request gets there."""

    def read(self, request: Request) -> Reply:
        """Send one page and read the answer."""


def wait_in_service(client: Any, endpoint_name: str) -> None:
    """Wait until the endpoint is InService, up to an hour. Raises DeployError when it fails to be."""
    try:
        client.get_waiter("endpoint_in_service").wait(
            EndpointName=endpoint_name, WaiterConfig={"Delay": 5, "MaxAttempts": 720}
        )
    except WaiterError as error:
        reason = error.last_response.get("FailureReason") or error
        raise DeployError(f"endpoint {endpoint_name} is not in service: {reason}") from error


def check_served(client: Any, endpoint_name: str, model_package_arn: str) -> None:
    """Raise DeployError when the endpoint serves another version than it should.

    A deployment that was rolled back leaves the endpoint InService, with the version before.
    """
    config = client.describe_endpoint(EndpointName=endpoint_name)["EndpointConfigName"]
    served = _served(client, config)
    if served != model_package_arn:
        raise DeployError(
            f"endpoint {endpoint_name} serves {served or config} and not {model_package_arn}: its deployment was "
            "rolled back, or another one came after it"
        )


def _served(client: Any, endpoint_config_name: str) -> str | None:
    """The version behind a configuration; None where it has none, or where its stack has deleted it already."""
    try:
        (variant,) = client.describe_endpoint_config(EndpointConfigName=endpoint_config_name)["ProductionVariants"]
        model = client.describe_model(ModelName=variant["ModelName"])
    except ClientError as error:
        if "Could not find" in error.response["Error"]["Message"]:
            return None
        raise
    version: str | None = model.get("PrimaryContainer", {}).get("ModelPackageName")
    return version


class Endpoint:
    """A deployed real-time or serverless endpoint, invoked by its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._client = boto3.client("sagemaker-runtime", config=_INVOCATION)

    def read(self, request: Request) -> Reply:
        """Send one page and read the answer."""
        begun = time.monotonic()
        try:
            body = self._invoke(request)
        except (ClientError, BotoCoreError) as error:
            return Reply([], milliseconds_since(begun), error=str(error))
        return parsed(body, milliseconds_since(begun))

    def _invoke(self, request: Request) -> bytes:
        response: dict[str, Any] = self._client.invoke_endpoint(
            EndpointName=self.name,
            Body=request.body,
            ContentType=request.content_type,
            Accept="application/json",
            **request.attributes,
        )
        return bytes(response["Body"].read())


def parsed(body: bytes, latency_ms: float) -> Reply:
    """The reply that an answer's body is; an error where it is no answer of the server."""
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError as error:
        return Reply([], latency_ms, error=f"not an answer of the OCR server: {error}")
    return Reply([line for page in answer.pages for line in page.lines], latency_ms, task=answer.task)


def milliseconds_since(begun: float) -> float:
    """Time since `begun`, a value of time.monotonic."""
    return (time.monotonic() - begun) * 1000
