"""Commands about endpoints: asking them, endpoints of one's own, captures and drift."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from workbench.captures import captures
from workbench.commands.command import Commands, add_command, assignments
from workbench.drift import drift, make_baseline
from workbench.endpoint import TRIAL, delete, deploy, endpoints, find_endpoint
from workbench.load import load
from workbench.project import Project
from workbench.reading import TASKS, endpoint_name, invoke, invoke_halves
from workbench.registry import find_version


def add(commands: Commands) -> None:
    """Add them."""
    add_command(commands, "project", "show the project's names", _project)
    add_command(commands, "endpoints", "list the endpoints", _endpoints)

    command = add_command(commands, "invoke", "send a page to an endpoint", _invoke)
    command.add_argument("file", type=Path, help="picture or PDF")
    _add_endpoint(command)
    command.add_argument(
        "--then", metavar="ENDPOINT", help="endpoint that reads what the first one, of detection, found"
    )
    command.add_argument("--json", action="store_true", help="print the answer as it is")
    command.add_argument("--draw", type=Path, metavar="PNG", help="draw what was read into this file")
    command.add_argument("--over", action="store_true", help="draw the texts over the page, in their places")
    command.add_argument("--beside", action="store_true", help="draw the texts in their places beside the page")

    command = add_command(commands, "deploy", "deploy a version to an endpoint of its own", _deploy)
    command.add_argument("number", nargs="?", type=int, metavar="VERSION", help="its number (default: the newest)")
    _add_name(command)
    command.add_argument("--instance-type", help="instance type (default: staging's)")
    command.add_argument("--capture-percent", type=int, default=0, help="share of requests to capture, in percent")

    command = add_command(commands, "delete", "delete an endpoint that `deploy` made", _delete)
    _add_name(command)

    command = add_command(commands, "load", "send an endpoint many pages and measure", _load)
    command.add_argument("files", type=Path, nargs="+", metavar="FILE", help="pages, sent in turn")
    _add_endpoint(command)
    command.add_argument("--requests", type=int, default=60, help="how many (default: %(default)s)")
    command.add_argument("--clients", type=int, default=4, help="how many at a time (default: %(default)s)")

    command = add_command(commands, "captures", "list what an endpoint captured", _captures)
    _add_endpoint(command, tasks=False)

    command = add_command(
        commands, "baseline", "make a baseline of an endpoint's captures, and print its address", _baseline
    )
    _add_endpoint(command, tasks=False)
    command.add_argument("--min-pages", type=int, default=50, help="with fewer none is made (default: %(default)s)")

    command = add_command(commands, "drift", "compare an endpoint's captures with a baseline, by the drift job", _drift)
    _add_endpoint(command, tasks=False)
    command.add_argument("--baseline", metavar="S3_URI", help="another baseline than that of the endpoint's version")
    command.add_argument(
        "--hours", type=float, help="how many of the last hours' captures (default: drift-config.json's)"
    )
    command.add_argument("--min-pages", type=int, help="with fewer nothing is compared (default: drift-config.json's)")
    command.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of another parameter of drift.yaml; may be repeated",
    )
    command.add_argument("--report", type=Path, metavar="HTML", help="write the report to this file")


def _add_endpoint(command: argparse.ArgumentParser, *, tasks: bool = True) -> None:
    command.add_argument("--endpoint", default="prod", help="`staging`, `prod`, or its name (default: %(default)s)")
    if tasks:
        command.add_argument("--task", choices=TASKS, help="what to do (default: what the endpoint does by itself)")


def _add_name(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", default=TRIAL, help="what follows the project's name (default: %(default)s)")
    command.add_argument("--task", choices=TASKS, help="an endpoint that does this unless asked otherwise")


def _project(_given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(project)


def _endpoints(_given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(endpoints(project))


def _invoke(given: argparse.Namespace, project: Project, console: Console) -> None:
    if given.then:
        reading = invoke_halves(project, given.endpoint, given.then, given.file)
    else:
        reading = invoke(project, given.endpoint, given.file, given.task)
    if given.json:
        console.file.write(json.dumps(reading.answer, ensure_ascii=False, indent=2) + "\n")
    else:
        console.print(reading)
    if given.draw:
        reading.draw(over=given.over, beside=given.beside).save(given.draw)


def _deploy(given: argparse.Namespace, project: Project, console: Console) -> None:
    version = find_version(project, given.number)
    console.print(
        deploy(
            version,
            given.name,
            task=given.task,
            instance_type=given.instance_type,
            capture_percent=given.capture_percent,
        )
    )


def _delete(given: argparse.Namespace, project: Project, console: Console) -> None:
    delete(project, given.name, task=given.task)
    console.print(endpoints(project))


def _load(given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(
        load(project, given.endpoint, given.files, requests=given.requests, clients=given.clients, task=given.task)
    )


def _captures(given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(captures(project, given.endpoint))


def _baseline(given: argparse.Namespace, project: Project, console: Console) -> None:
    endpoint = find_endpoint(project, endpoint_name(project, given.endpoint))
    console.print(make_baseline(endpoint, min_pages=given.min_pages), highlight=False, soft_wrap=True)


def _drift(given: argparse.Namespace, project: Project, console: Console) -> None:
    found = drift(
        find_endpoint(project, endpoint_name(project, given.endpoint)),
        baseline_uri=given.baseline,
        hours=given.hours,
        min_pages=given.min_pages,
        parameters=assignments(given.parameter),
    )
    console.print(found)
    if given.report:
        found.report.save(given.report)
