"""The machines of a training job, as SageMaker names them."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_training.errors import UserError

PORT = 7777
"""Where the first host is found by the others."""


class Resources(BaseModel):
    """What this job reads of `resourceconfig.json`; instance types and groups are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    current_host: str = Field(description="The name of this machine among the hosts.")
    hosts: list[str] = Field(min_length=1, description="All machines of the job.")
    network_interface_name: str | None = Field(None, description="The interface by which the hosts reach each other.")

    @property
    def in_order(self) -> list[str]:
        """The hosts in the same order on each of them; the first one leads."""
        # SageMaker numbers them: algo-10 comes after algo-9.
        return sorted(self.hosts, key=lambda name: (len(name), name))


ONE_HOST = Resources(current_host="algo-1", hosts=["algo-1"])


def read_resources(path: Path) -> Resources:
    """Read `resourceconfig.json`; without the file there is one host.

    Raises UserError when it is not what SageMaker writes.
    """
    if not path.exists():
        return ONE_HOST
    try:
        found = Resources.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise UserError(
            f"{path} is not the resource configuration of a SageMaker job ({_reason(error)}); "
            "expected a JSON object with current_host and hosts"
        ) from error
    if found.current_host not in found.hosts:
        raise UserError(f"{path} names the current host {found.current_host!r}, which is not among {found.hosts}")
    if len(set(found.hosts)) < len(found.hosts):
        raise UserError(f"{path} names a host twice: {found.hosts}")
    return found


def first_host(resources: Resources, environment: Mapping[str, str] = os.environ) -> tuple[str, int]:
    """Address and port of the first host: its name and PORT, or what MASTER_ADDR and MASTER_PORT say.

    Raises UserError when MASTER_PORT is not a port.
    """
    port = environment.get("MASTER_PORT", str(PORT))
    if not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise UserError(f"the environment variable MASTER_PORT is {port!r}; expected a port from 1 to 65535")
    return environment.get("MASTER_ADDR", resources.in_order[0]), int(port)


def _reason(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
