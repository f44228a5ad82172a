"""The command line: every command and option, as `sandbox/README.md` lists them."""

import argparse
from pathlib import Path

from sandbox.commands.invocation import TASKS
from sandbox.commands.run import RunOptions


def build_parser() -> argparse.ArgumentParser:
    """Parser of `python -m sandbox`."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The whole project on one machine.")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="state folder (default: build/sandbox)")
    parser.add_argument(
        "--images", type=Path, metavar="FILE", help="JSON file of images to run instead of the project's"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_up(commands)
    _add_run(commands)
    commands.add_parser("status", help="show executions, versions, deliveries and endpoints")
    commands.add_parser("repositories", help="print where to clone the project's repositories from")
    _add_decisions(commands)
    _add_invoke(commands)
    logs = commands.add_parser("logs", help="show what a step printed")
    logs.add_argument("step", nargs="?", help="step, action or endpoint server (default: list all logs)")
    logs.add_argument("--follow", action="store_true", help="go on until the sandbox ends")
    commands.add_parser("down", help="stop the sandbox and everything it started")
    _add_demo(commands)
    _add_demo_handwriting(commands)
    command = commands.add_parser("demo-cicd", help="from the project's creation to a rollback, every step checked")
    command.add_argument("--keep", action="store_true", help="leave the sandbox and its endpoints up")
    return parser


def run_options(options: argparse.Namespace) -> RunOptions:
    """What `run` and the demos were asked for."""
    return RunOptions(
        data=getattr(options, "data", None),
        documents_uri=getattr(options, "documents_uri", None),
        format=getattr(options, "format", None),
        documents=getattr(options, "documents", RunOptions.documents),
        seed=options.seed,
        train_seconds=options.train_seconds,
        parameters=dict(options.parameter),
        cache=not getattr(options, "no_cache", False),
        images_file=options.images,
    )


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("run", help="run the pipeline and follow it")
    _add_documents(command)
    command.add_argument("--documents-uri", metavar="URI", help="documents that are in the sandbox's S3 already")
    command.add_argument("--no-cache", action="store_true", help="run every step, whatever ran before")
    command.add_argument("--no-wait", action="store_true", help="start the execution and return")


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("demo", help="the whole loop: up, run, approve, deploy, read a page, down")
    _add_documents(command)
    _add_docker(command)
    command.add_argument("--keep", action="store_true", help="leave the sandbox and its endpoints up")
    command.add_argument("--output", type=Path, metavar="FOLDER", help="results (default: build/demo)")


def _add_demo_handwriting(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("demo-handwriting", help="the same on handwriting: finding words, and reading them")
    command.add_argument(
        "--notes", type=_count, default=120, metavar="N", help="notes to draw and learn from as well (default: 120)"
    )
    _add_choices(command)
    _add_docker(command)
    command.add_argument("--keep", action="store_true", help="leave the sandbox and its endpoints up")
    command.add_argument("--output", type=Path, metavar="FOLDER", help="results (default: build/demo-handwriting)")


def _add_docker(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--docker", action="store_true", help="build the images and run every job and server as a container"
    )


def _add_documents(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, metavar="FOLDER", help="own documents instead of cards")
    command.add_argument("--format", help="format of the documents (default: detected)")
    command.add_argument("--documents", type=_positive, default=600, metavar="N", help="cards to draw (default: 600)")
    _add_choices(command)


def _add_choices(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=17, metavar="N", help="seed of everything (default: 17)")
    command.add_argument(
        "--train-seconds", type=_positive, metavar="N", help="training time limit (default: the pipeline's)"
    )
    command.add_argument(
        "--parameter",
        type=_assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="pipeline parameter; may be repeated",
    )


def _add_up(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("up", help="start the sandbox with its project")
    _add_docker(command)
    command.add_argument(
        "--first-executions", action="store_true", help="run every CodePipeline once when it is created, as AWS does"
    )


def _add_decisions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, what in (("approve", "approve"), ("reject", "reject")):
        command = commands.add_parser(name, help=f"{what} a version and follow the deployment that it starts")
        command.add_argument("version", nargs="?", type=int, help="version (default: the newest)")
        command.add_argument("--no-wait", action="store_true", help="return at once")
        command.add_argument("--promote", action="store_true", help="approve production too, once staging has passed")
        command.add_argument(
            "--page-floor",
            type=_share,
            metavar="SHARE",
            help="share of the test pages' lines that the stages must read (default: what model-deploy says)",
        )
    command = commands.add_parser("promote", help="take what staging has passed to production, or refuse it")
    command.add_argument("--reject", action="store_true", help="leave production as it is")
    command.add_argument("--no-wait", action="store_true", help="return at once")


def _add_invoke(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("invoke", help="read an image with an endpoint")
    command.add_argument("file", type=Path, help="image file")
    command.add_argument("--task", choices=TASKS, help="whole reader or one half of it (default: ocr)")
    command.add_argument("--stage", default="prod", help="stage whose endpoint to ask (default: prod)")
    command.add_argument("--endpoint", metavar="NAME", help="endpoint to ask, instead of a stage's")


def _assignment(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        message = f"{text!r}: expected NAME=VALUE"
        raise argparse.ArgumentTypeError(message)
    return name, value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        message = f"{text}: expected 1 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        message = f"{text}: expected 0 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        message = f"{text}: expected a share between 0 and 1"
        raise argparse.ArgumentTypeError(message)
    return value
