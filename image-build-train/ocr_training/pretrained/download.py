"""One file over HTTP: bounded in size and time, tried again when that may help."""

import time
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError
from urllib.parse import urlsplit

from ocr_training.errors import UserError

SILENCE_SECONDS = 30
"""How long a server may send nothing."""
ATTEMPT_SECONDS = 600
PAUSES = (2.0, 8.0)
"""Seconds between attempts: one attempt more than there are pauses."""
CHUNK = 1 << 20
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


def download(url: str, limit: int, pauses: Sequence[float] = PAUSES) -> bytes:
    """The content at an http or https address, at most `limit` bytes.

    Raises UserError when it is larger, is refused, or cannot be had in any attempt.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise UserError(f"it is no address: {error}") from error
    if scheme not in ("http", "https"):
        raise UserError(f"its scheme is {scheme!r}; expected http or https")
    reasons = []
    for pause in (0.0, *pauses):
        time.sleep(pause)
        try:
            return _get(url, limit)
        except HTTPError as error:
            if error.code < SERVER_ERROR and error.code != TOO_MANY_REQUESTS:
                raise UserError(f"the server answered {error.code} {error.reason}") from error
            reasons.append(f"the server answered {error.code} {error.reason}")
        except (OSError, HTTPException) as error:
            reasons.append(f"{type(error).__name__}: {error}")
    raise UserError(f"{len(reasons)} attempts failed, the last with {reasons[-1]!r}")


def _get(url: str, limit: int) -> bytes:
    end = time.monotonic() + ATTEMPT_SECONDS
    response: HTTPResponse
    with urllib.request.urlopen(url, timeout=SILENCE_SECONDS) as response:  # noqa: S310 - the scheme is checked above
        stated = response.length
        if stated is not None and stated > limit:
            raise UserError(f"it is {stated} bytes; at most {limit} are taken")
        content = bytearray()
        while chunk := response.read(CHUNK):
            content += chunk
            if len(content) > limit:
                raise UserError(f"it is more than the {limit} bytes that are taken at most")
            if time.monotonic() > end:
                raise TimeoutError(f"{len(content)} bytes came within {ATTEMPT_SECONDS} s, and then not the rest")
    # http.client is content with less than was announced.
    if stated is not None and len(content) != stated:
        raise ConnectionError(f"the connection ended after {len(content)} of {stated} bytes")
    return bytes(content)
