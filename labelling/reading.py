"""What the current model reads of a page, so that a person corrects instead of typing."""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from labelling.errors import LabellingError

Read = Callable[[bytes, str], dict[str, Any]]
"""A picture's bytes and media type to a page of the endpoint's answer. Raises LabellingError."""

ACCEPT = "application/json"
SECONDS = 60.0
"""A real-time endpoint's own limit."""


def from_endpoint(client: Any, name: str) -> Read:
    """By a SageMaker endpoint; `client` is boto3's of `sagemaker-runtime`. Its errors are botocore's."""

    def read(content: bytes, media_type: str) -> dict[str, Any]:
        answer = client.invoke_endpoint(EndpointName=name, ContentType=media_type, Accept=ACCEPT, Body=content)
        return _page(answer["Body"].read(), name)

    return read


def from_server(address: str) -> Read:
    """By a server of the inference image at ``http://HOST:PORT``, such as the sandbox's endpoints have."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError as error:
        raise LabellingError(f"{address!r} is no server's address ({error}); expected http://HOST:PORT.") from error
    if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/"):
        raise LabellingError(f"{address!r} is no server's address; expected http://HOST:PORT.")
    host = parts.hostname

    def read(content: bytes, media_type: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            connection.request("POST", "/invocations", content, {"Content-Type": media_type, "Accept": ACCEPT})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise LabellingError(
                f"The endpoint at {address} does not answer ({error}): is it still running?"
            ) from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            said = body[:300].decode("utf-8", "replace")
            raise LabellingError(f"The endpoint at {address} did not read the page ({answer.status}): {said}")
        return _page(body, address)

    return read


def _page(body: bytes, endpoint: str) -> dict[str, Any]:
    """The first page of an answer, with no more of it than labelling needs."""
    try:
        answer = json.loads(body)
        lines = [
            {
                "text": line.get("text", ""),
                "confidence": round(line["confidence"], 3),
                "box": [[round(x, 1), round(y, 1)] for x, y in line["box"]],
            }
            for line in answer["pages"][0]["lines"]
        ]
        return {"lines": lines, "model": str(answer["model"])}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise LabellingError(
            f"The endpoint {endpoint} did not answer as the OCR server does ({type(error).__name__}: {error}); "
            'expected JSON with "pages" and "model".'
        ) from error
