"""`state.json`: how commands find the daemon and the servers behind its endpoints."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.errors import SandboxError
from sandbox.files import write_atomically
from sandbox.processes.table import same_process


class EndpointState(BaseModel):
    """The server behind one endpoint: its process, or its container and the process that attends to it."""

    model_config = ConfigDict(extra="forbid")

    status: str
    port: int | None = None
    pid: int | None = None
    container: str | None = None
    model_package_arn: str | None = None
    seconds_to_ready: float | None = None
    failure_reason: str | None = None


class State(BaseModel):
    """The living daemon. `pid_created` tells it from a later process with the same id.

    `runs_containers` is true for a sandbox that was started with `--docker`.
    """

    model_config = ConfigDict(extra="forbid")

    pid: int
    pid_created: float
    guard_pid: int
    port: int
    runs_containers: bool = False
    endpoints: dict[str, EndpointState] = Field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        """What AWS_ENDPOINT_URL must be."""
        return f"http://127.0.0.1:{self.port}"

    def is_alive(self) -> bool:
        """Whether this very daemon still runs."""
        return same_process(self.pid, self.pid_created)

    def save(self, path: Path) -> None:
        """Write atomically."""
        write_atomically(path, (self.model_dump_json(indent=2) + "\n").encode())


def load_state(path: Path) -> State | None:
    """The state file's content, or None where there is none.

    Raises SandboxError for a file that is not a state file.
    """
    try:
        text = path.read_text()
    except FileNotFoundError:
        return None
    try:
        return State.model_validate_json(text)
    except ValidationError as error:
        message = f"{path} is not a sandbox state file ({error.error_count()} faults); delete it"
        raise SandboxError(message) from error
