"""What `up --docker` sees to before it starts the sandbox: an engine, the images, and that containers reach us."""

import socket
import tempfile
from pathlib import Path

from sandbox.docker.client import WITHOUT, DockerClient
from sandbox.docker.containers import Containers, bind
from sandbox.docker.image_builds import Tell, build_images
from sandbox.errors import SandboxError
from sandbox.images.entry_points import load_images
from sandbox.jobs.folder import CONTAINER_ROOT
from sandbox.layout import Layout
from sandbox.settings import Settings


def prepare_containers(settings: Settings, images_file: Path | None, tell: Tell) -> Containers:
    """Build the images, or look up those of `images_file`, and try one of them.

    Raises SandboxError without an engine, when an image is missing or does not build, and when containers do
    not reach this machine.
    """
    layout = Layout(settings.state_folder)
    client = DockerClient.from_environment()
    client.require_engine()
    if images_file is None:
        images = build_images(client, settings.checkout, layout.logs, tell)
    else:
        images = {name: client.image_id(reference) for name, reference in _built(images_file).items()}
    containers = Containers(client=client, state_folder=settings.state_folder, images=images)
    require_reach(containers, layout.scratch)
    return containers


def _built(images_file: Path) -> dict[str, str]:
    found = {name: image.built for name, image in load_images(images_file).repositories.items()}
    built = {name: reference for name, reference in found.items() if reference is not None}
    if built.keys() != found.keys() or not built:
        without = ", ".join(sorted(found.keys() - built.keys())) or "there is none"
        message = (
            f"{images_file}: --docker needs `built`, the name of an image in Docker, for every repository; "
            f"without it: {without}"
        )
        raise SandboxError(message)
    return built


def require_reach(containers: Containers, scratch: Path) -> None:
    """Raise SandboxError unless a container reaches this machine's loopback and its files.

    One of an engine on another machine, in a virtual machine or without root may reach neither.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as name, socket.create_server(("127.0.0.1", 0)) as server:
        address = ("127.0.0.1", server.getsockname()[1])
        script = f"import socket; socket.create_connection({address!r}, 5); open('{CONTAINER_ROOT}/seen', 'w')"
        image = next(iter(containers.images.values()))
        run = containers.run("--network", "host", *bind(Path(name)), "--entrypoint", "python", image, "-c", script)
        try:
            said = containers.client.ask(*run)
        except SandboxError as error:
            said = str(error)
        if not Path(name, "seen").exists():
            message = (
                f"containers do not reach 127.0.0.1 of this machine, or its folders: {said or 'nothing was said'}\n"
                "--docker needs an engine that runs on this machine, on Linux and as root, so that --network host "
                f"and bind mounts mean this machine; {WITHOUT}"
            )
            raise SandboxError(message)
