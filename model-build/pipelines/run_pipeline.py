"""Creates or updates the pipeline and starts an execution of it; with --wait, follows it to its end."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipelines import execution
from pipelines.config import ConfigurationError, Settings
from pipelines.get_pipeline_definition import formatted, write
from pipelines.images import resolve_images
from pipelines.readiness import readiness
from pipelines.session import open_session

DESCRIPTION = "Documents to a registered OCR model"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, 1 (not succeeded), 2 (wrong use), 130 (interrupted)."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; an execution that was started goes on", file=sys.stderr)
        return 130
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused or could not be reached: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment(os.environ)
    if options.no_cache:
        settings = settings.model_copy(update={"use_cache": False})
    session = open_session(settings, offline=False)
    client = session.sagemaker_client
    from pipelines.pipeline import get_pipeline  # the SDK needs the session's preparations at its import

    settings = resolve_images(settings, client)
    pipeline = get_pipeline(settings, session)
    definition = json.loads(pipeline.definition())
    values = execution.parse_parameters(definition, _assignments(options))
    ready = readiness(settings, definition, values, session.s3_client)
    if ready.missing and not options.if_ready:
        raise ConfigurationError("\n".join(ready.missing))
    if options.output:
        write(options.output, formatted(definition))
    pipeline.upsert(role_arn=settings.role_arn, description=DESCRIPTION, tags=settings.tags)
    print(f"Pipeline {settings.pipeline_name} is up to date", flush=True)
    if ready.missing:
        print(f"No execution is started: {'; and '.join(ready.missing)}.", flush=True)
        waiting = {"pipeline_execution_arn": None, "waiting_for": ready.missing}
        print(json.dumps({"pipeline_name": settings.pipeline_name, **waiting}))
        return 0
    arn = execution.start(client, settings.pipeline_name, ready.parameters, settings.commit)
    print(f"Started {arn}", flush=True)
    summary = {"pipeline_name": settings.pipeline_name, "pipeline_execution_arn": arn}
    if not options.wait:
        print(json.dumps(summary))
        return 0
    return _wait(client, summary, options.poll_seconds)


def _wait(client: Any, summary: dict[str, str], poll_seconds: float) -> int:
    arn = summary["pipeline_execution_arn"]
    outcome = execution.follow(client, arn, lambda line: print(line, flush=True), poll_seconds=poll_seconds)
    if outcome.status != "Succeeded":
        reason = f": {outcome.reason}" if outcome.reason else ""
        print(f"The execution ended as {outcome.status}{reason}", file=sys.stderr, flush=True)
    print(json.dumps(summary | {"status": outcome.status, "failure_reason": outcome.reason}))
    return 0 if outcome.status == "Succeeded" else 1


def _assignments(options: argparse.Namespace) -> list[str]:
    documents = [f"DocumentsUri={options.documents_uri}"] if options.documents_uri else []
    return [*documents, *options.parameter]


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3600:
        raise ValueError(text)
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipelines.run_pipeline", description=__doc__)
    parser.add_argument(
        "--documents-uri",
        metavar="S3_URI",
        help="documents to learn from; the same as --parameter DocumentsUri=",
    )
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a pipeline parameter for this execution; may be repeated",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the definition that SageMaker gets here")
    parser.add_argument(
        "--no-cache", action="store_true", help="run every step, also those that the step cache could answer"
    )
    parser.add_argument(
        "--if-ready",
        action="store_true",
        help="while an image or the documents are missing, say so, update the pipeline, and start nothing",
    )
    parser.add_argument("--wait", action="store_true", help="follow the execution until it ends")
    parser.add_argument(
        "--poll-seconds", type=_seconds, default=15.0, metavar="N", help="with --wait, seconds between two looks"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
