"""Docker, by its command line: that one honours contexts, DOCKER_HOST and the user's own settings."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from images.catalogue import ProjectImage
from images.errors import ImageError

LINES_OF_A_FAILURE = 20
MEGABYTE = 1e6

FOR_SAGEMAKER = ("--provenance=false", "--output=type=docker,oci-mediatypes=false")
"""One image manifest in Docker's own form: SageMaker refuses OCI's, and the index that an attestation would make of it
(https://github.com/aws/amazon-sagemaker-feedback/issues/180). Newer engines write those by default."""


def docker(*arguments: str, standard_input: str | None = None) -> str:
    """Run ``docker ARGUMENTS``; returns what it printed.

    Raises:
        ImageError: there is no docker command, or it failed.
    """
    done = subprocess.run(  # noqa: S603  docker, with arguments of this project's own
        [docker_command(), *arguments], input=standard_input, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ImageError(_failure(arguments, done.returncode, done.stderr))
    return done.stdout


def docker_command() -> str:
    """The path of the docker command.

    Raises:
        ImageError: there is none.
    """
    command = shutil.which("docker")
    if command is None:
        raise ImageError("There is no docker command on PATH: install Docker, or run this where an engine is.")
    return command


def build(image: ProjectImage, folder: Path, tag: str, build_args: dict[str, str], *, quiet: bool = False) -> None:
    """Build ``folder``, a copy of the image's repository, under ``tag``; progress goes to stderr.

    Raises:
        ImageError: the build failed.
    """
    given = [f"--build-arg={name}={value}" for name, value in sorted(build_args.items())]
    command = [docker_command(), "build", *FOR_SAGEMAKER, *given, "--tag", tag, str(folder)]
    done = subprocess.run(  # noqa: S603  docker, with arguments of this project's own
        command,
        stdout=subprocess.PIPE if quiet else sys.stderr,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ImageError(f"{image.folder} does not build.\n{_failure(('build', tag), done.returncode, done.stderr)}")


def inspect(reference: str) -> dict[str, Any]:
    """What ``docker image inspect`` says of one image.

    Raises:
        ImageError: the engine has no such image, or does not answer.
    """
    (found,) = json.loads(docker("image", "inspect", reference))
    return dict(found)


def unpacked_megabytes(reference: str) -> float:
    """What an image takes unpacked, in MB of 10^6 bytes: the sum of its layers, which every image store tells alike.

    Raises:
        ImageError: the engine has no such image, or does not answer.
    """
    layers = docker("history", "--human=false", "--format={{.Size}}", reference)
    return sum(int(size) for size in layers.split()) / MEGABYTE


def _failure(arguments: tuple[str, ...], code: int, errors: str | None) -> str:
    last = "\n".join((errors or "").strip().splitlines()[-LINES_OF_A_FAILURE:])
    return f"docker {' '.join(arguments[:2])} ended with exit code {code}. {last}".strip()
