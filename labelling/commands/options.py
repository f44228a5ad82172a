"""What several commands have in common: how they are added, and the account that they work in."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from labelling.errors import LabellingError
from labelling.functions.texts import TYPES
from labelling.job import JobOptions
from labelling.pictures import S3_SCHEME, split_address

Run = Callable[[argparse.Namespace], int | None]
"""The exit code of a command; None where it did what it was asked."""

Commands = Any
"""argparse's parsers of the commands, whose class it does not make public."""

Clients = Callable[[str], Any]
"""A boto3 client by the service's name."""


def add_command(commands: Commands, name: str, meaning: str, run: Run) -> argparse.ArgumentParser:
    """A command that `run` does."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=meaning, description=f"{meaning[0].upper()}{meaning[1:]}."
    )
    command.set_defaults(run=run)
    return command


def add_type(command: argparse.ArgumentParser) -> None:
    """The option that says what the model's lines are."""
    command.add_argument(
        "--type", choices=TYPES, default=TYPES[0], help="what the lines that the endpoint read are (default: printed)"
    )


def add_stack(command: argparse.ArgumentParser) -> None:
    """The option that names the stack."""
    default = JobOptions.model_fields["stack"].default
    command.add_argument("--stack", default=default, help="stack of labeling.yaml (default: %(default)s)")


def add_account(command: argparse.ArgumentParser) -> None:
    """The options that say which account and region."""
    command.add_argument("--profile", help="profile of the AWS configuration (default: boto3's)")
    command.add_argument("--region", help="AWS region (default: the profile's)")


def clients_of(given: argparse.Namespace) -> Clients:
    """Clients of the account that was named."""
    session: Any = boto3.Session(profile_name=given.profile, region_name=given.region)
    client: Clients = session.client
    return client


def content_at(clients: Clients, address: str) -> bytes:
    """What a file or an object in S3 holds. Raises LabellingError, or botocore's ClientError."""
    if address.startswith(S3_SCHEME):
        bucket, key = split_address(address)
        return bytes(clients("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    try:
        return Path(address).read_bytes()
    except OSError as error:
        raise LabellingError(f"{address} cannot be read: {error.strerror}.") from error


def write_at(clients: Clients, address: str, content: bytes, media_type: str) -> None:
    """Write a file, beside and renamed, or an object in S3. Raises LabellingError, or botocore's ClientError."""
    if address.startswith(S3_SCHEME):
        bucket, key = split_address(address)
        clients("s3").put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type)
        return
    path = Path(address)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise LabellingError(f"{path} cannot be written: {error}") from error
