"""Shows an execution while it runs, and where it failed."""

import time
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from sandbox.commands.progress import ExecutionProgress, StepProgress, execution_progress
from sandbox.files import last_lines
from sandbox.settings import Settings

# Every look costs processor time that the step could use: a step that runs long is looked at less often.
SHORTEST_PAUSE, LONGEST_PAUSE, PAUSE_SHARE = 0.2, 1.0, 0.05
SHOWN_LOG_LINES = 20

_COLOURS = {"Succeeded": "green", "Failed": "red", "Executing": "cyan", "Stopped": "yellow"}


def follow(sagemaker: Any, settings: Settings, arn: str, console: Console) -> ExecutionProgress:
    """Follow an execution to its end: a live table on a terminal, a line for each change elsewhere."""
    if not console.is_terminal:
        return _follow_in_lines(sagemaker, settings, arn, console)
    progress = execution_progress(sagemaker, settings, arn)
    with Live(progress_table(progress), console=console, refresh_per_second=4) as live:
        while not progress.has_ended:
            time.sleep(_pause(progress))
            progress = execution_progress(sagemaker, settings, arn)
            live.update(progress_table(progress))
    return progress


def _follow_in_lines(sagemaker: Any, settings: Settings, arn: str, console: Console) -> ExecutionProgress:
    told: dict[str, str] = {}
    heard: dict[str, float] = {}
    while True:
        progress = execution_progress(sagemaker, settings, arn)
        for step in progress.steps:
            if told.get(step.name) != step.status:
                told[step.name] = step.status
                heard[step.name] = step.seconds
                console.print(_line(step), highlight=False, markup=False, soft_wrap=True)
            elif step.status == "Executing" and step.seconds - heard[step.name] >= 10:
                heard[step.name] = step.seconds
                console.print(_line(step), highlight=False, markup=False, soft_wrap=True)
        if progress.has_ended:
            return progress
        time.sleep(_pause(progress))


def _pause(progress: ExecutionProgress) -> float:
    age = progress.steps[-1].seconds if progress.steps else 0.0
    return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, PAUSE_SHARE * age))


def _line(step: StepProgress) -> str:
    status = f"{step.status} (cached)" if step.cached else step.status
    return f"{step.name:<18} {status:<18} {step.seconds:7.1f} s  {step.said}".rstrip()


def progress_table(progress: ExecutionProgress) -> Table:
    """Steps with their status, time and last words."""
    table = Table(title=f"Execution {progress.arn.rsplit('/', 1)[-1]}: {progress.status}", expand=True)
    table.add_column("step", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("last line", overflow="ellipsis", no_wrap=True, ratio=1)
    for step in progress.steps:
        colour = _COLOURS.get(step.status, "white")
        status = f"{step.status} (cached)" if step.cached else step.status
        table.add_row(step.name, f"[{colour}]{status}[/]", f"{step.seconds:.1f}", escape(step.said))
    return table


def explain_failure(progress: ExecutionProgress, console: Console) -> None:
    """Print the reason, the failed step's last lines and where its log is."""
    step = progress.failed_step()
    console.print(f"[red]The execution ended as {progress.status}.[/]")
    if progress.failure_reason:
        console.print(escape(progress.failure_reason), soft_wrap=True)
    if step is None or not step.log.exists():
        return
    console.rule(f"last lines of {step.name}")
    for line in last_lines(step.log, SHOWN_LOG_LINES):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.rule()
    console.print(f"log: {escape(str(step.log))}", soft_wrap=True)
