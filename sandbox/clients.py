"""boto3 clients of a running sandbox."""

import functools
import threading
from typing import Any

import boto3
from botocore.config import Config

from sandbox.settings import Settings

_LOCK = threading.Lock()


def client(service: str, settings: Settings, endpoint_url: str) -> Any:
    """A client that talks to the sandbox whatever credentials and profiles the machine has.

    Clients are kept: reading a service's model takes longer than most calls to it.
    """
    with _LOCK:
        return _client(service, settings.region, endpoint_url)


@functools.lru_cache(maxsize=32)
def _client(service: str, region: str, endpoint_url: str) -> Any:
    return _session(region).client(
        service,  # type: ignore[call-overload]  # any service's name, not one of a list
        endpoint_url=endpoint_url,
        config=Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "max_attempts": 2},
            max_pool_connections=16,
            read_timeout=90,
        ),
    )


@functools.cache
def _session(region: str) -> boto3.session.Session:
    return boto3.session.Session(
        region_name=region,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - moto takes any
    )
