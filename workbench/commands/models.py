"""Commands about versions of the model and their deployment."""

import argparse
from pathlib import Path

from rich.console import Console

from workbench.attachment import attach
from workbench.commands.command import Commands, add_command
from workbench.delivery import Deployment, deployment, newest_deployment
from workbench.errors import WorkbenchError
from workbench.execution import Execution
from workbench.job import Job
from workbench.project import Project
from workbench.registration import evaluate, register
from workbench.registry import Version, find_version, versions


def add(commands: Commands) -> None:
    """Add them."""
    for name, meaning, do in (
        ("evaluate", "evaluate a training job's model as the pipeline would", _evaluate),
        ("register", "evaluate it and register it as a version, if it passes the gate", _register),
    ):
        command = add_command(commands, name, meaning, do)
        command.add_argument("name", metavar="JOB", help="training job")
        command.add_argument("--like", default="latest", help="execution on the same dataset (default: the newest)")

    add_command(commands, "versions", "list the versions, newest first", _versions)
    command = add_command(commands, "version", "show what a version says of itself", _version)
    _add_number(command)
    command.add_argument("--report", type=Path, metavar="HTML", help="write its evaluation's report to this file")

    for name, meaning, do in (
        ("approve", "approve a version and follow its deployment", _approve),
        ("reject", "reject a version, which brings the one before it back", _reject),
    ):
        command = add_command(commands, name, meaning, do)
        _add_number(command)
        command.add_argument("--no-wait", action="store_true", help="return at once")
        if name == "approve":
            command.add_argument(
                "--promote", action="store_true", help="approve production too, once staging has passed"
            )

    command = add_command(commands, "deployment", "show the newest deployment, or answer what it asks", _deployment)
    command.add_argument("--promote", action="store_true", help="let it go to production")
    command.add_argument("--refuse", action="store_true", help="leave production as it is")
    command.add_argument("--no-wait", action="store_true", help="return at once")


def _add_number(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", nargs="?", type=int, metavar="VERSION", help="its number (default: the newest)")


def _pattern(given: argparse.Namespace, project: Project) -> tuple[Job, Execution]:
    trained, like = attach(project, given.name), attach(project, given.like)
    if not isinstance(trained, Job) or not isinstance(like, Execution):
        message = f"{given.name} and {given.like}: expected a training job, and an execution that it is like"
        raise WorkbenchError(message)
    return trained, like


def _evaluate(given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(evaluate(*_pattern(given, project)))


def _register(given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(register(*_pattern(given, project)))


def _versions(_given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(versions(project))


def _version(given: argparse.Namespace, project: Project, console: Console) -> None:
    version = find_version(project, given.number)
    console.print(version)
    if given.report:
        version.report().save(given.report)


def _approve(given: argparse.Namespace, project: Project, console: Console) -> None:
    _decided(given, find_version(project, given.number).approve(), console, promotes=given.promote)


def _reject(given: argparse.Namespace, project: Project, console: Console) -> None:
    _decided(given, find_version(project, given.number).reject(), console, promotes=False)


def _decided(given: argparse.Namespace, version: Version, console: Console, *, promotes: bool) -> None:
    console.print(f"version {version.number} is {version.status}", highlight=False)
    if given.no_wait:
        return
    followed = deployment(version).wait()
    if promotes and followed.waiting:
        followed = followed.promote().wait()
    console.print(followed)
    _say_what_it_waits_for(followed, console)


def _deployment(given: argparse.Namespace, project: Project, console: Console) -> None:
    found = newest_deployment(project)
    if found is None:
        message = "nothing has been deployed yet: approve a version"
        raise WorkbenchError(message)
    if given.refuse:
        console.print(found.refuse())
        return
    if given.promote:
        found = found.promote()
        found = found if given.no_wait else found.wait()
    console.print(found)
    _say_what_it_waits_for(found, console)


def _say_what_it_waits_for(found: Deployment, console: Console) -> None:
    if found.waiting:
        console.print("Staging has passed. Next: python -m workbench deployment --promote", highlight=False)
