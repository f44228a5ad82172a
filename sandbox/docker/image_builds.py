"""Builds the project's images from the checkout; layers that did not change come from Docker's cache."""

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.checkout import commit_of
from sandbox.docker.client import DockerClient
from sandbox.errors import SandboxError
from sandbox.files import last_lines

FOLDERS = {
    "ocr-processing": "image-build-processing",
    "ocr-training": "image-build-train",
    "ocr-inference": "image-build-inference",
}
"""The seed repository that each image repository is built from."""

TAG = "sandbox"

Tell = Callable[[str], None]

# Of BuildKit's plain progress: the heading of a build step, and what a step prints that really runs.
_HEADING = re.compile(rb"#(\d+) (\[(?!internal).*)")
_WORK = re.compile(rb"#(\d+) (?:[\d.]+ |DONE )")


def build_images(client: DockerClient, checkout: Path, logs: Path, tell: Tell) -> dict[str, str]:
    """Build all three; returns their ids by repository name. Raises SandboxError when one does not build."""
    return {
        repository: build_image(client, checkout, repository, f"{repository}:{TAG}", logs, tell)
        for repository in FOLDERS
    }


def build_image(client: DockerClient, checkout: Path, repository: str, reference: str, logs: Path, tell: Tell) -> str:
    """Build one image under the name `reference`; returns its id.

    The log is `logs/build-REPOSITORY.log`. Raises SandboxError with its last lines when the build fails.
    """
    log = logs / f"build-{repository}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    commit = f"COMMIT={commit_of(checkout)}"
    command = client.command("build", "--progress", "plain", "--build-arg", commit, "--tag", reference)
    begun = time.monotonic()
    tell(f"building {repository}")
    code = _run([*command, str(checkout / FOLDERS[repository])], client, log, tell)
    if code != 0:
        said = "\n".join(last_lines(log, 20))
        message = f"{FOLDERS[repository]} does not build: docker ended with {code}; its log {log} ends with:\n{said}"
        raise SandboxError(message)
    built = client.image_id(reference)
    tell(f"built {repository}:{short_id(built)} in {time.monotonic() - begun:.1f} s")
    return built


def short_id(image_id: str) -> str:
    """First 12 hex digits of an image's id, which stand as its tag."""
    return image_id.removeprefix("sha256:")[:12]


def _run(command: list[str], client: DockerClient, log: Path, tell: Tell) -> int:
    headings: dict[bytes, str] = {}
    with (
        log.open("wb") as file,
        subprocess.Popen(  # noqa: S603 - docker, with the sandbox's own arguments
            command,
            env=client.full_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        for line in process.stdout or ():
            file.write(line)
            heading, work = _HEADING.match(line), _WORK.match(line)
            if heading:
                headings[heading.group(1)] = heading.group(2).decode("utf-8", "replace").strip()
            elif work and work.group(1) in headings:
                # A step that the cache answers prints CACHED instead, and needs no line.
                tell(f"  {headings.pop(work.group(1))[:100]}")
    return process.returncode
