"""boto3 clients of a running sandbox."""

from typing import Any

import boto3
from botocore.config import Config

from sandbox.settings import Settings


def client(service: str, settings: Settings, endpoint_url: str, *, attempts: int = 2) -> Any:
    """A client that talks to the sandbox whatever credentials and profiles the machine has."""
    return boto3.session.Session().client(
        service,  # type: ignore[call-overload]  # any service's name, not one of a list
        endpoint_url=endpoint_url,
        region_name=settings.region,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - moto takes any
        config=Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "max_attempts": attempts},
            max_pool_connections=16,
            read_timeout=90,
        ),
    )
