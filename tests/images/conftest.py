"""CodeBuild in small: a buildspec's phases run in order, against stand-ins for what they call and moto for AWS."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
import yaml
from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer

from images.catalogue import ROOT

STAND_IN = Path(__file__).with_name("stand_in.py")
PHASES = ("install", "pre_build", "build", "post_build")


@dataclass
class Build:
    """A build that ended, and what it left in the account."""

    phases: dict[str, bool] = field(default_factory=dict)
    """Each phase that ran, and whether it succeeded."""
    artifacts: dict[str, str] = field(default_factory=dict)
    log: str = ""
    calls: list[str] = field(default_factory=list)
    """What was called, in order: programs with their arguments."""
    images: dict[str, str] = field(default_factory=dict)
    """Digests of the registry's images by tag."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """The versions of SageMaker Images, as they were asked for."""

    @property
    def succeeded(self) -> bool:
        return all(self.phases.values())


def run_phases(source: Path, environment: Mapping[str, str]) -> Build:
    """Run `buildspec.yml` in its folder as CodeBuild does.

    The environment comes before the buildspec's own variables. Commands run one after the other in the shell that the
    buildspec names, and what they export lasts. The first that fails ends its phase; after a failed `build` comes
    `post_build` still, after another nothing. CodeBuild keeps CODEBUILD_BUILD_SUCCEEDING true.
    See https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html.
    """
    spec = yaml.safe_load((source / "buildspec.yml").read_text(encoding="utf-8"))
    assert spec["version"] == 0.2
    assert spec["env"]["shell"] == "bash"
    assert set(spec["phases"]) <= set(PHASES)
    variables = {**spec["env"]["variables"], **environment}
    build = Build()
    for phase in PHASES:
        skipped = not build.succeeded and (phase, "build" in build.phases) != ("post_build", True)
        if skipped or phase not in spec["phases"]:
            continue
        variables["CODEBUILD_BUILD_SUCCEEDING"] = str(int(build.succeeded))
        build.phases[phase] = True
        for command in spec["phases"][phase]["commands"]:
            code, log, variables = run_command(source, command, variables)
            build.log += log
            if code:
                build.phases[phase] = False
                break
    for name in spec["artifacts"]["files"]:
        if (source / name).is_file():
            build.artifacts[name] = (source / name).read_text(encoding="utf-8")
    return build


def run_command(source: Path, command: str, variables: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
    """Exit code, output, and the environment that the command leaves behind."""
    left, script = source.parent / "environment", source.parent / "command.sh"
    script.write_text(f"trap 'env -0 > {shlex.quote(str(left))}' EXIT\n{command}", encoding="utf-8")
    done = subprocess.run(
        ["bash", str(script)],
        cwd=source,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    kept = dict(pair.split("=", 1) for pair in left.read_text(encoding="utf-8").split("\0") if pair)
    return done.returncode, done.stdout, kept


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


@contextmanager
def new_account(folder: Path) -> Iterator[Account]:
    """An account with an empty registry of immutable tags; `folder` keeps what was called."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # Its state is the process's own, and outlives the server.
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
    server.stop()


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with new_account(tmp_path / "stand-in") as account:
        yield account


@pytest.fixture
def codebuild(account: Account, tmp_path: Path) -> Callable[..., Build]:
    """Run the buildspec of a copy of an image repository; a variable that is None is not set."""
    return partial(run_build, account, tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Build]:
    """The build of an image repository to which nothing happened, run once."""

    @cache
    def build(folder: str) -> Build:
        workplace = tmp_path_factory.mktemp(folder)
        with new_account(workplace / "stand-in") as account:
            return run_build(account, workplace, folder)

    return build


def run_build(
    account: Account, workplace: Path, folder: str, *, smoke_test: bool = False, **changes: str | None
) -> Build:
    """Run a copy of the repository `folder`, with its own smoke test or one that only succeeds."""
    source = workplace / folder
    shutil.copytree(ROOT / folder, source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    if not smoke_test:
        call = [sys.executable, str(STAND_IN), "smoke_test"]
        script = f"import subprocess, sys\nsys.exit(subprocess.call({call!r} + sys.argv[1:]))\n"
        (source / "smoke_test.py").write_text(script, encoding="utf-8")
    environment: dict[str, str | None] = {
        **{name: os.environ.get(name) for name in ("HOME", "TMPDIR", "DOCKER_HOST", "DOCKER_CONFIG")},
        "PATH": f"{write_programs(workplace / 'programs')}:/usr/local/bin:/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": account.endpoint,
        "STAND_IN": str(account.folder),
        "AWS_ACCOUNT_ID": account.number,
        "AWS_REGION": account.region,
        "IMAGE_REPO_NAME": account.repository,
        "SAGEMAKER_PROJECT_ID": account.project,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": account.commit,
        **changes,
    }
    build = run_phases(source, {name: value for name, value in environment.items() if value is not None})
    build.calls, build.images, build.versions = account.calls(), account.images(), list(account.versions.values())
    return build


def write_programs(folder: Path) -> Path:
    """The stand-ins as commands, and this Python as the machine's."""
    folder.mkdir(exist_ok=True)
    for name, command in {
        "aws": f"{sys.executable} {STAND_IN} aws",
        "docker": f"{sys.executable} {STAND_IN} docker",
        "python3": sys.executable,
    }.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder
