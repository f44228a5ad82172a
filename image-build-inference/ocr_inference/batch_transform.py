"""What SageMaker's batch transform asks a container about itself."""

from typing import Any

from ocr_inference.service_settings import ServiceSettings

MEGABYTE = 1024**2
MOST_MEGABYTES = 100
"""Of MaxPayloadInMB, and of it times MaxConcurrentTransforms (CreateTransformJob in SageMaker's API reference)."""

MOST_AT_ONCE = 4
"""Enough that the next page waits here and not on the way; more only wait longer."""


def execution_parameters(settings: ServiceSettings) -> dict[str, Any]:
    """The answer to ``GET /execution-parameters``.

    A line of JSON Lines a request: a page is work enough for one, and what fails is sent again alone.
    """
    payload = min(MOST_MEGABYTES, max(1, settings.max_body_bytes // MEGABYTE))
    return {
        "MaxConcurrentTransforms": max(1, min(MOST_AT_ONCE, settings.max_waiting, MOST_MEGABYTES // payload)),
        "BatchStrategy": "SINGLE_RECORD",
        "MaxPayloadInMB": payload,
    }
