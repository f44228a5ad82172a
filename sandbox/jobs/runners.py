"""What SageMaker would start as a container, and how that is started here: as a process or as a container."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sandbox.images.built import BuiltImages
from sandbox.images.entry_points import Images
from sandbox.jobs.folder import JobFolder
from sandbox.processes.children import Children
from sandbox.processes.environment import child_environment
from sandbox.settings import Settings

# What SageMaker leaves a container between SIGTERM and SIGKILL; a training job gets 120 s.
GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Container:
    """One container: its image's address, what follows it on the command line, and where its files are."""

    name: str
    image: str
    folder: JobFolder
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: Sequence[str] = ()
    arguments: Sequence[str] = ()
    is_isolated: bool = False


@dataclass(frozen=True)
class Launch:
    """The process to start: a command line and its whole environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


class Runner(Protocol):
    """A way to run containers."""

    def job(self, container: Container) -> Launch:
        """How a job is started. Raises SandboxError for an image that is not known."""

    def server(self, container: Container, port: int) -> Launch:
        """How a server is started that answers at `port` of 127.0.0.1. Raises SandboxError as `job` does."""

    def clear_up(self, container: Container) -> None:
        """Remove what is left once the process has ended. Raises SandboxError when that fails."""

    def fault(self, code: int, container: Container) -> str | None:
        """What befell a container that ended with `code`; None when it ended by itself."""

    def container_name(self, container: Container) -> str | None:
        """Name of the real container, where there is one."""


class ProcessRunner:
    """Runs the entry point of an image as a process of this machine, against an emulated `/opt/ml`.

    An image that a lane has built runs the files that were built; `images` are those known by name.
    """

    def __init__(self, images: Images, settings: Settings, endpoint_url: str):
        self._images = images
        self._built = BuiltImages(settings)
        self._settings = settings
        self._endpoint_url = endpoint_url

    def job(self, container: Container) -> Launch:
        """The entry point with its arguments."""
        return self._launch(container, {})

    def server(self, container: Container, port: int) -> Launch:
        """The same, told its port; no stranger in this machine's network is to be served."""
        return self._launch(container, {"SAGEMAKER_BIND_TO_PORT": str(port), "OCR_HOST": "127.0.0.1"})

    def clear_up(self, container: Container) -> None:
        """A process leaves nothing."""

    def fault(self, code: int, container: Container) -> str | None:  # noqa: ARG002 - the protocol's
        """A signal ended it: what the machine does when memory runs out."""
        return f"the container was killed by signal {-code}" if code < 0 else None

    def container_name(self, container: Container) -> str | None:  # noqa: ARG002 - the protocol's
        """There is none."""
        return None

    def _launch(self, container: Container, more: Mapping[str, str]) -> Launch:
        entrypoint, arguments = list(container.entrypoint), list(container.arguments)
        files: Mapping[str, str] = {}
        # Whoever names a repository's image in the file of images means that one, built or not.
        built = None if self._images.knows(container.image) else self._built.find(container.image)
        if built is None:
            command = self._images.command(container.image, entrypoint=entrypoint, arguments=arguments)
        else:
            command, files = built.command(entrypoint, arguments), built.environment()
        base = {"SAGEMAKER_BASE_DIR": str(container.folder.base)}
        environment = {**files, **container.environment, **base, **more}
        return Launch(command, child_environment(self._settings, self._endpoint_url, environment))


class RunningContainer:
    """A container that was started."""

    def __init__(self, container: Container, process: "subprocess.Popen[bytes]", children: Children, runner: Runner):
        self.container = container
        self.pid = process.pid
        self.name = runner.container_name(container)
        self._process = process
        self._children = children
        self._runner = runner

    def poll(self) -> int | None:
        """Exit code, or None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait for its end, clear up after it and return its exit code."""
        code = self._children.wait(self._process)
        self._runner.clear_up(self.container)
        return code

    def stop(self) -> None:
        """SIGTERM, SIGKILL after the grace, and clear up after it."""
        self._children.stop(self._process, GRACE_SECONDS)
        self._runner.clear_up(self.container)

    def fault(self, code: int) -> str | None:
        """What befell it when it did not end by itself."""
        return self._runner.fault(code, self.container)
