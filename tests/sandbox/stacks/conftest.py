"""A server that makes stacks, and a project in it."""

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.clients import client
from sandbox.cloudformation.template_text import read_template
from sandbox.project.repositories import Repositories
from sandbox.settings import CHECKOUT, Settings

SEED_FOLDERS = ("image-build-processing", "image-build-train", "image-build-inference", "model-build", "model-deploy")
PROJECT_TEMPLATE = CHECKOUT / "project-template" / "project.yaml"
EVERYTHING = {
    "VpcId": "vpc-12345678",
    "VpcSubnetIds": "subnet-12345678,subnet-87654321",
    "VpcSecurityGroupIds": "sg-12345678",
    "WithFrontDoor": "true",
    "WithDrift": "true",
    "RetrainSchedule": "rate(30 days)",
    "MonthlyBudget": "100",
    "NotificationEmail": "somebody@example.com",
}


@dataclass
class Account:
    """A server with an account of which nothing but stacks is used."""

    settings: Settings
    endpoint_url: str
    started_file: Path
    seed: dict[str, str] = field(default_factory=dict)
    everything: dict[str, str] = field(default_factory=lambda: dict(EVERYTHING))

    def client(self, service: str) -> Any:
        return client(service, self.settings, self.endpoint_url)

    @property
    def repositories(self) -> Repositories:
        return Repositories(self.settings)

    def create(self, stack: str, template: str | Path, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        self.client("cloudformation").create_stack(**self._arguments(stack, template, parameters))
        return self.describe(stack)

    def update(self, stack: str, template: str | Path, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        self.client("cloudformation").update_stack(**self._arguments(stack, template, parameters))
        return self.describe(stack)

    def _arguments(self, stack: str, template: str | Path, parameters: Mapping[str, str] | None) -> dict[str, Any]:
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in (parameters or {}).items()]
        source = {"TemplateBody": template} if isinstance(template, str) else {"TemplateURL": self._upload(template)}
        return {"StackName": stack, "Parameters": given, **source}

    def _upload(self, template: Path) -> str:
        # CloudFormation takes a template of this size from S3 only.
        self.client("s3").create_bucket(Bucket="templates")
        self.client("s3").put_object(Bucket="templates", Key=template.name, Body=template.read_bytes())
        return f"https://templates.s3.amazonaws.com/{template.name}"

    def describe(self, stack: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return described

    def delete(self, stack: str) -> None:
        self.client("cloudformation").delete_stack(StackName=stack)

    def resources(self, stack: str) -> dict[str, str]:
        """Physical ids of a stack's resources, by logical id."""
        listed = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}

    def started(self) -> list[dict[str, Any]]:
        """What rules have started, oldest first: `{"target": ARN, "event": {}}`."""
        if not self.started_file.exists():
            return []
        return [json.loads(line) for line in self.started_file.read_text().splitlines()]

    def started_by(self, act: Callable[[], Any]) -> list[str]:
        """Last parts of the ARNs of what `act` sets off."""
        before = len(self.started())
        act()
        return [line["target"].rsplit(":", 1)[-1] for line in self.started()[before:]]

    def create_project(self, project_id: str, **parameters: str) -> dict[str, Any]:
        given = self.project_parameters(project_id, **parameters)
        return self.create(f"project-{project_id}", PROJECT_TEMPLATE, given)

    def update_project(self, project_id: str, **parameters: str) -> dict[str, Any]:
        given = self.project_parameters(project_id, **parameters)
        return self.update(f"project-{project_id}", PROJECT_TEMPLATE, given)

    def project_parameters(self, project_id: str, **parameters: str) -> dict[str, str]:
        named = {"SageMakerProjectName": "ocr", "SageMakerProjectId": project_id, "SeedVersion": "1.0.0"}
        return {**named, **self.seed, **parameters}

    @staticmethod
    def declared(template: Path, *false_conditions: str) -> set[str]:
        """Logical ids of a template's resources but for those under conditions that do not hold."""
        resources = read_template(template.read_text())["Resources"]
        return {name for name, resource in resources.items() if resource.get("Condition") not in false_conditions}

    @staticmethod
    def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("stacks")
    started = folder / "started.jsonl"
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("server.py"), folder, started],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])},
        stdin=subprocess.PIPE,
        stderr=(folder / "log").open("wb"),
    ) as server:
        state = folder / "state.json"
        end = time.monotonic() + 60
        while not state.exists() and time.monotonic() < end and server.poll() is None:
            time.sleep(0.05)
        assert state.exists(), (folder / "log").read_text()
        port = json.loads(state.read_text())["port"]
        yield Account(Settings(state_folder=folder), f"http://127.0.0.1:{port}", started)
        assert server.stdin is not None
        server.stdin.close()


@pytest.fixture(scope="session")
def bootstrapped(account: Account) -> Account:
    """The account with the bootstrap stack and published seed code."""
    stack = account.create("ocr-bootstrap", CHECKOUT / "project-template" / "bootstrap.yaml")
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    bucket = account.outputs(stack)["TemplateBucketName"]
    for folder in SEED_FOLDERS:
        body = zipped({"README.md": f"# {folder}\n"})
        account.client("s3").put_object(Bucket=bucket, Key=f"ocr-project/1.0.0/seed/{folder}.zip", Body=body)
    account.seed = {"SeedBucket": bucket, "SeedPrefix": "ocr-project/1.0.0"}
    return account


@pytest.fixture(scope="session")
def project(bootstrapped: Account) -> Account:
    """The account with one project, `local`, that has all that CodeCommit's projects can have."""
    stack = bootstrapped.create_project("local", **EVERYTHING)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    return bootstrapped


def zipped(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
