"""The `docker` command: which engine it talks to, and what it says when it fails."""

import os
import shutil
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sandbox.errors import SandboxError

# A job's environment has none of them, and the daemon's own HOME is not the person's.
_OF_THE_CLIENT = (
    "PATH",
    "HOME",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DOCKER_API_VERSION",
    "DOCKER_DEFAULT_PLATFORM",
)
ASK_SECONDS = 120.0
WITHOUT = "without --docker the sandbox needs no engine"


class DockerClient(BaseModel):
    """The docker command as the person who ran `up` has it: the same engine from whatever process it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: dict[str, str]

    @classmethod
    def from_environment(cls) -> "DockerClient":
        """The client of this process's user."""
        chosen = {name: os.environ[name] for name in _OF_THE_CLIENT if name in os.environ}
        # Contexts and credentials lie there.
        chosen.setdefault("DOCKER_CONFIG", str(Path.home() / ".docker"))
        return cls(environment=chosen)

    def command(self, *arguments: str) -> list[str]:
        """Command line of `docker ARGUMENTS`. Raises SandboxError where there is no such program."""
        path = self.environment.get("PATH", os.defpath)
        program = shutil.which("docker", path=path)
        if program is None:
            message = f"there is no `docker` on PATH ({path})"
            raise SandboxError(message)
        return [program, *arguments]

    def of_the_engine(self) -> dict[str, str]:
        """What tells another process which engine, without the rest of the person's environment."""
        return {name: value for name, value in self.environment.items() if name.startswith("DOCKER_")}

    def full_environment(self) -> dict[str, str]:
        """What the client itself is started with; nothing of it reaches a container."""
        return {**os.environ, **self.environment}

    def ask(self, *arguments: str) -> str:
        """What `docker ARGUMENTS` printed. Raises SandboxError with its own last words when it fails."""
        try:
            asked = subprocess.run(  # noqa: S603 - docker, with the sandbox's own arguments
                self.command(*arguments),
                env=self.full_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ASK_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"`docker {arguments[0]}` gave no answer within {ASK_SECONDS:.0f} s: is the engine well?"
            raise SandboxError(message) from error
        if asked.returncode != 0:
            message = f"`docker {arguments[0]}` ended with {asked.returncode}: {asked.stderr.strip()[-2000:]}"
            raise SandboxError(message)
        return asked.stdout.strip()

    def require_engine(self) -> None:
        """Raise SandboxError unless an engine answers."""
        try:
            self.ask("version", "--format", "{{.Server.Version}}")
        except SandboxError as error:
            message = (
                f"no Docker engine answers: {error}\ninstall one, start it, or choose another with DOCKER_HOST or "
                f"`docker context use`; {WITHOUT}"
            )
            raise SandboxError(message) from error

    def image_id(self, reference: str) -> str:
        """The id, `sha256:...`, of an image that the engine has. Raises SandboxError when it has none."""
        return self.ask("image", "inspect", "--format", "{{.Id}}", reference)
