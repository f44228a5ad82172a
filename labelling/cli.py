"""The command line of labelling."""

import argparse
import sys
from collections.abc import Sequence

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from labelling.commands.jobs import add_job_commands
from labelling.commands.local import add_local_commands
from labelling.commands.options import Run
from labelling.commands.people import add_people_commands
from labelling.errors import LabellingError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it could not, 2 when it was asked wrongly."""
    given = build_parser().parse_args(arguments)
    try:
        run: Run = given.run
        return run(given) or 0
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


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m labelling", description="Labels pages, here or on AWS.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_local_commands(commands)
    add_job_commands(commands)
    add_people_commands(commands)
    return parser
