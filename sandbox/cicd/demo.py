"""Runs the demonstration."""

import time

from rich.console import Console
from rich.markup import escape

from sandbox.cicd.first_version import (
    documents_arrive,
    first_executions,
    image_versions_start_the_model_build,
    push_to_model_build,
)
from sandbox.cicd.happening import expect, happenings_table
from sandbox.cicd.next_versions import (
    a_second_version,
    approve,
    push_an_impossible_threshold,
    push_to_the_inference_image,
    reject,
)
from sandbox.cicd.project import CicdProject
from sandbox.commands.plain_lines import plain_lines
from sandbox.control_plane.lifecycle import down, living_state, up
from sandbox.errors import SandboxError
from sandbox.processes.ended_by_signals import ended_by_signals
from sandbox.project.stacks import clone_paths, ensure_project
from sandbox.settings import Settings

FILE_WIDTH = 160

# What a person would fill in when creating the project: the demonstration trains for seconds.
PARAMETERS = {"MinExactMatch": "0.3", "TrainingUseSpot": "false"}


def run_demo_cicd(settings: Settings, console: Console, *, keep: bool) -> int:
    """Run every step and print the table; returns the exit status. Without `keep`, nothing is left running.

    Raises SandboxError, and stops nothing, when a sandbox is up.
    """
    if living_state(settings) is not None:
        message = "a sandbox is up, and the demonstration begins with a new one: stop it with `python -m sandbox down`"
        raise SandboxError(message)
    begun = time.monotonic()
    with ended_by_signals():
        try:
            return _run(settings, console, begun)
        finally:
            if not keep:
                down(settings)


def _run(settings: Settings, console: Console, begun: float) -> int:
    console.print("[bold]Project[/]", highlight=False)
    state, _ = up(settings, first_executions=True, tell=plain_lines(console))
    project = CicdProject(settings, state, console)
    try:
        _create(project, state.endpoint_url)
        first_executions(project)
        image_versions_start_the_model_build(project)
        documents_arrive(project)
        push_to_model_build(project)
        # The lane has a core of its own while the first version is deployed.
        pushed = push_to_the_inference_image(project)
        approve(project, 1)
        a_second_version(project, pushed)
        approve(project, 2)
        reject(project, 2)
        push_an_impossible_threshold(project)
    except SandboxError as error:
        _print_table(project)
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True, highlight=False)
        return 1
    _print_table(project)
    console.print(f"Everything was as it should be, in {time.monotonic() - begun:.0f} s.", highlight=False)
    return 0


def _print_table(project: CicdProject) -> None:
    console = project.console
    if not console.is_terminal:
        # A file has no width of its own, and lines of 80 characters would make a page of each cell.
        console = Console(file=console.file, width=FILE_WIDTH)
    console.print(happenings_table(project.happenings.lines))


def _create(project: CicdProject, endpoint_url: str) -> None:
    with project.happenings.line("the project is created") as line:
        ensure_project(project.settings, endpoint_url, PARAMETERS)
        stack = project.settings.project_stack
        resources = project.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        repositories = clone_paths(project.settings)
        expect(len(repositories) == 5, f"the project was to have 5 repositories, not {len(repositories)}")
        line.started_by = "a person, as with Create project in Studio"
        line.led_to = f"{len(resources)} resources, among them {len(repositories)} repositories and their pipelines"
