"""Commands about executions and jobs."""

import argparse
from pathlib import Path

from rich.console import Console

from workbench.attachment import attach
from workbench.commands.command import Commands, add_command, assignments
from workbench.comparison import METRIC, compare, mlflow_runs
from workbench.dataset import dataset
from workbench.errors import WorkbenchError
from workbench.execution import Execution, executions, newest_execution, retrain, run
from workbench.job import Job
from workbench.project import Project
from workbench.registration import evaluation
from workbench.training import train_many, wait_all


def add(commands: Commands) -> None:
    """Add them."""
    for name, meaning, start in (
        ("run", "start an execution of the pipeline and follow it", _run),
        ("retrain", "start one with the parameters of the newest that succeeded", _retrain),
    ):
        command = add_command(commands, name, meaning, start)
        command.add_argument("--documents", help="folder, which is uploaded, or s3://BUCKET/FOLDER/ to learn from")
        _add_values(command, "--parameter", "value of a pipeline parameter; may be repeated")
        command.add_argument("--no-wait", action="store_true", help="start it and return")

    add_command(commands, "executions", "list the executions, newest first", _executions)

    command = add_command(commands, "figures", "show an execution's dataset, and what its model came to", _figures)
    command.add_argument("name", nargs="?", metavar="EXECUTION", help="its id (default: the newest that succeeded)")
    command.add_argument("--report", type=Path, metavar="HTML", help="write Preprocess's report to this file")

    command = add_command(commands, "attach", "look into a job or an execution by its name", _attach)
    command.add_argument("name", help="training job, processing job, execution, an ARN of one, or `latest`")
    command.add_argument("--step", help="of an execution, the job of this step")
    command.add_argument("--log", action="store_true", help="print the job's log")
    command.add_argument("--follow", action="store_true", help="follow it to its end")
    command.add_argument("--metrics", action="store_true", help="show a training job's metrics")
    command.add_argument("--plot", type=Path, metavar="PNG", help="draw their curves into this file")
    command.add_argument("--artifacts", action="store_true", help="list what the job left")
    command.add_argument("--fetch", type=Path, metavar="FOLDER", help="fetch that, archives unpacked")
    command.add_argument("--stop", action="store_true", help="ask it to stop")

    command = add_command(commands, "train", "start training jobs like one that ran, and compare them", _train)
    command.add_argument("--like", default="latest", help="training job or execution (default: the newest execution)")
    _add_values(command, "--set", "hyperparameter of all of them; may be repeated")
    command.add_argument(
        "--choice",
        action="append",
        default=[],
        metavar="NAME=VALUE,NAME=VALUE",
        help="a job with these hyperparameters; may be repeated, and the jobs run at once",
    )
    command.add_argument("--instance-type", help="other instances than those of the job that it is like")
    command.add_argument("--no-wait", action="store_true", help="start them and return")

    command = add_command(commands, "compare", "compare training jobs by their metrics", _compare)
    command.add_argument("names", nargs="+", metavar="JOB", help="training jobs")
    command.add_argument("--metric", default=METRIC, help="what the best one is best in (default: %(default)s)")

    command = add_command(
        commands, "runs", "list the runs on the MLflow server of MLFLOW_TRACKING_URI", _runs, offline=True
    )
    command.add_argument("--experiment", help="their experiment (default: MLFLOW_EXPERIMENT_NAME)")


def _add_values(command: argparse.ArgumentParser, option: str, meaning: str) -> None:
    command.add_argument(option, action="append", default=[], metavar="NAME=VALUE", dest="values", help=meaning)


def _documents(given: argparse.Namespace) -> str | Path | None:
    documents: str | None = given.documents
    return documents if documents is None or documents.startswith("s3://") else Path(documents)


def _run(given: argparse.Namespace, project: Project, console: Console) -> None:
    _followed(given, run(project, _documents(given), assignments(given.values)), console)


def _retrain(given: argparse.Namespace, project: Project, console: Console) -> None:
    _followed(given, retrain(project, _documents(given), assignments(given.values)), console)


def _followed(given: argparse.Namespace, execution: Execution, console: Console) -> None:
    console.print(f"started {execution.arn}", highlight=False, soft_wrap=True)
    if not given.no_wait:
        console.print(execution.follow(console))


def _executions(_given: argparse.Namespace, project: Project, console: Console) -> None:
    for execution in executions(project):
        console.print(execution)


def _figures(given: argparse.Namespace, project: Project, console: Console) -> None:
    execution = attach(project, given.name) if given.name else newest_execution(project)
    if not isinstance(execution, Execution):
        message = f"{given.name} is a job: expected an execution" if given.name else "no execution has succeeded yet"
        raise WorkbenchError(message)
    documents, found = dataset(execution.job("Preprocess")), evaluation(execution.job("Evaluate"))
    console.print(documents)
    console.print(found)
    if found.figures.get("word_level"):
        console.print(found.beside_paper())
    if given.report:
        documents.report().save(given.report)


def _attach(given: argparse.Namespace, project: Project, console: Console) -> None:
    found = attach(project, given.name)
    if isinstance(found, Execution) and given.step:
        found = found.job(given.step)
    if given.stop:
        found.stop()
    if isinstance(found, Execution):
        if asked := [name for name in ("log", "metrics", "plot", "artifacts", "fetch") if getattr(given, name)]:
            message = f"{found.id} is an execution, and --{asked[0]} is of a job: say which with --step"
            raise WorkbenchError(message)
        console.print(found.follow(console) if given.follow else found)
        return
    _look_into(given, found.follow() if given.follow else found, console)


def _look_into(given: argparse.Namespace, job: Job, console: Console) -> None:
    console.print(job)
    if given.log and not given.follow:
        # Not through rich: a log is what it is.
        console.file.write(f"{job.log()}\n")
    if given.metrics:
        console.print(job.metrics())
    if given.plot:
        job.metrics().plot().save(given.plot)
    if given.artifacts:
        console.print(job.artifacts())
    if given.fetch:
        for path in job.fetch(given.fetch):
            console.print(str(path), highlight=False, soft_wrap=True)


def _train(given: argparse.Namespace, project: Project, console: Console) -> None:
    like = attach(project, given.like)
    common = assignments(given.values)
    choices = [common | assignments(choice.split(",")) for choice in given.choice] or [common]
    jobs = train_many(like, choices, instance_type=given.instance_type)
    for job in jobs:
        console.print(f"started {job.name}", highlight=False)
    if not given.no_wait:
        console.print(compare(wait_all(jobs)))


def _compare(given: argparse.Namespace, project: Project, console: Console) -> None:
    console.print(compare([_job(project, name) for name in given.names], given.metric))


def _runs(given: argparse.Namespace, _project: None, console: Console) -> None:
    console.print(mlflow_runs(given.experiment))


def _job(project: Project, name: str) -> Job:
    found = attach(project, name)
    return found.job("Train") if isinstance(found, Execution) else found
