"""The hosts of a job, as the platform names them, and which of the work is whose."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import from_json

from ocr_processing.failure import UserError

PORT = 7777
"""Where the first host is found by the others."""


class Hosts(BaseModel):
    """One entry for each instance of the job, in the same order on each; the first one leads."""

    current_host: str = "algo-1"
    hosts: list[str] = Field(default=["algo-1"], min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "Hosts":
        if self.current_host not in self.hosts or len(set(self.hosts)) < len(self.hosts):
            raise ValueError(f"the current host {self.current_host!r} has to be once among the hosts {self.hosts}")
        # The platform numbers them: algo-10 comes after algo-9.
        self.hosts.sort(key=lambda name: (len(name), name))
        return self

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.hosts)

    @property
    def number(self) -> int:
        """This one's place among them, from 0."""
        return self.hosts.index(self.current_host)

    @property
    def leads(self) -> bool:
        """Whether this is the host that writes what the dataset has once."""
        return self.number == 0

    def has(self, document: str) -> bool:
        """Whether the document is this host's: by a hash of its name, so that each has one owner and equal shares."""
        digest = hashlib.blake2b(document.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.number

    def meeting_point(self, environment: Mapping[str, str] = os.environ) -> tuple[str, int]:
        """Address and port of the first host: its name and PORT, or what MASTER_ADDR and MASTER_PORT say.

        Raises UserError when MASTER_PORT is not a port.
        """
        port = environment.get("MASTER_PORT", str(PORT))
        if not port.isdecimal() or not 0 < int(port) < 1 << 16:
            raise UserError(f"The environment variable MASTER_PORT is {port!r}; expected a port from 1 to 65535.")
        return environment.get("MASTER_ADDR", self.hosts[0]), int(port)


def read_hosts(path: Path) -> Hosts:
    """Read `resourceconfig.json`; without the file the job has one host.

    Raises UserError when the file is of another form.
    """
    if not path.is_file():
        return Hosts()
    try:
        return Hosts.model_validate(from_json(path.read_bytes()))
    except (OSError, ValueError, ValidationError) as error:
        raise UserError(f"{path} is not the platform's resourceconfig.json: {error}") from error


def only_one(hosts: Hosts, job: str) -> None:
    """Raises UserError for a job of several hosts: each would write its whole output over the others'."""
    if hosts.count > 1:
        raise UserError(
            f"The job has {hosts.count} instances and this one is {hosts.current_host}: {job} runs on one; "
            "set InstanceCount to 1 and, for speed, a larger instance type."
        )


def check_replicated(path: Path, hosts: Hosts) -> None:
    """Raises UserError when the platform deals the documents' files out to the hosts itself.

    It deals out by the files' order, so a picture and its label would come to different hosts. `path` is
    `processingjobconfig.json`, which says how; without it there is nothing to check.
    """
    if hosts.count == 1 or not path.is_file():
        return
    try:
        content: Any = from_json(path.read_bytes())
        inputs = content.get("ProcessingInputs") or []
        sharded = [
            entry["InputName"]
            for entry in inputs
            if (entry.get("S3Input") or {}).get("S3DataDistributionType") == "ShardedByS3Key"
        ]
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise UserError(f"{path} is not the platform's processingjobconfig.json: {error!r}") from error
    if sharded:
        raise UserError(
            f"The input {sharded[0]} has S3DataDistributionType ShardedByS3Key: pictures and their labels would come "
            "to different instances. Set FullyReplicated: each instance takes its share by the documents' keys."
        )
