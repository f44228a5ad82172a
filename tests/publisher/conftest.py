"""A control plane on loopback (moto), and a small checkout to publish from."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import requests
from moto.core.responses import ActionResult
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer

from publisher.aws import Aws
from publisher.layout import FOLDERS
from publisher.options import PublishOptions, Target, UnpublishOptions

BUCKET = "templates"
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
# A comment that stays.
Parameters:
  SageMakerProjectName:
    Type: String
  SageMakerProjectId:
    Type: String
  SeedBucket:
    Type: String
    Default: ""
  SeedPrefix:
    Type: String
  SeedVersion:
    Type: String
    Default: none  # written in when published
  Branch:
    Type: String
    Default: main
    AllowedPattern: "[a-z]+"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub ${SageMakerProjectName}-${SageMakerProjectId}-${SeedVersion}
      Tags:
        - Key: from
          Value: !Join ["/", [!Ref SeedBucket, !Ref SeedPrefix, !Ref Branch]]
"""


def git(folder: Path, *arguments: str) -> str:
    identity = dict.fromkeys(
        ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"), "test"
    )
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Checkout:
    """A checkout of a project as small as can be."""

    root: Path

    def write(self, path: str, content: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        return file

    def commit(self) -> None:
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "a change")


@pytest.fixture(scope="session")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Checkout(tmp_path_factory.mktemp("prototype") / "checkout")
    for folder in FOLDERS:
        made.write(f"{folder}/README.md", f"# {folder}\n")
        made.write(f"{folder}/.dockerignore", "tests\n")
    made.write("project-template/project.yaml", TEMPLATE)
    made.write("project-template/check-in.yml", "version: 0.2\n")
    made.write(".gitignore", "__pycache__/\n")
    git(made.root, "init", "--quiet", "--template=", "--initial-branch=main")
    made.commit()
    return made.root


@pytest.fixture
def checkout(prototype: Path, tmp_path: Path) -> Checkout:
    return Checkout(Path(shutil.copytree(prototype, tmp_path / "checkout")))


@dataclass
class Projects:
    """SageMaker projects, which moto lacks, and the updates that were asked for."""

    described: dict[str, dict[str, Any]]
    updates: list[Mapping[str, Any]]


_PROJECTS = Projects({}, [])


def _describe_project(self: SageMakerResponse) -> ActionResult:
    return ActionResult(_PROJECTS.described[self._get_param("ProjectName")])


def _update_project(self: SageMakerResponse) -> ActionResult:
    name = self._get_param("ProjectName")
    _PROJECTS.updates.append(
        {"ProjectName": name, "TemplateProvidersToUpdate": self._get_param("TemplateProvidersToUpdate")}
    )
    return ActionResult({"ProjectArn": f"arn:aws:sagemaker:us-east-1:123456789012:project/{name}"})


def _add_tags(self: SageMakerModelBackend, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
    # moto adds a key that is there a second time; SageMaker gives it the new value.
    resource = self._get_resource_from_arn(arn)
    given = {tag["Key"] for tag in tags}
    resource.tags = [tag for tag in resource.tags or [] if tag["Key"] not in given] + tags
    return resource.tags


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SageMakerResponse, "describe_project", _describe_project, raising=False)
        patch.setattr(SageMakerResponse, "update_project", _update_project, raising=False)
        patch.setattr(SageMakerModelBackend, "add_tags", _add_tags)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture(scope="session")
def clients(moto_url: str) -> Aws:
    session = boto3.Session("test", "test", region_name="us-east-1")
    return Aws(lambda service: session.client(service, endpoint_url=moto_url))


@pytest.fixture
def aws(clients: Aws, moto_url: str) -> Iterator[Aws]:
    yield clients
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()
    _PROJECTS.described.clear()
    _PROJECTS.updates.clear()


@pytest.fixture
def bucket(aws: Aws) -> str:
    """A versioned bucket: what is written there, though it be the same bytes, is seen."""
    aws.s3.create_bucket(Bucket=BUCKET)
    aws.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return BUCKET


@pytest.fixture
def domain(aws: Aws) -> str:
    aws.sagemaker.create_domain(
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        Tags=[{"Key": "team", "Value": "ocr"}],
    )
    return "d-studio"


@pytest.fixture
def projects() -> Projects:
    return _PROJECTS


def options(version: str = "1.0.0", **others: Any) -> PublishOptions:
    return PublishOptions(target=Target(bucket=BUCKET), version=version, **{"lint": False, **others})


def removal(version: str = "1.0.0", **others: Any) -> UnpublishOptions:
    return UnpublishOptions(target=Target(bucket=BUCKET), version=version, **others)


def written(aws: Aws) -> list[tuple[str, str]]:
    """Every version and delete marker of every object, and so every write there ever was."""
    answer: Any = aws.s3.list_object_versions(Bucket=BUCKET)
    return sorted(
        (one["Key"], one["VersionId"]) for kind in ("Versions", "DeleteMarkers") for one in answer.get(kind, [])
    )


@pytest.fixture(scope="session")
def case() -> SimpleNamespace:
    """What the tests say often."""
    return SimpleNamespace(options=options, removal=removal, written=written, git=git, template=TEMPLATE)
