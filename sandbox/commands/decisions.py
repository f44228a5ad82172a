"""`approve`, `reject` and `promote`: a person's decisions, and what they start."""

import argparse

from rich.console import Console

from sandbox.clients import client
from sandbox.codepipeline.record import ExecutionRecord
from sandbox.commands.delivery_progress import (
    DeliveryFollower,
    answer_approval,
    executions,
    explain_failed_delivery,
    next_number,
    tell_action,
    waiting_approval,
)
from sandbox.control_plane.lifecycle import require_state
from sandbox.errors import SandboxError
from sandbox.project.stage_floor import set_page_floor
from sandbox.registry.packages import find_version, set_approval
from sandbox.registry.version_details import version_table
from sandbox.settings import Settings

DEPLOY = "modeldeploy"


def approve(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    """Approve a version and follow the deployment to its end, or to the approval of production."""
    return _decide(options, settings, console, "Approved")


def reject(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    """Reject a version and follow the deployment of the one before it."""
    return _decide(options, settings, console, "Rejected")


def promote(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    """Answer the approval that a deployment waits for, and follow it to its end."""
    state = require_state(settings)
    pipeline = settings.pipeline_name(DEPLOY)
    waiting = next((record for record in executions(settings, pipeline) if waiting_approval(record)), None)
    if waiting is None:
        message = f"no execution of {pipeline} waits for an approval: approve a version first"
        raise SandboxError(message)
    codepipeline = client("codepipeline", settings, state.endpoint_url)
    answer_approval(codepipeline, waiting, "Rejected" if options.reject else "Approved", "with python -m sandbox")
    if options.no_wait:
        return 0
    ended = DeliveryFollower(settings, pipeline, waiting.number, tell_action(console)).follow()
    if options.reject:
        console.print(f"{ended.name} ended as {ended.status}: production is as it was.", highlight=False)
        return 0
    return _told_end(ended, console)


def _decide(options: argparse.Namespace, settings: Settings, console: Console, status: str) -> int:
    state = require_state(settings)
    sagemaker = client("sagemaker", settings, state.endpoint_url)
    arn = find_version(sagemaker, settings, options.version)
    console.print(version_table(sagemaker, arn))
    if options.page_floor is not None:
        set_page_floor(settings, options.page_floor)
    number = next_number(settings, settings.pipeline_name(DEPLOY))
    set_approval(sagemaker, arn, status, f"{status} with python -m sandbox")
    console.print(f"{status} {arn}", highlight=False, soft_wrap=True)
    if options.no_wait:
        return 0
    deployment = follow_deployment(settings, state.endpoint_url, number, console, promotes=options.promote)
    return _told_end(deployment, console)


def follow_deployment(
    settings: Settings, endpoint_url: str, number: int, console: Console, *, promotes: bool
) -> ExecutionRecord:
    """Follow an execution of model-deploy's pipeline; with `promotes`, approve production when it asks."""
    pipeline = settings.pipeline_name(DEPLOY)
    follower = DeliveryFollower(settings, pipeline, number, tell_action(console))
    record = follower.follow()
    if promotes and waiting_approval(record):
        answer_approval(client("codepipeline", settings, endpoint_url), record, "Approved", "with python -m sandbox")
        record = follower.follow()
    return record


def _told_end(record: ExecutionRecord, console: Console) -> int:
    if waiting_approval(record):
        console.print(f"{record.name}: staging has passed. Next: python -m sandbox promote", highlight=False)
        return 0
    if record.status != "Succeeded":
        explain_failed_delivery(record, console)
        return 1
    console.print(f"{record.name} succeeded. {record.note() or ''}".strip(), highlight=False, soft_wrap=True)
    return 0
