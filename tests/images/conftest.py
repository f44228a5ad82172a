"""The builds of the image repositories: their buildspecs run as CodeBuild runs them, with moto for AWS."""

import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer

from images.catalogue import ROOT
from sandbox.codebuild import run_build
from sandbox.processes.children import Children
from sandbox.stand_ins.programs import write_programs


@dataclass
class Build:
    """A build that ended, and what it left in the account."""

    phases: dict[str, bool] = field(default_factory=dict)
    """Each phase that ran, and whether it succeeded."""
    artifacts: dict[str, str] = field(default_factory=dict)
    log: str = ""
    """What the commands printed."""
    failure: str | None = None
    calls: list[str] = field(default_factory=list)
    """What was called, in order: programs with their arguments."""
    images: dict[str, str] = field(default_factory=dict)
    """Digests of the registry's images by tag."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """The versions of SageMaker Images, as they were asked for."""

    @property
    def succeeded(self) -> bool:
        return self.failure is None


class Account:
    """An AWS account in moto, and what a build in it meets."""

    number, region, repository, project = "123456789012", "eu-central-1", "ocr-images", "p-abc123"
    registry = f"{number}.dkr.ecr.{region}.amazonaws.com"
    commit = "0123456789abcdef0123456789abcdef01234567"

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.endpoint, self.folder = endpoint, folder
        self.versions: dict[str, dict[str, Any]] = {}
        """The versions of SageMaker Images by client token, as they were asked for."""
        self.version_status = "CREATED"
        self.client("ecr").create_repository(repositoryName=self.repository, imageTagMutability="IMMUTABLE")

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, region_name=self.region, endpoint_url=self.endpoint, **keys)

    def images(self) -> dict[str, str]:
        """Digests of the registry's images by tag."""
        found = self.client("ecr").describe_images(repositoryName=self.repository)["imageDetails"]
        return {tag: image["imageDigest"] for image in found for tag in image["imageTags"]}

    def fail(self, call: str, message: str) -> None:
        """Let calls that begin like this fail with the message."""
        (self.folder / "fail.json").write_text(json.dumps({call: message}), encoding="utf-8")

    def calls(self) -> list[str]:
        """What the build called, in order: programs with their arguments."""
        kept = self.folder / "calls.jsonl"
        lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
        return [shlex.join([call["program"], *call["arguments"]]) for call in map(json.loads, lines)]

    def create_image_version(self, request: Mapping[str, Any]) -> str:
        """The version's ARN, of the version that is there when the token is known. Answers for SageMaker."""
        token = request["ClientToken"]
        version = len(self.versions) + 1
        kept = self.versions.setdefault(token, {**request, "Version": version})
        return f"arn:aws:sagemaker:{self.region}:{self.number}:image-version/{kept['ImageName']}/{kept['Version']}"


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def new_account(endpoint: str, folder: Path) -> Iterator[Account]:
    """An account with an empty registry of immutable tags; `folder` keeps what was called."""
    urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    folder.mkdir()
    account = Account(endpoint, folder)

    def create(self: SageMakerResponse) -> ActionResult:
        return ActionResult({"ImageVersionArn": account.create_image_version(json.loads(self.body))})

    def describe(self: SageMakerResponse) -> ActionResult:
        reason = {} if account.version_status == "CREATED" else {"FailureReason": "no permission"}
        version = self._get_param("Version")
        return ActionResult({"Version": version, "ImageVersionStatus": account.version_status, **reason})

    with pytest.MonkeyPatch.context() as patch:
        # What moto lacks.
        patch.setattr(SageMakerResponse, "create_image_version", create, raising=False)
        patch.setattr(SageMakerResponse, "describe_image_version", describe, raising=False)
        yield account


@pytest.fixture
def account(moto_endpoint: str, tmp_path: Path) -> Iterator[Account]:
    with new_account(moto_endpoint, tmp_path / "stand-in") as account:
        yield account


@pytest.fixture
def codebuild(account: Account, tmp_path: Path) -> Callable[..., Build]:
    """Run the buildspec of a copy of an image repository; a variable that is None is not set."""
    return partial(build_image, account, tmp_path)


@pytest.fixture(scope="session")
def finished(moto_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Build]:
    """The build of an image repository to which nothing happened, run once."""

    @cache
    def build(folder: str) -> Build:
        workplace = tmp_path_factory.mktemp(folder)
        with new_account(moto_endpoint, workplace / "stand-in") as account:
            return build_image(account, workplace, folder)

    return build


def build_image(
    account: Account,
    workplace: Path,
    folder: str,
    *,
    docker: str | None = None,
    **changes: str | None,
) -> Build:
    """Run a copy of the repository `folder`; with `docker`, that program and the smoke test as it is."""
    source = workplace / folder
    shutil.copytree(ROOT / folder, source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    real = Path(docker) if docker else None
    environment: dict[str, str | None] = {
        **{name: os.environ.get(name) for name in ("HOME", "TMPDIR", "DOCKER_HOST", "DOCKER_CONFIG")},
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_ACCOUNT_ID": account.number,
        "AWS_REGION": account.region,
        "IMAGE_REPO_NAME": account.repository,
        "SAGEMAKER_PROJECT_ID": account.project,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": account.commit,
        **changes,
    }
    log = workplace / f"{len(list(workplace.glob('*.log')))}.log"
    done = run_build(
        source,
        {name: value for name, value in environment.items() if value is not None},
        buildspec=None,
        log=log,
        stand_ins=write_programs(workplace / "programs", account.folder, docker=real),
        children=Children(workplace / "children"),
    )
    phases = {name: succeeded for name, succeeded in done.phases.items() if name != "upload_artifacts"}
    printed = "".join(
        line
        for line in log.read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.startswith("[Container] ")
    )
    return Build(
        phases=phases,
        artifacts={path.name: path.read_text(encoding="utf-8") for path in done.artifacts.iterdir()},
        log=printed,
        failure=done.failure,
        calls=account.calls(),
        images=account.images(),
        versions=list(account.versions.values()),
    )
