"""The sandbox of this machine: started when it is not up, with the project in it and its pipeline defined."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from sandbox.commands.define import define_pipeline
from sandbox.control_plane.lifecycle import living_state, up
from sandbox.errors import SandboxError
from sandbox.settings import default_settings
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class Sandbox:
    """Where it listens, and a session whose requests it takes."""

    endpoint_url: str
    session: Any


def reach_sandbox(state: Path | None = None) -> Sandbox:
    """Find the running sandbox, or start one. Raises WorkbenchError when it does not come up."""
    settings = default_settings(state)
    try:
        # One that runs containers is as good as one of processes, which a new one would be.
        running = living_state(settings) or up(settings)[0]
        define_pipeline(settings, running)
    except SandboxError as error:
        raise WorkbenchError(str(error)) from error
    session = boto3.Session(
        region_name=settings.region,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - moto takes any
    )
    return Sandbox(running.endpoint_url, session)
