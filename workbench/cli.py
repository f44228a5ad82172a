"""The command line: every command and option, as `workbench/README.md` lists them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from workbench.commands import documents, endpoints, jobs, models
from workbench.commands.command import Command
from workbench.connection import connect
from workbench.errors import WorkbenchError


def build_parser() -> argparse.ArgumentParser:
    """Parser of `python -m workbench`."""
    parser = argparse.ArgumentParser(
        prog="python -m workbench", description="What the notebooks do with a project, as commands."
    )
    parser.add_argument("--project", default="", help="name or id of a project on AWS (default: the sandbox)")
    parser.add_argument("--profile", help="profile of the AWS configuration (default: boto3's)")
    parser.add_argument("--region", help="AWS region (default: the profile's)")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="state folder of the sandbox")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for area in (documents, jobs, models, endpoints):
        area.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it failed, 130 when interrupted."""
    given = build_parser().parse_args(arguments)
    # A table that a file is made of must not be cut at 80 columns.
    console = Console() if sys.stdout.isatty() else Console(width=200)
    try:
        command: Command = given.run
        needs = not given.offline
        project = (
            connect(given.project, profile=given.profile, region=given.region, state=given.state) if needs else None
        )
        command(given, project, console)
    except (WorkbenchError, OSError) as error:
        _complain(str(error))
        return 1
    except (BotoCoreError, ClientError) as error:
        _complain(f"AWS refused or could not be reached: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _complain(text: str) -> None:
    Console(stderr=True).print(escape(text), style="red", soft_wrap=True, highlight=False)
