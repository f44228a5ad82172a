"""The containers of one sandbox: the images they run, the mark they carry, and how the last of them goes.

A sandbox that was started with `--docker` has a `containers.json`; for one that runs processes there is none.
"""

import hashlib
import os
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.docker.client import DockerClient
from sandbox.docker.image_builds import short_id
from sandbox.errors import SandboxError
from sandbox.files import write_json
from sandbox.images.entry_points import repository_name, unknown_repository
from sandbox.jobs.folder import CONTAINER_ROOT
from sandbox.layout import Layout

LABEL = "ocr-sandbox.state"
REMOVE_SECONDS = 20.0


class Containers(BaseModel):
    """Which engine runs the containers of the sandbox in `state_folder`, and the image ids by repository name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: DockerClient
    state_folder: Path
    images: dict[str, str]

    def image(self, image_uri: str) -> str:
        """Id of the built image that an address stands for. Raises SandboxError for an unknown repository."""
        name = repository_name(image_uri)
        if name not in self.images:
            raise unknown_repository(image_uri, self.images)
        return self.images[name]

    def tag(self, repository: str) -> str:
        """What tells this build of a repository's image from others: 12 hex digits of its id."""
        return short_id(self.image(repository))

    @property
    def label(self) -> str:
        """Carried by every container of this sandbox and by no other."""
        return f"{LABEL}={self.state_folder}"

    def name(self, container: str) -> str:
        """A container's name in the engine, which other sandboxes may use too."""
        return f"ocr-sandbox-{hashlib.sha256(str(self.state_folder).encode()).hexdigest()[:8]}-{container}"

    def run(self, *options: str) -> list[str]:
        """Arguments of `docker run OPTIONS`, which asks no registry and leaves nothing when it has ended."""
        return ["run", "--rm", "--pull", "never", *options]

    def remove(self, container: str | None = None) -> list[str]:
        """Kill and remove a container, or all that this sandbox has; returns the names of those there were.

        Raises SandboxError when they do not go.
        """
        filters = ["--filter", f"label={self.label}"]
        if container is not None:
            filters += ["--filter", f"name=^/?{self.name(container)}$"]
        end = time.monotonic() + REMOVE_SECONDS
        removed: set[str] = set()
        while names := self.client.ask("ps", "--all", "--format", "{{.Names}}", *filters).split():
            removed.update(names)
            try:
                self.client.ask("rm", "--force", "--volumes", *names)
            except SandboxError:
                # Its own `docker run --rm` may be removing it at this moment.
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        return sorted(removed)

    def hand_over(self, folder: Path, user: int, group: int) -> None:
        """Give `user` what containers, which run as root, have written into `folder`.

        A container does it: nobody else but root may. Raises SandboxError when it fails.
        """
        if user == 0 or all(path.lstat().st_uid == user for path in [folder, *folder.rglob("*")]):
            return
        options = ["--network", "none", "--user", "0", *bind(folder), "--entrypoint", "chown"]
        arguments = ["--recursive", "--no-dereference", f"{user}:{group}", str(CONTAINER_ROOT)]
        self.client.ask(*self.run(*options, next(iter(self.images.values())), *arguments))

    def save(self, path: Path) -> None:
        """Write `containers.json`."""
        write_json(path, self.model_dump(mode="json"))


def load_containers(layout: Layout) -> Containers | None:
    """What `containers.json` says, or None where there is none.

    Raises SandboxError for a file of another form.
    """
    path = layout.containers_file
    try:
        return Containers.model_validate_json(path.read_text())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        message = f"{path} does not describe containers ({error.error_count()} faults); delete it"
        raise SandboxError(message) from error


def remove_left_over(layout: Layout) -> list[str]:
    """Remove every container of the sandbox in this state folder, and hand over their files; returns their names.

    Raises SandboxError, which says what to do, when the engine does not let them go.
    """
    containers = load_containers(layout)
    if containers is None:
        return []
    try:
        removed = containers.remove()
        for folder in (layout.jobs, layout.endpoints):
            if folder.is_dir():
                containers.hand_over(folder, os.getuid(), os.getgid())
    except SandboxError as error:
        message = (
            f"containers with the label {containers.label} may be left: {error}\n"
            f"start the engine and try again, or delete {layout.containers_file} to leave them to themselves"
        )
        raise SandboxError(message) from error
    return removed


def bind(folder: Path) -> list[str]:
    """Options that make `folder` the container's /opt/ml; `z` lets it through where SELinux stands guard."""
    return ["--volume", f"{folder}:{CONTAINER_ROOT}:z"]
