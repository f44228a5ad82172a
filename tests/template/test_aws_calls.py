"""Every call to AWS that the project's code, buildspecs and documents make exists, with its parameters."""

import subprocess
from functools import cache

import pytest

from images.catalogue import ROOT
from wiring.calls.python_calls import Found, calls, named_services
from wiring.calls.shell_calls import Command, commands

PYTHON = [
    "image-build-inference/",
    "image-build-processing/",
    "image-build-train/",
    "model-build/",
    "model-deploy/",
    "project-template/",
]

OTHERS = {
    ("image-build-inference/ocr_inference/evaluation/report/render.py", "get_template"): "Jinja's environment",
    ("image-build-processing/ocr_processing/html_page.py", "get_template"): "Jinja's environment",
    ("image-build-train/ocr_training/reporting/mlflow_run.py", "create_experiment"): "MLflow's client",
}
"""Methods that are called as an operation of AWS is, and whose they are."""


def tracked(*endings: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.split("\0") if path.endswith(endings) and (ROOT / path).is_file()]


MODULES = [path for path in tracked(".py") if path.startswith(tuple(PYTHON)) and "tests/" not in path]
SHELL = [path for path in tracked(".yml", ".sh", ".md", "Makefile") if path != "CHANGELOG.md"]
SOURCES = {path: (ROOT / path).read_text(encoding="utf-8") for path in MODULES}
SERVICES = sorted(set().union(*map(named_services, SOURCES.values())))


@cache
def found() -> dict[str, list[Found]]:
    return {
        path: [one for one in calls(text, SERVICES) if (path, one.method) not in OTHERS]
        for path, text in SOURCES.items()
    }


@cache
def shell() -> dict[str, list[Command]]:
    return {path: commands((ROOT / path).read_text(encoding="utf-8"), document=path.endswith(".md")) for path in SHELL}


def test_every_call_of_the_code_is_one_of_the_service() -> None:
    wrong = [
        f"{path}:{one.line}: {one.method}: {why}"
        for path, each in found().items()
        for one in each
        for why in one.mistakes
    ]
    assert not wrong, "\n".join(wrong)


def test_every_command_of_buildspecs_scripts_and_documents_is_one_of_the_service() -> None:
    wrong = [f"{path}: {one.text}: {why}" for path, each in shell().items() for one in each for why in one.mistakes]
    assert not wrong, "\n".join(wrong)


def test_the_repositories_that_call_aws_are_seen_to() -> None:
    seen = {path.split("/")[0] for path, each in found().items() if each}
    assert seen >= {"image-build-inference", "model-build", "model-deploy", "project-template"}
    assert {path for path, each in shell().items() if each} >= {
        *(f"image-build-{kind}/buildspec.yml" for kind in ("inference", "processing", "train")),
        "project-template/check-in.yml",
    }


def test_every_exception_is_still_needed() -> None:
    there = {(path, one.method) for path, _ in OTHERS for one in calls(SOURCES[path], SERVICES) if one.mistakes}
    assert set(OTHERS) <= there


def wrong(source: str) -> list[str]:
    return [why for one in calls(source, ["s3", "sagemaker"]) for why in one.mistakes]


@pytest.mark.parametrize(
    "source",
    [
        'boto3.client("s3").head_object(Bucket=b, Key=k)',
        'client = boto3.client("s3")\nclient.put_object(Bucket=b, Key=k, Body=c, ChecksumAlgorithm="SHA256")',
        'def f(client):\n    client.describe_project(ProjectName="x")',
        'self._s3 = boto3.client("s3")\nself._s3.download_file(b, k, f)',
        'session.sagemaker_client.get_paginator("list_tags").paginate(ResourceArn=a)',
        'boto3.client("sagemaker").get_waiter("endpoint_in_service").wait(EndpointName=n, WaiterConfig=w)',
        'boto3.client("s3").put_object(**arguments)',
        "try:\n    pass\nexcept client.exceptions.ClientError:\n    pass",
        'f(boto3.client("sagemaker"))',
        'boto3.Session(profile_name=p).client("s3").head_bucket(Bucket=b)',
        'boto3.client("sagemaker").start_pipeline_execution(PipelineName=n)',
    ],
)
def test_what_the_service_takes_is_let_through(source: str) -> None:
    assert wrong(source) == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('boto3.client("s3").head_objekt(Bucket=b, Key=k)', "s3 has no operation head_objekt"),
        ('boto3.client("s3").head_object(Bucket=b, Kye=k)', "HeadObject has no Kye"),
        ('boto3.client("s3").head_object(Bucket=b)', "HeadObject lacks Key"),
        ('boto3.client("s3").head_object(b, k)', "has parameters without names, which boto3 refuses"),
        ('boto3.client("s3").download_file(b, k)', "download_file lacks Filename"),
        (
            'client = boto3.client("s3")\nclient.describe_project(ProjectName="x")',
            "s3 has no operation describe_project",
        ),
        ("def f(client):\n    client.describe_projekt()", "no service has describe_projekt"),
        ("def f(client):\n    client.describe_project(Name=n)", "DescribeProject has no Name"),
        ('boto3.client("s3").get_paginator("head_object").paginate(Bucket=b)', "s3 has no paginator head_object"),
        ('boto3.client("s3").get_paginator("list_objects_v2").paginate(Prefix=p)', "ListObjectsV2 lacks Bucket"),
        ('boto3.client("s3").get_paginator("list_objects_v2")', "is not followed by .paginate(...)"),
        (
            'boto3.client("sagemaker").get_waiter("endpoint_ready").wait(EndpointName=n)',
            "sagemaker has no waiter endpoint_ready",
        ),
        (
            'boto3.client("s3").put_object(Bucket=b, Key=k, ChecksumAlgorithm="MD6")',
            "PutObject.ChecksumAlgorithm is 'MD6'",
        ),
        (
            'boto3.client("s3").delete_objects(Bucket=b, Delete={"Objects": [{"Kye": k}]})',
            "DeleteObjects.Delete.Objects[] has no Kye",
        ),
        ("boto3.client(name).head_bucket(Bucket=b)", "not a form of use that can be read"),
        ('boto3.resource("s3")', "not a form of use that can be read"),
        ('getattr(boto3.client("s3"), name)', "not a form of use that can be read"),
        ('call = boto3.client("s3").head_bucket', "is not called"),
        ("def f(store):\n    store.head_bucket(Bucket=b)", "store is not known to be a client"),
        ('[boto3.client("s3")][0].head_bucket(Bucket=b)', "not a form of use that can be read"),
        ('boto3.client("s4").head_bucket(Bucket=b)', "s4 has no operation head_bucket"),
    ],
)
def test_what_it_does_not_take_is_told(source: str, why: str) -> None:
    assert [one for one in wrong(source) if one.startswith(why)], wrong(source)


@pytest.mark.parametrize(
    "text",
    [
        'aws sagemaker describe-project --project-name "$NAME" --query "[A, B]" --output text',
        "version=$(aws sagemaker describe-image-version --image-name x)",
        'say() { aws sagemaker "$@" --output text; }\nif ! say wait image-version-created --image-name x; then',
        'm=(--base-image x)\nm+=(--client-token t)\naws sagemaker create-image-version --image-name x "${m[@]}"',
        "aws ecr get-login-password --region x |\n  docker login",
        'git -c "credential.helper=!aws --region $region codecommit credential-helper \\$@" push',
        "echo public.ecr.aws/docker/library/python",
        "# aws something else",
        "Then `aws sagemaker describe-domain --domain-id d-1` says it.",
        "aws s3 cp --only-show-errors a b",
    ],
)
def test_a_command_that_exists_is_let_through(text: str) -> None:
    assert [why for one in commands(text) for why in one.mistakes] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("aws sagemaker describe-projekt --project-name x", "botocore knows no sagemaker describe-projekt"),
        ("aws sagemakr describe-project --project-name x", "botocore knows no sagemakr describe-project"),
        ("aws sagemaker describe-project --name x", "sagemaker describe-project has no --name"),
        ("aws sagemaker describe-project", "sagemaker describe-project lacks --project-name"),
        ("x=$(aws sagemaker describe-project --name x)", "sagemaker describe-project has no --name"),
        ("aws s3 cp --quiet a b", "s3 cp has no --quiet"),
        ("aws sagemaker wait image-version-ready --image-name x", "botocore knows no sagemaker wait"),
        ('aws "$service" list', "not a command that can be read"),
        ('say() { aws sagemaker "$@" --format text; }\nsay list-projects', "sagemaker list-projects has no --format"),
        (
            'options=(--base x)\naws sagemaker create-image-version --image-name x --client-token t "${options[@]}"',
            "sagemaker create-image-version has no --base",
        ),
        ("`aws sagemaker describe-domain --domain d-1`", "sagemaker describe-domain has no --domain"),
    ],
)
def test_a_command_that_does_not_exist_is_told(text: str, why: str) -> None:
    told = [one for command in commands(text) for one in command.mistakes]
    assert [one for one in told if one.startswith(why)], told


def test_a_document_may_name_a_command_that_exists() -> None:
    named = [why for one in commands("see `aws sagemaker describe-project`", document=True) for why in one.mistakes]
    assert named == []


@pytest.mark.parametrize("text", ["`aws sagemaker describe-projekt`", "`aws sagemaker describe-project --name x`"])
def test_a_document_names_none_that_does_not(text: str) -> None:
    assert [why for one in commands(text, document=True) for why in one.mistakes]
