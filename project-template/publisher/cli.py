"""The publisher's command line."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from publisher.aws import Aws
from publisher.changes import changes
from publisher.errors import PublishError
from publisher.layout import CHECKOUT, FOLDERS, project_version
from publisher.options import ChangesOptions, PublishOptions, Target, UnpublishOptions, UpgradeOptions
from publisher.publish import publish
from publisher.unpublish import unpublish
from publisher.upgrade import upgrade

Command = Callable[[argparse.Namespace, Aws], list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it could not, 2 when it was asked wrongly."""
    given = build_parser().parse_args(arguments)
    try:
        command: Command = given.run
        for line in command(given, Aws.of_session(given.profile, given.region)):
            print(line)
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            print(f"{where}: {problem['msg']}; found {problem['input']!r}", file=sys.stderr)
        return 2
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused or could not be reached: {error}", file=sys.stderr)
        return 1
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m publisher", description="Publishes the project template.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = _command(commands, "publish", "publish this checkout as a version", _publish)
    _add_target(command)
    command.add_argument("--version", help="the version (default: this project's)")
    command.add_argument("--domain-id", help="SageMaker domain whose Studio is to list the template")
    command.add_argument("--no-lint", dest="lint", action="store_false", help="do not run cfn-lint first")
    command.add_argument("--uncommitted", action="store_true", help="publish files as they lie there, committed or not")
    command.add_argument("--replace", action="store_true", help="overwrite a version; for development")
    _add_dry_run(command)

    command = _command(commands, "unpublish", "remove a version", _unpublish)
    _add_target(command)
    command.add_argument("--version", required=True, help="the version")
    command.add_argument("--domain-id", help="SageMaker domain whose tag goes too, where it points there")
    _add_dry_run(command)

    command = _command(commands, "upgrade", "take a SageMaker project over to a version", _upgrade)
    command.add_argument("--project", required=True, help="name of the SageMaker project")
    command.add_argument("--version", required=True, help="a published version")
    _add_dry_run(command)

    command = _command(commands, "changes", "bring new seed code into a team's repository, as a branch", _changes)
    _add_target(command)
    command.add_argument("--from", dest="old", required=True, metavar="VERSION", help="the version that the team has")
    command.add_argument("--to", dest="new", required=True, metavar="VERSION", help="the version to take over")
    command.add_argument("--repository", required=True, metavar="FOLDER", help=f"one of {', '.join(FOLDERS)}")
    command.add_argument("--into", type=Path, default=Path(), help="the team's clone (default: this folder)")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, meaning: str, run: Command
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=meaning, description=f"{meaning[0].upper()}{meaning[1:]}.")
    command.set_defaults(run=run)
    command.add_argument("--profile", help="profile of the AWS configuration (default: boto3's)")
    command.add_argument("--region", help="AWS region (default: the profile's)")
    return command


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument("--bucket", help="bucket of the published versions")
    command.add_argument("--bootstrap-stack", help="instead of a bucket: the bootstrap stack that made it")


def _add_dry_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")


def _target(given: argparse.Namespace) -> Target:
    return Target(bucket=given.bucket, bootstrap_stack=given.bootstrap_stack)


def _publish(given: argparse.Namespace, aws: Aws) -> list[str]:
    options = PublishOptions(
        target=_target(given),
        version=given.version or project_version(CHECKOUT),
        domain_id=given.domain_id,
        lint=given.lint,
        uncommitted=given.uncommitted,
        replace=given.replace,
        dry_run=given.dry_run,
    )
    return publish(aws, CHECKOUT, options)


def _unpublish(given: argparse.Namespace, aws: Aws) -> list[str]:
    options = UnpublishOptions(
        target=_target(given), version=given.version, domain_id=given.domain_id, dry_run=given.dry_run
    )
    return unpublish(aws, options)


def _upgrade(given: argparse.Namespace, aws: Aws) -> list[str]:
    return upgrade(aws, UpgradeOptions(project=given.project, version=given.version, dry_run=given.dry_run))


def _changes(given: argparse.Namespace, aws: Aws) -> list[str]:
    options = ChangesOptions(
        target=_target(given), old=given.old, new=given.new, folder=given.repository, into=given.into
    )
    return changes(aws, options)
