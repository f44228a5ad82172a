"""`invoke`: a file through an endpoint."""

import json
import mimetypes
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.errors import SandboxError
from sandbox.settings import Settings
from sandbox.state import State

TASKS = ("ocr", "detection", "recognition")


def invoke(settings: Settings, state: State, endpoint: str, image: Path, task: str | None = None) -> dict[str, Any]:
    """Send an image to an endpoint through sagemaker-runtime; returns the answer.

    Raises SandboxError when the file cannot be read or the endpoint refuses.
    """
    if not image.is_file():
        message = f"{image} is not a file: expected an image"
        raise SandboxError(message)
    content_type = mimetypes.guess_type(image.name)[0] or "application/octet-stream"
    runtime = client("sagemaker-runtime", settings, state.endpoint_url)
    attributes = {"CustomAttributes": f"task={task}"} if task else {}
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint, Body=image.read_bytes(), ContentType=content_type, **attributes
        )
    except ClientError as error:
        said = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        message = f"endpoint {endpoint} refused {image}: {said}"
        raise SandboxError(message) from error
    decoded: dict[str, Any] = json.loads(answer["Body"].read())
    return decoded


def server_url(state: State, endpoint: str) -> str:
    """Where the endpoint's own server listens. Raises SandboxError when it has none."""
    found = state.endpoints.get(endpoint)
    if found is None or found.port is None:
        known = ", ".join(state.endpoints) or "none"
        message = f"endpoint {endpoint} has no server; the endpoints are: {known}"
        raise SandboxError(message)
    return f"http://127.0.0.1:{found.port}"
