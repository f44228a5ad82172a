"""An asynchronous endpoint as a client sees it: a page goes to S3, and its answer is waited for there."""

import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deploy.endpoint import Reply, Request, milliseconds_since, parsed

LONGEST_POLL_SECONDS = 5.0


class AsyncEndpoint:
    """A deployed endpoint that takes its requests from S3.

    `bucket` gets the requests, in `async/<endpoint>/input/`; `wait_seconds` is how long an answer may take, with
    the start of an instance where there was none.
    """

    def __init__(self, name: str, bucket: str, wait_seconds: float) -> None:
        self.name = name
        self._bucket = bucket
        self._wait_seconds = wait_seconds
        self._runtime = boto3.client("sagemaker-runtime")
        self._s3 = boto3.client("s3")

    def read(self, request: Request) -> Reply:
        """Send one page and read the answer."""
        begun = time.monotonic()
        try:
            places = self._invoke(request)
            answer = self._wait(places, begun)
        except (ClientError, BotoCoreError) as error:
            return Reply([], milliseconds_since(begun), error=str(error))
        latency = milliseconds_since(begun)
        if answer is None:
            waited = f"no answer at {places['OutputLocation']} within {self._wait_seconds:g} s (MaxWaitSeconds)"
            return Reply([], latency, error=waited)
        succeeded, body = answer
        return parsed(body, latency) if succeeded else Reply([], latency, error=body.decode(errors="replace"))

    def _invoke(self, request: Request) -> dict[str, Any]:
        key = f"async/{self.name}/input/{uuid.uuid4()}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=request.body, ContentType=request.content_type)
        response: dict[str, Any] = self._runtime.invoke_endpoint_async(
            EndpointName=self.name,
            InputLocation=f"s3://{self._bucket}/{key}",
            ContentType=request.content_type,
            Accept="application/json",
            **request.attributes,
        )
        return response

    def _wait(self, places: dict[str, Any], begun: float) -> tuple[bool, bytes] | None:
        """Whether the endpoint succeeded, and what it wrote; None when it wrote nothing in time."""
        pause = 0.05
        while True:
            for name, succeeded in (("OutputLocation", True), ("FailureLocation", False)):
                body = self._content(places[name]) if places.get(name) else None
                if body is not None:
                    return succeeded, body
            left = begun + self._wait_seconds - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_POLL_SECONDS)

    def _content(self, uri: str) -> bytes | None:
        place = urlsplit(uri)
        try:
            return bytes(self._s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None
