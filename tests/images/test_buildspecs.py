"""The three buildspecs, run phase by phase, and what their READMEs say of them."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
import yaml

from images.catalogue import IMAGES, ROOT
from pipelines.images import _IMAGES

FOLDERS = [image.folder for image in IMAGES]
PROJECT_SETS = ["AWS_ACCOUNT_ID", "AWS_REGION", "IMAGE_REPO_NAME", "SAGEMAKER_PROJECT_ID"]
CODEBUILD_SETS = "CODEBUILD_RESOLVED_SOURCE_VERSION"
SENTENCE = re.compile(r"[A-Z].*\.$")

each_folder = pytest.mark.parametrize("folder", FOLDERS)


def buildspec(folder: str) -> dict[str, Any]:
    spec: dict[str, Any] = yaml.safe_load((ROOT / folder / "buildspec.yml").read_text(encoding="utf-8"))
    return spec


def variables(folder: str) -> dict[str, str]:
    defaults: dict[str, str] = buildspec(folder)["env"]["variables"]
    return defaults


def documented(folder: str) -> dict[str, str]:
    """The README's table of variables: their defaults by name."""
    readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Building the image\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]*?) *\|", section, re.MULTILINE))


# What they say


def test_they_are_the_same_but_for_their_variables() -> None:
    texts = [(ROOT / folder / "buildspec.yml").read_text(encoding="utf-8") for folder in FOLDERS]
    parts = [re.fullmatch(r"(.*\n  variables:\n)((?:    .*\n)+)(.*)", text, re.DOTALL) for text in texts]
    assert len({part and (part.group(1), part.group(3).lstrip()) for part in parts}) == 1


@pytest.mark.parametrize("name", ["smoke/containers.py"])
def test_what_the_smoke_tests_share_is_the_same(name: str) -> None:
    assert len({(ROOT / folder / name).read_bytes() for folder in FOLDERS}) == 1


def test_the_sagemaker_images_are_those_that_the_pipeline_looks_up() -> None:
    assert [variables(folder)["IMAGE_KIND"] for folder in FOLDERS] == list(_IMAGES.values())


@each_folder
def test_build_arguments_are_those_of_the_dockerfile(folder: str) -> None:
    dockerfile = (ROOT / folder / "Dockerfile").read_text(encoding="utf-8")
    declared = set(re.findall(r"^ARG ([A-Z0-9_]+)", dockerfile, re.MULTILINE))
    assert declared == {"COMMIT", *variables(folder)["BUILD_ARGS"].split()}


@each_folder
def test_the_python_that_is_registered_is_that_of_the_base_image(folder: str) -> None:
    base = re.search(r"python:(\d+\.\d+)-", variables(folder)["BASE_IMAGE"])
    assert base is not None
    assert f'"Python {base.group(1)}"' in (ROOT / folder / "buildspec.yml").read_text(encoding="utf-8")


@each_folder
def test_the_readme_lists_every_variable_with_its_default(folder: str) -> None:
    defaults = {name: f"`{default}`" for name, default in variables(folder).items()}
    in_dockerfile = dict.fromkeys(variables(folder)["BUILD_ARGS"].split(), "the Dockerfile's")
    needed = {**dict.fromkeys(PROJECT_SETS, "must be set"), CODEBUILD_SETS: "CodeBuild's own"}
    assert documented(folder) == {**needed, **in_dockerfile, **defaults}


@each_folder
def test_it_reads_nothing_that_is_not_set(folder: str) -> None:
    commands = "\n".join(text for phase in buildspec(folder)["phases"].values() for text in phase["commands"])
    read = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)\b", commands))
    with_default = set(re.findall(r"\$\{([A-Z][A-Z0-9_]+):-", commands))
    made = set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", commands))
    given = {*PROJECT_SETS, CODEBUILD_SETS, "CODEBUILD_BUILD_SUCCEEDING", *variables(folder)}
    assert read <= given | with_default | made


# A build that goes well


@each_folder
def test_an_image_is_built_tried_pushed_and_registered_in_this_order(folder: str, finished: Any, account: Any) -> None:
    build = finished(folder)
    assert build.succeeded, build.log
    image = f"{account.registry}/{account.repository}:{account.commit}"
    assert [" ".join(shlex.split(call)[:3]) for call in build.calls] == [
        "aws ecr get-login-password",
        "docker login --username",
        "docker build --build-arg",
        f"smoke_test {image}",
        "aws ecr batch-get-image",
        f"docker push {image}",
        *["aws ecr batch-get-image"] * 2,
        "aws sagemaker create-image-version",
        "aws sagemaker wait",
    ]


@each_folder
def test_the_artifact_names_the_image_by_its_digest(folder: str, finished: Any, account: Any) -> None:
    build = finished(folder)
    digest = build.images[account.commit]
    assert json.loads(build.artifacts["imageDetail.json"]) == {
        "ImageURI": f"{account.registry}/{account.repository}@{digest}"
    }


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("image-build-processing", {"Processor": "CPU"}),
        ("image-build-train", {"Processor": "GPU", "JobType": "TRAINING"}),
        ("image-build-inference", {"Processor": "CPU", "JobType": "INFERENCE"}),
    ],
)
def test_the_version_says_what_the_image_is(folder: str, expected: Any, finished: Any, account: Any) -> None:
    build = finished(folder)
    (version,) = build.versions
    assert 32 <= len(version["ClientToken"]) <= 36
    assert {name: value for name, value in version.items() if name not in ("ClientToken", "Version")} == {
        "ImageName": f"sagemaker-{account.project}-{variables(folder)['IMAGE_KIND']}",
        "BaseImage": f"{account.registry}/{account.repository}@{build.images[account.commit]}",
        "ProgrammingLang": "Python 3.11",
        "ReleaseNotes": f"Commit {account.commit}",
        **expected,
    }


def test_a_build_for_the_cpu_is_registered_as_one(codebuild: Any) -> None:
    build = codebuild("image-build-train", DEVICE="cpu")
    assert [version["Processor"] for version in build.versions] == ["CPU"]


def build_arguments(build: Any) -> list[str]:
    (words,) = [shlex.split(call) for call in build.calls if call.startswith("docker build")]
    return [value for option, value in pairwise(words) if option == "--build-arg"]


@each_folder
def test_the_dockerfile_gets_the_commit_and_the_arguments(folder: str, finished: Any) -> None:
    assert build_arguments(finished(folder)) == ["COMMIT", *variables(folder)["BUILD_ARGS"].split()]


def test_an_argument_set_to_none_is_left_to_the_dockerfile(codebuild: Any, account: Any) -> None:
    account.fail("docker build", "enough seen")
    assert "PRETRAINED_URL" not in build_arguments(codebuild("image-build-train", PRETRAINED_URL="none"))


def test_regions_in_china_have_their_own_domain(codebuild: Any, account: Any) -> None:
    account.fail("docker build", "enough seen")
    build = codebuild("image-build-processing", AWS_REGION="cn-north-1")
    (login,) = [call for call in build.calls if call.startswith("docker login")]
    assert login.endswith(f"{account.number}.dkr.ecr.cn-north-1.amazonaws.com.cn")


# A build that is repeated


def test_a_repeated_build_pushes_nothing_and_makes_no_second_version(codebuild: Any) -> None:
    first, second = codebuild("image-build-train"), codebuild("image-build-train")
    assert second.succeeded, second.log
    assert second.artifacts == first.artifacts
    assert [call.split()[1] for call in second.calls if call.startswith("docker")] == [
        "login",
        "build",
        "push",
        "login",
        "build",
    ]
    assert len(second.versions) == 1
    assert "is in the registry already" in second.log


# Builds that fail


@pytest.mark.parametrize(
    ("call", "phases"),
    [
        ("aws ecr get-login-password", {"pre_build": False}),
        ("docker login", {"pre_build": False}),
        ("docker build", {"pre_build": True, "build": False, "post_build": False}),
        ("smoke_test", {"pre_build": True, "build": False, "post_build": False}),
        ("aws ecr batch-get-image", {"pre_build": True, "build": True, "post_build": False}),
    ],
)
def test_nothing_is_pushed_or_registered_when_this_fails(
    call: str, phases: Mapping[str, bool], codebuild: Any, account: Any
) -> None:
    account.fail(call, "no, not this time")
    build = codebuild("image-build-train")
    assert build.phases == phases
    assert "no, not this time" in build.log
    assert not [call for call in build.calls if call.startswith(("docker push", "aws sagemaker"))]
    assert not build.images
    assert not build.artifacts


def test_a_failed_build_ends_with_a_sentence(codebuild: Any, account: Any) -> None:
    account.fail("smoke_test", "it does not read")
    assert codebuild("image-build-train").log.splitlines()[-1] == (
        "The build or the smoke test failed: nothing was pushed."
    )


def test_nothing_is_registered_when_the_push_fails(codebuild: Any, account: Any) -> None:
    account.fail("docker push", "denied")
    build = codebuild("image-build-train")
    assert build.phases["post_build"] is False
    assert not build.versions
    assert not build.artifacts


def test_an_image_that_sagemaker_would_refuse_is_not_registered(codebuild: Any, account: Any) -> None:
    (account.folder / "manifest.json").write_text('"application/vnd.oci.image.index.v1+json"', encoding="utf-8")
    build = codebuild("image-build-train")
    assert build.phases["post_build"] is False
    assert "application/vnd.oci.image.index.v1+json, which SageMaker refuses" in build.log
    assert not build.versions


def test_a_version_that_is_refused_fails_the_build(codebuild: Any, account: Any) -> None:
    account.fail("aws sagemaker create-image-version", "AccessDenied")
    build = codebuild("image-build-train")
    assert build.phases["post_build"] is False
    assert not build.artifacts


def test_a_version_that_is_not_created_fails_the_build_with_its_reason(codebuild: Any, account: Any) -> None:
    account.version_status = "CREATE_FAILED"
    build = codebuild("image-build-train")
    assert build.phases["post_build"] is False
    name = f"sagemaker-{account.project}-trainingimagebuild"
    assert f"Version 1 of the SageMaker Image {name} was not created (CREATE_FAILED\tno permission)" in build.log
    assert not build.artifacts


@pytest.mark.parametrize("name", [*PROJECT_SETS, CODEBUILD_SETS])
def test_a_variable_that_is_not_set_ends_the_build_before_anything_is_called(name: str, codebuild: Any) -> None:
    build = codebuild("image-build-train", **{name: None})
    assert build.phases == {"pre_build": False}
    (sentence,) = build.log.splitlines()
    assert sentence.startswith(f"{name} is not set")
    assert SENTENCE.fullmatch(sentence)
    assert not build.calls


@pytest.mark.parametrize("version", ["main", "arn:aws:s3:::sources/main.zip", "0123456"])
def test_a_source_that_is_no_commit_ends_the_build_before_anything_is_called(version: str, codebuild: Any) -> None:
    build = codebuild("image-build-train", CODEBUILD_RESOLVED_SOURCE_VERSION=version)
    assert build.phases == {"pre_build": False}
    (sentence,) = build.log.splitlines()
    assert f"'{version}'" in sentence
    assert SENTENCE.fullmatch(sentence)
    assert not build.calls


# With Docker


@pytest.mark.docker
@pytest.mark.usefixtures("built_images")  # for the layers that they leave in the engine
def test_an_image_is_built_and_tried_by_a_real_docker(codebuild: Callable[..., Any], account: Any) -> None:
    base = {"BASE_IMAGE": "python:3.11-slim-bookworm"}
    build = codebuild("image-build-processing", docker=shutil.which("docker"), **base)
    subprocess.run(["docker", "rmi", f"{account.registry}/{account.repository}:{account.commit}"], check=False)
    assert build.succeeded, build.log
    assert "10 cards became" in build.log
    assert build.images.keys() == {account.commit}
