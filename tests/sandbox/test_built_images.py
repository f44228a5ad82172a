"""An image that a lane has built runs the files that were built."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sandbox.images.entry_points import Images
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.runners import Container, ProcessRunner
from sandbox.settings import Settings

CONTENT = "ab" * 32
REPOSITORY = "sagemaker-local-trainingimagebuild"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_folder=tmp_path / "state")


@pytest.fixture
def image(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address, by digest, of an image in the registry whose files are kept."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    folder = settings.state_folder / "stand-ins" / "images" / CONTENT
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text('FROM base AS one\nENTRYPOINT ["other"]\nENTRYPOINT ["python", "-m", "mine"]\n')
    manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{CONTENT}"}, "layers": []}
    with mock_aws():
        ecr: Any = boto3.client("ecr", region_name="us-east-1")
        ecr.create_repository(repositoryName=REPOSITORY)
        digest = f"sha256:{'cd' * 32}"
        ecr.put_image(
            repositoryName=REPOSITORY,
            imageManifest=json.dumps(manifest),
            imageManifestMediaType="application/vnd.docker.distribution.manifest.v2+json",
            imageDigest=digest,
        )
        yield f"{REGISTRY}/{REPOSITORY}@{digest}"


def launched(settings: Settings, image: str, tmp_path: Path, **given: Any) -> Any:
    runner = ProcessRunner(Images.model_validate(given), settings, "http://127.0.0.1:1")
    return runner.job(Container("job", image, JobFolder(tmp_path), tmp_path / "log", arguments=("train",)))


def test_its_own_entry_point_runs_with_its_own_files_first(settings: Settings, image: str, tmp_path: Path) -> None:
    launch = launched(settings, image, tmp_path, repositories={})
    assert launch.command == [sys.executable, "-m", "mine", "train"]
    first = launch.environment["PYTHONPATH"].split(":")[0]
    assert first == str(settings.state_folder / "stand-ins" / "images" / CONTENT)


def test_an_image_of_the_file_of_images_wins(settings: Settings, image: str, tmp_path: Path) -> None:
    launch = launched(settings, image, tmp_path, repositories={REPOSITORY: {"entrypoint": ["tiny"]}})
    assert launch.command == ["tiny", "train"]


def test_an_image_that_nobody_built_is_unknown(settings: Settings, image: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="the sandbox knows no repository"):
        launched(settings, image.replace("cd", "ce"), tmp_path, repositories={})
