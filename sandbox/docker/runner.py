"""Runs every job and server as a real container of its built image."""

import os

from sandbox.docker.containers import Containers, bind
from sandbox.files import last_lines
from sandbox.images.built import BuiltImages
from sandbox.jobs.runners import Container, Launch
from sandbox.processes.environment import aws_environment
from sandbox.settings import Settings

SERVER_PORT = 8080
ENGINE_FAILED = 125
KILLED = 128

# The docker client would hand a proxy of its own configuration on to containers.
_NO_PROXY = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


class DockerRunner:
    """One container for each job and each server, with the job's folder at /opt/ml and the job's environment."""

    def __init__(self, containers: Containers, settings: Settings, endpoint_url: str):
        self._containers = containers
        self._built = BuiltImages(settings)
        self._settings = settings
        self._endpoint_url = endpoint_url

    def job(self, container: Container) -> Launch:
        """On this machine's network, where the control plane listens, or on none."""
        return self._launch(container, ["--network", "none" if container.is_isolated else "host"])

    def server(self, container: Container, port: int) -> Launch:
        """On a network of its own and without a writable root, its port published on loopback."""
        published = f"127.0.0.1:{port}:{SERVER_PORT}"
        return self._launch(container, ["--publish", published, "--read-only", "--tmpfs", "/tmp"])  # noqa: S108 - in the container

    def clear_up(self, container: Container) -> None:
        """Remove a container whose client was killed, and take over the files that it wrote as root."""
        self._containers.remove(container.name)
        self._containers.hand_over(container.folder.root, os.getuid(), os.getgid())

    def fault(self, code: int, container: Container) -> str | None:
        """The engine or a signal ended it; 137 is SIGKILL, also the kernel's when memory runs out."""
        if code == ENGINE_FAILED:
            said = [line for line in last_lines(container.log, 5) if line.startswith("docker: ")]
            return f"the engine did not run the container ({' '.join(said)})"
        if code < 0:
            return f"the docker client of the container was killed by signal {-code}"
        return f"the container was killed by signal {code - KILLED}" if code > KILLED else None

    def container_name(self, container: Container) -> str | None:
        """Its name in the engine."""
        return self._containers.name(container.name)

    def _launch(self, container: Container, options: list[str]) -> Launch:
        options += ["--name", self._containers.name(container.name), "--label", self._containers.label]
        options += bind(container.folder.base)
        platform = aws_environment(self._settings, self._endpoint_url) | _NO_PROXY
        for name, value in {**platform, **container.environment}.items():
            options += ["--env", f"{name}={value}"]
        entrypoint = list(container.entrypoint)
        if entrypoint:
            options += ["--entrypoint", entrypoint[0]]
        content = self._built.content(container.image)
        image = f"sha256:{content}" if content else self._containers.image(container.image)
        client = self._containers.client
        run = self._containers.run(*options, image, *entrypoint[1:], *container.arguments)
        return Launch(client.command(*run), client.full_environment())
