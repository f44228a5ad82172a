"""The hosts of a job, as the platform names them in `resourceconfig.json`."""

import json
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from ocr_processing.failure import UserError


class Hosts(BaseModel):
    """One entry for each instance of the job."""

    current_host: str = "algo-1"
    hosts: list[str] = Field(default=["algo-1"], min_length=1)


def read_hosts(path: Path) -> Hosts:
    """Read `resourceconfig.json`; without the file the job has one host.

    Raises UserError when the file is of another form.
    """
    if not path.is_file():
        return Hosts()
    try:
        return Hosts.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise UserError(f"{path} is not the platform's resourceconfig.json: {error}") from error


def only_one(hosts: Hosts, job: str) -> None:
    """Raises UserError for a job of several hosts: each would write its whole output over the others'."""
    if len(hosts.hosts) > 1:
        raise UserError(
            f"The job has {len(hosts.hosts)} instances and this one is {hosts.current_host}: {job} runs on one; "
            "set InstanceCount to 1 and, for speed, a larger instance type."
        )
