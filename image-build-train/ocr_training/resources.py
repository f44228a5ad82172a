"""The machines of a training job, as SageMaker names them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_training.errors import UserError


class Resources(BaseModel):
    """What this job reads of `resourceconfig.json`; instance types, groups and the network's name are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    current_host: str = Field(description="The name of this machine among the hosts.")
    hosts: list[str] = Field(min_length=1, description="All machines of the job.")


ONE_HOST = Resources(current_host="algo-1", hosts=["algo-1"])


def read_resources(path: Path) -> Resources:
    """Read `resourceconfig.json`; without the file there is one host.

    Raises UserError when it is not what SageMaker writes, and, on every host alike, when there are several hosts.
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
    if len(found.hosts) > 1:
        raise UserError(
            f"the job has {len(found.hosts)} hosts ({', '.join(found.hosts)}) and training runs on one; "
            "set its instance count to 1"
        )
    return found


def _reason(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
