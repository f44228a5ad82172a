"""What tests of several folders share: the three images, built from this checkout."""

from collections.abc import Mapping

import pytest

from sandbox.docker.client import DockerClient
from sandbox.docker.image_builds import build_image
from sandbox.errors import SandboxError
from sandbox.settings import CHECKOUT

REPOSITORIES = {"processing": "ocr-processing", "train": "ocr-training", "inference": "ocr-inference"}


@pytest.fixture(scope="session")
def engine() -> DockerClient:
    """The Docker engine, for tests marked `docker`; skips them where none answers."""
    client = DockerClient.from_environment()
    try:
        client.require_engine()
    except SandboxError as error:
        # The message begins with "no Docker engine answers".
        pytest.skip(str(error))
    return client


@pytest.fixture(scope="session")
def built_images(engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """References of the images by short name, built from the checkout."""
    logs = tmp_path_factory.mktemp("image-builds")
    references = {name: f"{repository}:test" for name, repository in REPOSITORIES.items()}
    for name, reference in references.items():
        build_image(engine, CHECKOUT, REPOSITORIES[name], reference, logs, print)
    return references
