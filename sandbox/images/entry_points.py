"""How an image's entry point runs as a process here, and what it is called.

A container image is known by its repository's name, whatever registry, tag or digest stands around it.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.errors import SandboxError
from sandbox.settings import Settings


class Image(BaseModel):
    """One image: the ENTRYPOINT of its Dockerfile, the folder whose files make its tag, and what it is built as."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entrypoint: list[str]
    source: Path | None = None
    built: str | None = None


class Images(BaseModel):
    """All images that the sandbox can run, by repository name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repositories: dict[str, Image]

    def knows(self, image_uri: str) -> bool:
        """Whether the image's repository is one of these."""
        return repository_name(image_uri) in self.repositories

    def command(
        self, image_uri: str, *, entrypoint: list[str] | None = None, arguments: list[str] | None = None
    ) -> list[str]:
        """Command line of a container of `image_uri`.

        `entrypoint` replaces the image's own, as ContainerEntrypoint does, and `arguments` follow it.
        Raises SandboxError for an image that the sandbox does not know.
        """
        image = self.repositories.get(repository_name(image_uri))
        if image is None:
            raise unknown_repository(image_uri, self.repositories)
        command = [*(entrypoint or image.entrypoint), *(arguments or [])]
        if command[0] in ("python", "python3"):
            command[0] = sys.executable
        return command

    def tag(self, repository: str) -> str:
        """A digest of the source that the repository's image would be built from.

        A changed source gives another address, so that the step cache never answers for old code.
        """
        image = self.repositories.get(repository)
        if image is None:
            raise unknown_repository(repository, self.repositories)
        return source_digest(image.source) if image.source else "sandbox"


def image_uri(repository: str, tag: str, settings: Settings) -> str:
    """ECR address of an image."""
    return f"{settings.account_id}.dkr.ecr.{settings.region}.amazonaws.com/{repository}:{tag}"


def unknown_repository(image_uri: str, known: Iterable[str]) -> SandboxError:
    """What is to be said of an image that the sandbox does not know."""
    return SandboxError(
        f"image {image_uri!r}: the sandbox knows no repository {repository_name(image_uri)!r}; "
        f"it can run {', '.join(sorted(known))}"
    )


def repository_name(image_uri: str) -> str:
    """`ocr-training` of `123456789012.dkr.ecr.us-east-1.amazonaws.com/team/ocr-training:tag@sha256:...`."""
    name = image_uri.split("@", 1)[0].rsplit("/", 1)[-1]
    return name.split(":", 1)[0]


def source_digest(folder: Path) -> str:
    """First 12 hex digits of a SHA-256 over the names and contents of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def project_images(checkout: Path) -> Images:
    """The three images that this project builds."""
    return Images(
        repositories={
            "ocr-processing": Image(
                entrypoint=["python", "-m", "ocr_processing.preprocess"],
                source=checkout / "image-build-processing" / "ocr_processing",
            ),
            "ocr-training": Image(
                entrypoint=["python", "-m", "ocr_training"],
                source=checkout / "image-build-train" / "ocr_training",
            ),
            "ocr-inference": Image(
                entrypoint=["python", "-m", "ocr_inference"],
                source=checkout / "image-build-inference" / "ocr_inference",
            ),
        }
    )


def load_images(path: Path) -> Images:
    """Images described in a JSON file: `{"repositories": {"NAME": {"entrypoint": [...], "built": "REFERENCE"}}}`.

    `built`, which only containers need, is what Docker knows the image by.

    Raises SandboxError for a file of another form.
    """
    try:
        return Images.model_validate(json.loads(path.read_text()))
    except (OSError, ValidationError, ValueError) as error:
        message = (
            f'{path} does not describe images: expected {{"repositories": {{"NAME": '
            f'{{"entrypoint": ["python", "-m", "MODULE"]}}}}}}; {error}'
        )
        raise SandboxError(message) from error
