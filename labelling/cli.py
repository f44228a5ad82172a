"""The command line of labelling."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from labelling.errors import LabellingError
from labelling.functions.texts import TYPES
from labelling.job import JobOptions, create_labeling_job
from labelling.local.serve import serve
from labelling.manifest import make_manifest, pages_of_s3, uploaded
from labelling.pictures import S3_SCHEME, split_address
from labelling.publishing import publish_functions
from labelling.reading import Read, from_endpoint, from_server

Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it could not, 2 when it was asked wrongly."""
    given = build_parser().parse_args(arguments)
    try:
        command: Command = given.run
        command(given)
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            print(f"{where}: {problem['msg']}; found {problem['input']!r}", file=sys.stderr)
        return 2
    except LabellingError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, S3UploadFailedError) as error:
        print(f"AWS refused or could not be reached: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m labelling", description="Labels pages, here or on AWS.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = _command(commands, "serve", "label the pictures of a folder on this machine", _serve)
    command.add_argument("folder", type=Path, help="folder with pictures; labels.manifest is written there")
    command.add_argument("--port", type=int, default=8770, help="port on loopback, 0 for a free one (default: 8770)")
    command.add_argument("--endpoint", default="", help="http://HOST:PORT of a running OCR server that reads first")
    command.add_argument("--open", action="store_true", help="open the page in the browser")
    _add_type(command)

    command = _command(commands, "manifest", "make a labelling job's input manifest", _manifest)
    command.add_argument("source", help="folder with pictures, or s3://BUCKET/PREFIX")
    command.add_argument("--output", required=True, help="file, or s3://BUCKET/KEY, that is written")
    command.add_argument("--upload", help="s3://BUCKET/PREFIX that a folder's pictures are uploaded to")
    command.add_argument("--endpoint", help="SageMaker endpoint that reads the pages first, or http://HOST:PORT")
    _add_type(command)
    _add_account(command)

    command = _command(commands, "publish-functions", "upload the Lambda functions for labeling.yaml", _publish)
    command.add_argument("prefix", help="s3://BUCKET/PREFIX that the zip is uploaded to")
    _add_account(command)

    command = _command(commands, "create-job", "start a labelling job of Ground Truth", _create_job)
    fields = JobOptions.model_fields
    for name, helped in _JOB_HELP.items():
        field = fields[name]
        default = None if field.is_required() else field.default
        command.add_argument(f"--{name.replace('_', '-')}", required=default is None, default=default, help=helped)
    _add_account(command)
    return parser


_JOB_HELP = {
    "name": "name of the job",
    "manifest": "s3://BUCKET/KEY of the input manifest",
    "output": "s3://BUCKET/PREFIX for what the job writes",
    "stack": "stack of labeling.yaml (default: %(default)s)",
    "workers": "people who label each page (default: %(default)s)",
    "title": "what the workers see in their list",
    "description": "what the workers see below it",
    "label_attribute": "name of the labels in the output manifest (default: %(default)s)",
    "task_seconds": "time that a worker has for a page (default: %(default)s)",
    "days": "how long a page waits for a worker (default: %(default)s)",
}


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, meaning: str, run: Command
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=meaning, description=f"{meaning[0].upper()}{meaning[1:]}.")
    command.set_defaults(run=run)
    return command


def _add_type(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--type", choices=TYPES, default=TYPES[0], help="what the lines that the endpoint read are (default: printed)"
    )


def _add_account(command: argparse.ArgumentParser) -> None:
    command.add_argument("--profile", help="profile of the AWS configuration (default: boto3's)")
    command.add_argument("--region", help="AWS region (default: the profile's)")


def _clients(given: argparse.Namespace) -> Callable[[str], Any]:
    session: Any = boto3.Session(profile_name=given.profile, region_name=given.region)
    client: Callable[[str], Any] = session.client
    return client


def _serve(given: argparse.Namespace) -> None:
    read = from_server(given.endpoint) if given.endpoint else None
    serve(given.folder, given.port, read, given.type, given.open)


def _manifest(given: argparse.Namespace) -> None:
    client = _clients(given)
    if given.source.startswith(S3_SCHEME):
        pages = pages_of_s3(client("s3"), given.source)
    elif given.upload:
        pages = uploaded(client("s3"), Path(given.source), given.upload)
    else:
        raise LabellingError(
            f"{given.source} is a folder of this machine, which Ground Truth does not see; say with "
            "--upload s3://BUCKET/PREFIX where its pictures are to go."
        )
    manifest = make_manifest(pages, _reader(given.endpoint, client), given.type)
    if given.output.startswith(S3_SCHEME):
        bucket, key = split_address(given.output)
        client("s3").put_object(Bucket=bucket, Key=key, Body=manifest.content, ContentType="application/jsonlines")
    else:
        _write(Path(given.output), manifest.content)
    print(f"{len(manifest.rows)} pages, {manifest.read} of them read by the endpoint: {given.output}")
    for address in manifest.too_large:
        print(f"{address}: what the endpoint read is too long for a row, and was left out", file=sys.stderr)


def _reader(endpoint: str | None, client: Callable[[str], Any]) -> Read | None:
    if not endpoint:
        return None
    return from_server(endpoint) if "://" in endpoint else from_endpoint(client("sagemaker-runtime"), endpoint)


def _publish(given: argparse.Namespace) -> None:
    bucket, key = publish_functions(_clients(given)("s3"), given.prefix)
    print(f"CodeBucket={bucket} CodeKey={key}")


def _create_job(given: argparse.Namespace) -> None:
    options = JobOptions.model_validate({name: getattr(given, name) for name in _JOB_HELP})
    print(create_labeling_job(options, _clients(given)))


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise LabellingError(f"{path} cannot be written: {error}") from error
