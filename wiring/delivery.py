"""What the deployment makes of an approved version: build.py, run with the environment that the template sets."""

import contextlib
import importlib.util
import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws

from images.catalogue import ROOT
from wiring import sources
from wiring.names import Names
from wiring.pipelines import actions
from wiring.resolve import UnresolvedError
from wiring.stack import Stack

FOLDER = "model-deploy"
FILES = (
    "endpoint.yaml",
    "front-door.yaml",
    "drift.yaml",
    "staging-config.json",
    "prod-config.json",
    "front-door-config.json",
    "drift-config.json",
)
CAPTURED_PERCENT = "20"


def environment(project: Stack, logical: str) -> dict[str, str]:
    """Variables that a build project sets, by name."""
    declared = project[logical].properties["Environment"].get("EnvironmentVariables", [])
    return {variable["Name"]: str(variable["Value"]) for variable in declared}


def built(project: Stack, names: Names, *, approved: bool = True, mode: str = "realtime") -> dict[str, str]:
    """Texts of the files that build.py leaves, by name; with `approved`, one version of the group is.

    Raises:
        UnresolvedError: build.py refused.
    """
    variables = environment(project, "ModelDeployProject")
    texts = {name: _text(name, mode) for name in FILES} | {"build.py": sources.text(f"{FOLDER}/build.py")}
    return _built(tuple(sorted(variables.items())), tuple(texts.items()), names, approved)


@cache
def _built(
    project: tuple[tuple[str, str], ...], texts: tuple[tuple[str, str], ...], names: Names, approved: bool
) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as temporary, mock_aws():
        folder = Path(temporary)
        for name, text in texts:
            (folder / name).write_text(text, encoding="utf-8")
        before = {path.name for path in folder.iterdir()}
        variables = dict(project) | {
            "AWS_REGION": names.region,
            "AWS_DEFAULT_REGION": names.region,
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
        }
        if approved:
            _register(names)
        messages = io.StringIO()
        with (
            contextlib.chdir(folder),
            mock.patch.dict(os.environ, variables, clear=True),
            contextlib.redirect_stdout(messages),
            contextlib.redirect_stderr(messages),
        ):
            script = _script(folder)
            status = script.main([])
        if status:
            raise UnresolvedError(f"build.py ended with {status}: {messages.getvalue().strip()}")
        return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name not in before}


def stacks(project: Stack, names: Names, *, mode: str = "realtime") -> dict[str, Stack]:
    """The stacks that the deployment makes, by what follows `sagemaker-<id>-` in their names.

    Raises:
        UnresolvedError: an action names a file that the build does not leave, or a reference leads nowhere.
    """
    left = built(project, names, mode=mode)
    found: dict[str, Stack] = {}
    for action in actions(project["ModelDeployPipeline"]):
        if action.kind != ("Deploy", "CloudFormation"):
            continue
        template, configuration = (
            _file(action.configuration[name], action.inputs, left) for name in ("TemplatePath", "TemplateConfiguration")
        )
        name = str(action.configuration["StackName"])
        read = json.loads(configuration)
        found[name.removeprefix(f"sagemaker-{names.id}-")] = Stack(
            name, sources.parsed(template), read["Parameters"], tags=read["Tags"]
        )
    return found


def _file(named: str, inputs: list[str], left: Mapping[str, str]) -> str:
    artifact, _, path = named.partition("::")
    if artifact not in inputs or path not in left:
        raise UnresolvedError(f"{named}: the build leaves {', '.join(sorted(left))}, and the action takes {inputs}.")
    return left[path]


def _text(name: str, mode: str) -> str:
    path = f"{FOLDER}/{name}"
    if not name.endswith(".json"):
        return json.dumps(sources.template(path))
    document = json.loads(json.dumps(sources.document(path)))
    if name == "prod-config.json":
        # As a project that watches for drift must set it.
        document["Parameters"] |= {"DataCaptureSamplingPercentage": CAPTURED_PERCENT, "Mode": mode}
    return json.dumps(document)


def _script(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("wiring_build", folder / "build.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder / 'build.py'} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    with (
        mock.patch.object(sys, "path", [str(ROOT / FOLDER), *sys.path]),
        mock.patch.object(sys, "dont_write_bytecode", True),
    ):
        spec.loader.exec_module(module)
    return module


def _register(names: Names) -> None:
    session = boto3.Session(
        region_name=names.region,
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106  # of no account
    )
    place: Any = {"LocationConstraint": names.region}
    session.client("s3").create_bucket(Bucket=names.bucket, CreateBucketConfiguration=place)
    client: Any = session.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=names.group)
    image = (
        f"{names.account}.dkr.ecr.{names.region}.amazonaws.com/{names.short('processingimagebuild')}@sha256:{'0' * 64}"
    )
    client.create_model_package(
        ModelPackageGroupName=names.group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": image}],
            "SupportedContentTypes": ["image/jpeg"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        CustomerMetadataProperties={
            "dataset_uri": f"s3://{names.bucket}/{names.group}/4r83jejmhorv/dataset",
            "processing_image": image,
        },
        DriftCheckBaselines={
            "ModelDataQuality": {
                "Statistics": {
                    "ContentType": "application/json",
                    "S3Uri": f"s3://{names.bucket}/{names.group}/4r83jejmhorv/baseline/baseline.json",
                }
            }
        },
    )
