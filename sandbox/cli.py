"""Runs the commands of `python -m sandbox`; each returns its exit status."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from sandbox.clients import client
from sandbox.commands.decisions import approve, promote, reject
from sandbox.commands.follow import explain_failure, follow
from sandbox.commands.invocation import invoke
from sandbox.commands.log_files import find_log, list_logs, show_log
from sandbox.commands.plain_lines import plain_lines
from sandbox.commands.run import start_run
from sandbox.commands.status import show_status
from sandbox.control_plane.lifecycle import down, require_state, up
from sandbox.errors import SandboxError
from sandbox.options import build_parser, run_options
from sandbox.project.stacks import clone_paths, ensure_project
from sandbox.settings import Settings, default_settings

Command = Callable[[argparse.Namespace, Settings, Console], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it failed, 130 when interrupted."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    console = Console()
    try:
        return COMMANDS[options.command](options, default_settings(options.state), console)
    except SandboxError as error:
        Console(stderr=True).print(escape(str(error)), style="red", soft_wrap=True, highlight=False)
        return 1
    except (BotoCoreError, ClientError) as error:
        text = f"the sandbox refused or could not be reached: {error}"
        Console(stderr=True).print(escape(text), style="red", soft_wrap=True, highlight=False)
        return 1
    except KeyboardInterrupt:
        return 130


def _up(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    state, started = up(
        settings,
        options.images,
        docker=options.docker,
        first_executions=options.first_executions,
        tell=plain_lines(console),
    )
    ensure_project(settings, state.endpoint_url)
    what = "The sandbox is up" if started else "The sandbox is up already"
    console.print(f"{what}: AWS_ENDPOINT_URL={state.endpoint_url}", highlight=False)
    return 0


def _down(_options: argparse.Namespace, settings: Settings, console: Console) -> int:
    console.print("The sandbox is down." if down(settings) else "No sandbox was running.")
    return 0


def _run(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    state = require_state(settings)
    started = start_run(settings, state, run_options(options))
    console.print(f"Started {started.execution_arn}", highlight=False, soft_wrap=True)
    if options.no_wait:
        return 0
    sagemaker = client("sagemaker", settings, state.endpoint_url)
    progress = follow(sagemaker, settings, started.execution_arn, console)
    if progress.status != "Succeeded":
        explain_failure(progress, console)
        return 1
    console.print("The execution succeeded. Next: python -m sandbox approve", highlight=False)
    return 0


def _status(_options: argparse.Namespace, settings: Settings, console: Console) -> int:
    show_status(settings, require_state(settings), console)
    return 0


def _repositories(_options: argparse.Namespace, settings: Settings, console: Console) -> int:
    require_state(settings)
    for path in clone_paths(settings).values():
        # Not through rich: the lines are there to be copied.
        console.file.write(f"{path}\n")
    return 0


def _invoke(options: argparse.Namespace, settings: Settings, _console: Console) -> int:
    state = require_state(settings)
    endpoint = options.endpoint or settings.endpoint_name(options.stage)
    answer = invoke(settings, state, endpoint, options.file, options.task)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    return 0


def _logs(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    if options.step is None:
        list_logs(settings, console)
        return 0
    show_log(settings, find_log(settings, options.step), keep_following=options.follow)
    return 0


def _demo(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    # Imported here: drawing takes longer to import than the other commands take to run.
    from sandbox.demo.loop import run_demo

    return run_demo(
        settings,
        run_options(options),
        console,
        docker=options.docker,
        keep=options.keep,
        output_folder=options.output,
    )


def _demo_handwriting(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    from sandbox.demo.handwriting import run_handwriting_demo

    return run_handwriting_demo(
        settings,
        run_options(options),
        console,
        notes=options.notes,
        docker=options.docker,
        keep=options.keep,
        output_folder=options.output,
    )


def _demo_cicd(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    from sandbox.cicd.demo import run_demo_cicd

    return run_demo_cicd(settings, console, keep=options.keep)


COMMANDS: dict[str, Command] = {
    "up": _up,
    "run": _run,
    "status": _status,
    "repositories": _repositories,
    "approve": approve,
    "reject": reject,
    "promote": promote,
    "invoke": _invoke,
    "logs": _logs,
    "down": _down,
    "demo": _demo,
    "demo-handwriting": _demo_handwriting,
    "demo-cicd": _demo_cicd,
}
