"""The commands of labelling jobs: the input manifest, the functions, starting, following and fetching."""

import argparse
import sys
from pathlib import Path

from labelling.commands.options import (
    Clients,
    Commands,
    add_account,
    add_command,
    add_type,
    clients_of,
    content_at,
    write_at,
)
from labelling.errors import LabellingError
from labelling.fetching import fetch
from labelling.job import JobOptions, create_labeling_job
from labelling.manifest import Page, labels_by_address, make_manifest, pages_of_s3, uploaded
from labelling.pictures import S3_SCHEME
from labelling.progress import SECONDS, progress, wait
from labelling.publishing import publish_functions
from labelling.reading import Read, from_endpoint, from_server
from labelling.rows import rows_of

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


def add_job_commands(commands: Commands) -> None:
    """`manifest`, `publish-functions`, `create-job`, `status`, `wait` and `fetch`."""
    command = add_command(commands, "manifest", "make a labelling job's input manifest", _manifest)
    command.add_argument("source", help="folder with pictures, or s3://BUCKET/PREFIX")
    command.add_argument("--output", required=True, help="file, or s3://BUCKET/KEY, that is written")
    command.add_argument("--upload", help="s3://BUCKET/PREFIX that a folder's pictures are uploaded to")
    command.add_argument("--endpoint", help="SageMaker endpoint that reads the pages first, or http://HOST:PORT")
    command.add_argument("--labels", help="file, or s3://BUCKET/KEY, of labels that are to be corrected")
    command.add_argument("--skip-labelled", action="store_true", help="leave out the pages that those labels are of")
    add_type(command)
    add_account(command)

    command = add_command(commands, "publish-functions", "upload the Lambda functions for labeling.yaml", _publish)
    command.add_argument("prefix", help="s3://BUCKET/PREFIX that the zip is uploaded to")
    add_account(command)

    command = add_command(commands, "create-job", "start a labelling job of Ground Truth", _create)
    fields = JobOptions.model_fields
    for name, helped in _JOB_HELP.items():
        field = fields[name]
        default = None if field.is_required() else field.default
        command.add_argument(f"--{name.replace('_', '-')}", required=default is None, default=default, help=helped)
    add_account(command)

    command = add_command(commands, "status", "tell how far a labelling job is, and where people label", _status)
    command.add_argument("name", help="name of the job")
    add_account(command)

    command = add_command(commands, "wait", "follow a labelling job until it has ended", _wait)
    command.add_argument("name", help="name of the job")
    command.add_argument("--seconds", type=float, default=SECONDS, help="between two looks (default: %(default)g)")
    add_account(command)

    command = add_command(commands, "fetch", "fetch the labels of a job with their pictures", _fetch)
    command.add_argument("name", help="name of the job")
    command.add_argument("--to", required=True, help="folder, or s3://BUCKET/PREFIX, that they go to")
    add_account(command)


def _manifest(given: argparse.Namespace) -> None:
    clients = clients_of(given)
    pages, top = _pages(given, clients)
    labels = labels_by_address(rows_of(content_at(clients, given.labels), given.labels), top) if given.labels else None
    manifest = make_manifest(pages, _reader(given.endpoint, clients), given.type, labels, given.skip_labelled)
    write_at(clients, given.output, manifest.content, "application/jsonlines")
    known = [f"{manifest.read} of them read by the endpoint"]
    if labels is not None:
        known.append(f"{manifest.labelled} with labels")
    print(f"{len(manifest.rows)} pages, {', '.join(known)}: {given.output}")
    for address in manifest.too_large:
        print(f"{address}: what is known of it is too long for a row, and was left out", file=sys.stderr)


def _pages(given: argparse.Namespace, clients: Clients) -> tuple[list[Page], str]:
    """The pages, and the prefix that they lie below."""
    if given.source.startswith(S3_SCHEME):
        return pages_of_s3(clients("s3"), given.source), given.source
    if given.upload:
        return uploaded(clients("s3"), Path(given.source), given.upload), given.upload
    raise LabellingError(
        f"{given.source} is a folder of this machine, which Ground Truth does not see; say with "
        "--upload s3://BUCKET/PREFIX where its pictures are to go."
    )


def _reader(endpoint: str | None, clients: Clients) -> Read | None:
    if not endpoint:
        return None
    return from_server(endpoint) if "://" in endpoint else from_endpoint(clients("sagemaker-runtime"), endpoint)


def _publish(given: argparse.Namespace) -> None:
    bucket, key = publish_functions(clients_of(given)("s3"), given.prefix)
    print(f"CodeBucket={bucket} CodeKey={key}")


def _create(given: argparse.Namespace) -> None:
    options = JobOptions.model_validate({name: getattr(given, name) for name in _JOB_HELP})
    print(create_labeling_job(options, clients_of(given)))


def _status(given: argparse.Namespace) -> None:
    print(progress(clients_of(given)("sagemaker"), given.name))


def _wait(given: argparse.Namespace) -> int:
    ended = wait(clients_of(given)("sagemaker"), given.name, seconds=given.seconds)
    return 0 if ended.status == "Completed" else 1


def _fetch(given: argparse.Namespace) -> None:
    print(fetch(clients_of(given), given.name, given.to))
