"""The way to a project: on AWS, or in the sandbox of this machine."""

import os
from pathlib import Path

import boto3

from workbench.project import Project, find_project


def connect(
    project: str = "", *, profile: str | None = None, region: str | None = None, state: Path | None = None
) -> Project:
    """Connect to a project of an AWS account by its name or id, or, with none named, to the sandbox of this machine.

    The sandbox is started when it is not up; `state` is its folder. Where AWS_ENDPOINT_URL is set, that is asked
    instead, whatever is named. Raises WorkbenchError where there is no such project.
    """
    if not project and not os.environ.get("AWS_ENDPOINT_URL"):
        # Nothing else in this package knows that there is a sandbox, and on AWS its packages are not needed.
        from workbench.local_sandbox import reach_sandbox

        reached = reach_sandbox(state)
        return find_project(reached.session, "", reached.endpoint_url)
    return find_project(
        boto3.Session(profile_name=profile, region_name=region), project, os.environ.get("AWS_ENDPOINT_URL")
    )
