"""The programs that stand in for `aws`, `docker` and `pip` in a build, called as a build calls them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from sandbox.stand_ins.build_context import context_digest, context_files
from sandbox.stand_ins.programs import write_programs

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def call(endpoint: str, tmp_path: Path) -> Call:
    """Call a program by its name, in the test's folder."""
    programs = write_programs(tmp_path / "programs", tmp_path / "state")
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def run(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        found = programs / command[0]
        return subprocess.run(
            [str(found), *command[1:]], input=given, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    return run


@pytest.fixture
def ecr(endpoint: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("ecr", region_name="us-east-1", endpoint_url=endpoint, **keys)


# aws


def test_a_command_is_answered_by_the_server(call: Call) -> None:
    called = call("aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text")
    assert called.stdout == "123456789012\n"


def test_structures_lists_and_flags_have_the_cli_s_forms(call: Call, ecr: Any) -> None:
    name = ["--repository-name", "forms"]
    call("aws", "ecr", "create-repository", *name, "--image-scanning-configuration", "scanOnPush=true")
    arn = ecr.describe_repositories(repositoryNames=["forms"])["repositories"][0]["repositoryArn"]
    call("aws", "ecr", "tag-resource", "--resource-arn", arn, "--tags", "Key=a,Value=1", "Key=b,Value=2")
    call("aws", "ecr", "tag-resource", "--resource-arn", arn, "--tags", '[{"Key": "c", "Value": "x, y"}]')
    tags = ecr.list_tags_for_resource(resourceArn=arn)["tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "1", "b": "2", "c": "x, y"}
    assert call("aws", "ecr", "delete-repository", *name, "--force").returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sagemaker", "make-image"], "sagemaker has no command 'make-image'"),
        (["ecr", "batch-get-image", "--repository", "x"], "Unknown options: --repository"),
        (["sagemaker", "wait", "image-ready", "--image-name", "x"], "no waiter 'image-ready'"),
        (["ecr", "create-repository", "--tags", "a"], "expected Name=value"),
        (["ecr"], "expected SERVICE COMMAND"),
    ],
)
def test_what_the_service_s_model_does_not_have_is_wrong_use(words: list[str], told: str, call: Call) -> None:
    called = call("aws", *words)
    assert called.returncode == 252
    assert told in called.stderr


def test_what_the_service_refuses_is_told(call: Call) -> None:
    called = call("aws", "ecr", "describe-images", "--repository-name", "nowhere")
    assert called.returncode == 254
    assert "RepositoryNotFoundException" in called.stderr


# docker


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "package").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / ".dockerignore").write_text("*\n!package\n**/__pycache__\n")
    (folder / "package" / "code.py").write_text("print(1)\n")
    return folder


def build(call: Call, tag: str, *more: str) -> subprocess.CompletedProcess[str]:
    return call("docker", "build", *more, "--tag", f"{REGISTRY}/cards:{tag}", "context")


def pushed(call: Call, tag: str) -> subprocess.CompletedProcess[str]:
    return call("docker", "push", f"{REGISTRY}/cards:{tag}")


@pytest.fixture
def registry(call: Call, ecr: Any) -> Iterator[Any]:
    ecr.create_repository(repositoryName="cards")
    call("docker", "login", "--username", "AWS", "--password-stdin", REGISTRY, given="123456789012-auth-token\n")
    yield lambda tag: ecr.describe_images(repositoryName="cards", imageIds=[{"imageTag": tag}])["imageDetails"][0]
    ecr.delete_repository(repositoryName="cards", force=True)


@pytest.mark.usefixtures("context")
def test_an_unchanged_source_gives_the_same_image(call: Call, registry: Any) -> None:
    for tag in ("first", "second"):
        build(call, tag, "--build-arg", f"COMMIT={tag}")
        assert pushed(call, tag).returncode == 0
    assert registry("first")["imageDigest"] == registry("second")["imageDigest"]


@pytest.mark.parametrize(
    ("changed", "option"), [("package/code.py", "a=1"), ("Dockerfile", "a=1"), (None, "a=2")], ids=str
)
def test_another_source_gives_another_image(
    changed: str | None, option: str, call: Call, registry: Any, context: Path
) -> None:
    build(call, "before", "--build-arg", "a=1")
    if changed:
        (context / changed).write_text("print(2)\n")
    build(call, "after", "--build-arg", option)
    assert {pushed(call, tag).returncode for tag in ("before", "after")} == {0}
    assert registry("before")["imageDigest"] != registry("after")["imageDigest"]


def test_the_files_of_an_image_are_kept(call: Call, context: Path, tmp_path: Path) -> None:
    (context / "notes.txt").write_text("not for the image")
    build(call, "kept")
    digest = json.loads((tmp_path / "state/built.json").read_text())[f"{REGISTRY}/cards:kept"]
    kept = tmp_path / "state/images" / digest
    assert sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()) == [
        "Dockerfile",
        "package/code.py",
    ]


@pytest.mark.usefixtures("registry")
def test_what_was_not_built_is_not_pushed(call: Call) -> None:
    assert "does not exist locally" in pushed(call, "missing").stderr


@pytest.mark.usefixtures("context")
def test_nobody_pushes_without_logging_in(call: Call) -> None:
    build(call, "some")
    assert "no basic auth credentials" in pushed(call, "some").stderr


def test_running_a_container_needs_an_engine(call: Call) -> None:
    called = call("docker", "run", "image")
    assert (called.returncode, called.stderr) == (125, "no engine: the stand-in for docker cannot run\n")


@pytest.mark.usefixtures("context")
def test_the_smoke_test_of_a_built_image_says_that_it_is_not_run(call: Call) -> None:
    build(call, "tried")
    called = call("python3", "smoke_test.py", f"{REGISTRY}/cards:tried")
    assert (called.returncode, called.stdout[:43]) == (0, "no engine: the smoke test is not run (12345")


def test_the_smoke_test_of_any_other_image_fails(call: Call) -> None:
    called = call("python3", "smoke_test.py", "ubuntu:latest")
    assert (called.returncode, called.stdout) == (1, "")


NAMES = st.text("abc.*/!_", min_size=1, max_size=8)


@given(lines=st.lists(NAMES, max_size=6))
def test_whatever_dockerignore_says_the_dockerfile_is_seen(lines: list[str], tmp_path_factory: Any) -> None:
    context = tmp_path_factory.mktemp("context")
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / ".dockerignore").write_text("\n".join(lines))
    assert "Dockerfile" in context_files(context)


@pytest.mark.parametrize(
    ("rules", "seen"),
    [
        ("", ["a/b/c.py", "a/d.txt", "e.py"]),
        ("*.py", ["a/b/c.py", "a/d.txt"]),
        ("**/*.py", ["a/d.txt"]),
        ("a", ["e.py"]),
        ("*\n!a/b", ["a/b/c.py"]),
        ("a/*\n!a/d.*", ["a/d.txt", "e.py"]),
        ("# a\n/e.py/", ["a/b/c.py", "a/d.txt"]),
    ],
)
def test_dockerignore_is_read_as_docker_reads_it(rules: str, seen: list[str], tmp_path: Path) -> None:
    for name in ("a/b/c.py", "a/d.txt", "e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text(rules)
    assert [name for name in context_files(tmp_path) if name != ".dockerignore"] == seen


def test_a_renamed_file_is_another_content(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert context_digest({"a": tmp_path / "x"}, {}) != context_digest({"b": tmp_path / "x"}, {})


# pip


def test_a_lock_that_is_there_already_installs_nothing(call: Call, tmp_path: Path) -> None:
    hashes = " \\\n    --hash=sha256:" + "0" * 64
    lines = [
        f"boto3=={metadata.version('boto3')} ; sys_platform != 'win32'{hashes}",
        "nothing==1 ; sys_platform == 'x'",
    ]
    (tmp_path / "requirements.lock").write_text("\n".join(lines))
    called = call("python3", "-m", "pip", "install", "--require-hashes", "-r", "requirements.lock")
    assert (called.returncode, called.stdout) == (
        0,
        "nothing is installed here: what requirements.lock pins is there already\n",
    )


def test_what_differs_is_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("boto3==0.0.1\nno-such-package==1\n")
    called = call("pip", "install", "-r", "requirements.lock")
    assert called.returncode == 1
    assert f"boto3==0.0.1 is there as {metadata.version('boto3')}" in called.stderr
    assert "no-such-package==1 is not there" in called.stderr


@pytest.mark.parametrize("words", [["install", "boto3"], ["install", "--target", "x"], ["download", "boto3"], []])
def test_what_would_install_is_refused(words: list[str], call: Call) -> None:
    assert call("pip", *words).returncode == 1


# python, and letting a call fail


def test_python_is_this_one(call: Call) -> None:
    assert call("python3", "-c", "import sys; print(sys.prefix)").stdout.strip() == sys.prefix


def test_calls_are_on_record_and_fail_when_they_are_told_to(call: Call, tmp_path: Path) -> None:
    (tmp_path / "state/fail.json").write_text(json.dumps({"pip install -r a": "not this one"}))
    assert call("pip", "install", "-r", "a").stderr == "not this one\n"
    recorded = [json.loads(line) for line in (tmp_path / "state/calls.jsonl").read_text().splitlines()]
    assert recorded == [{"program": "pip", "arguments": ["install", "-r", "a"]}]


def test_the_checkout_is_not_on_the_path_of_what_a_build_runs(call: Call) -> None:
    called = call("python3", "-c", "import importlib.util; print(importlib.util.find_spec('sandbox'))")
    assert called.stdout == "None\n"
