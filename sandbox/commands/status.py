"""`status`: what there is, in tables."""

from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from sandbox.clients import client
from sandbox.codepipeline.record import load_executions
from sandbox.layout import Layout
from sandbox.registry.packages import list_versions
from sandbox.registry.version_details import version_table
from sandbox.settings import Settings
from sandbox.state import State


def show_status(settings: Settings, state: State, console: Console) -> None:
    """Print executions, versions, the newest one in detail, deliveries and endpoints of a running sandbox."""
    kind = "containers" if state.runs_containers else "processes"
    console.print(f"sandbox: process {state.pid}, AWS_ENDPOINT_URL={state.endpoint_url}; jobs and servers are {kind}")
    sagemaker = client("sagemaker", settings, state.endpoint_url)
    console.print(_executions(sagemaker, settings))
    versions = list_versions(sagemaker, settings)
    console.print(_versions(versions, settings))
    if versions:
        console.print(version_table(sagemaker, versions[0]["ModelPackageArn"]))
    console.print(_deliveries(settings))
    console.print(_endpoints(state))
    for name, endpoint in state.endpoints.items():
        if endpoint.port:
            console.print(f"playground of {name}: http://127.0.0.1:{endpoint.port}/", highlight=False, soft_wrap=True)


def _executions(sagemaker: Any, settings: Settings) -> Table:
    table = _table("executions", "execution", "status", "started", "why")
    try:
        answer = sagemaker.list_pipeline_executions(PipelineName=settings.project)
    except ClientError:
        # Before the first run there is no pipeline to ask about.
        return table
    for entry in answer["PipelineExecutionSummaries"]:
        table.add_row(
            entry["PipelineExecutionArn"].rsplit("/", 1)[-1],
            entry["PipelineExecutionStatus"],
            f"{entry['StartTime']:%H:%M:%S}",
            entry.get("PipelineExecutionFailureReason", ""),
        )
    return table


def _versions(versions: list[dict[str, Any]], settings: Settings) -> Table:
    table = _table(f"versions of {settings.project}", "version", "approval", "registered", "ARN")
    for entry in versions:
        table.add_row(
            str(entry["ModelPackageVersion"]),
            entry.get("ModelApprovalStatus", ""),
            f"{entry['CreationTime']:%H:%M:%S}",
            entry["ModelPackageArn"],
        )
    return table


def _deliveries(settings: Settings) -> Table:
    table = _table("deliveries", "delivery", "started by", "status", "last action", "why")
    for record in load_executions(Layout(settings.state_folder).deliveries_file):
        actions = record.actions()
        table.add_row(
            record.name.removeprefix(settings.pipeline_name("")),
            record.trigger.detail or record.trigger.type,
            record.status,
            f"{actions[-1].name} {actions[-1].status}" if actions else "",
            record.failure_reason or record.note() or "",
        )
    return table


def _endpoints(state: State) -> Table:
    table = _table("endpoints", "endpoint", "status", "version", "server", "why")
    for name, endpoint in state.endpoints.items():
        version = (endpoint.model_package_arn or "").rsplit("/", 1)[-1]
        what = f"container {endpoint.container}" if endpoint.container else f"process {endpoint.pid}"
        server = f"http://127.0.0.1:{endpoint.port} ({what})" if endpoint.port else ""
        table.add_row(name, endpoint.status, version, server, endpoint.failure_reason or "")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", expand=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
