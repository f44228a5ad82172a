"""A control plane on loopback (moto), a runtime that answers as told, and the commands as people run them."""

import contextlib
import importlib.util
import io
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from model_deploy.export import Exports, export
from model_deploy.project import Project
from model_deploy.registry import Version

ROOT = Path(__file__).resolve().parents[1]
GROUP = "ocr-p1"
ROLE = "arn:aws:iam::123456789012:role/model"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # Whoever builds this repository tests it with the project's variables set.
    told = {variable for _, variable, *_ in SCRIPTS["build"].OPTIONS} | {"BUILD_CONFIG", "EXPORT_TEST_RESULTS"}
    for name in [name for name in os.environ if name.startswith("AWS_") or name in told]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    yield moto_url
    requests.post(f"{moto_url}/moto-api/reset", timeout=10).raise_for_status()


@dataclass
class Run:
    """How a command ended."""

    status: int
    out: str
    err: str


def script(path: Path) -> ModuleType:
    """Load a script of this repository, which is in no package."""
    spec = importlib.util.spec_from_file_location(f"model_deploy_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPTS = {name: script(ROOT / f"{name}.py") for name in ("build", "test")}


class Commands:
    """Runs this repository's scripts as a build does, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scripts = SCRIPTS

    def __call__(self, name: str, *arguments: str, **environment: str) -> Run:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, environment),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            status = self.scripts[name].main(arguments)
        return Run(status, out.getvalue(), err.getvalue())

    def build(self, *arguments: str, **environment: str) -> Run:
        project = {
            "SOURCE_MODEL_PACKAGE_GROUP_NAME": GROUP,
            "MODEL_EXECUTION_ROLE_ARN": ROLE,
            "SAGEMAKER_PROJECT_NAME": "ocr",
            "SAGEMAKER_PROJECT_ID": "p1",
            "ARTIFACT_BUCKET": "artifacts",
        }
        return self("build", *arguments, **(project | environment))

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@pytest.fixture
def command(aws: str, tmp_path: Path) -> Commands:  # noqa: ARG001  (its environment)
    return Commands(tmp_path)


@pytest.fixture
def production(command: Commands, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Makes the build that of a repository where some of production's parameters are changed."""

    def changed(**parameters: str) -> None:
        repository = tmp_path_factory.mktemp("repository")
        for path in [ROOT / "build.py", *ROOT.glob("*.yaml"), *ROOT.glob("*-config.json")]:
            shutil.copy(path, repository)
        config = repository / "prod-config.json"
        content = json.loads(config.read_text(encoding="utf-8"))
        config.write_text(json.dumps({**content, "Parameters": content["Parameters"] | parameters}), encoding="utf-8")
        command.scripts = command.scripts | {"build": script(repository / "build.py")}

    return changed


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a build writes for an approved version."""
    folder = tmp_path_factory.mktemp("exported")
    names = ("template-export.yml", "staging-config-export.json", "prod-config-export.json")
    project = Project("ocr", "p1", "artifacts", ROLE)
    export(ROOT, Exports(*(folder / name for name in names)), project, Version("arn:1"))
    return folder


@pytest.fixture(scope="session")
def resolver() -> ModuleType:
    return script(Path(__file__).with_name("resolver.py"))


@pytest.fixture(scope="session")
def clients(moto_url: str) -> dict[str, Any]:
    """What the tests themselves ask the control plane with. To make a client takes longer than most tests."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")
    return {name: session.client(name, endpoint_url=moto_url) for name in ("sagemaker", "s3")}


class Registry:
    """The model package group of the tests."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.client.create_model_package_group(ModelPackageGroupName=GROUP)

    def register(self, status: str, baseline: str = "", **properties: str) -> str:
        statistics = {"ContentType": "application/json", "S3Uri": baseline}
        drift = {"DriftCheckBaselines": {"ModelDataQuality": {"Statistics": statistics}}} if baseline else {}
        response = self.client.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=status,
            InferenceSpecification={
                "Containers": [{"Image": "ocr-inference:1", "ModelDataUrl": "s3://artifacts/model.tar.gz"}],
                "SupportedContentTypes": ["image/jpeg"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            CustomerMetadataProperties=properties,
            **drift,
        )
        return str(response["ModelPackageArn"])


@pytest.fixture
def registry(aws: str, clients: Any) -> Registry:  # noqa: ARG001  (its environment)
    return Registry(clients["sagemaker"])


@dataclass
class Runtime:
    """What plays sagemaker-runtime: it answers each request as `answer` says, and notes what was asked."""

    answer: Any = None
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    played = Runtime()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = {
                "path": self.path,
                "task": self.headers["X-Amzn-SageMaker-Custom-Attributes"],
                "type": self.headers["Content-Type"],
                "body": body,
            }
            if "X-Amzn-SageMaker-InputLocation" in self.headers:
                request["input"] = self.headers["X-Amzn-SageMaker-InputLocation"]
                request["type"] = self.headers["X-Amzn-SageMaker-Content-Type"]
            played.requests.append(request)
            status, answer, *headers = played.answer(request)
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in (pair for group in headers for pair in group.items()):
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the test's output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # How often the server looks whether it should end, which is how long each test waits for it.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", played.url)
    yield played
    server.shutdown()
    server.server_close()
    thread.join()
