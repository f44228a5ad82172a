"""endpoint.yaml: it takes what build.py exports, and the control plane makes the resources from it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


class CloudFormationLoader(yaml.SafeLoader):
    """Reads a template with its short intrinsic functions, as plain values."""


def plain(loader: CloudFormationLoader, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True)


CloudFormationLoader.add_multi_constructor("!", plain)


@pytest.fixture
def template() -> Any:
    return yaml.load((ROOT / "endpoint.yaml").read_text(), Loader=CloudFormationLoader)


@pytest.fixture
def stack(command: Any, registry: Any) -> dict[str, Any]:
    registry.register("Approved")
    command.build()
    export = command.read("staging-config-export.json")
    boto3.client("cloudformation").create_stack(
        StackName="staging",
        TemplateBody=(command.folder / "template-export.yml").read_text(),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in export["Parameters"].items()],
        Tags=[{"Key": name, "Value": value} for name, value in export["Tags"].items()],
    )
    return {"export": export, "sagemaker": registry.client}


def test_what_is_exported_is_what_the_template_takes(command: Any, registry: Any, template: Any) -> None:
    registry.register("Approved")
    command.build(ARTIFACT_BUCKET="artifacts")
    for stage in ("staging", "prod"):
        exported = set(command.read(f"{stage}-config-export.json")["Parameters"])
        required = {name for name, declared in template["Parameters"].items() if "Default" not in declared}
        assert required <= exported <= set(template["Parameters"])


def test_the_model_serves_the_approved_version(stack: Any) -> None:
    (model,) = stack["sagemaker"].list_models()["Models"]
    container = stack["sagemaker"].describe_model(ModelName=model["ModelName"])["PrimaryContainer"]
    assert container["ModelPackageName"] == stack["export"]["Parameters"]["ModelPackageName"]


def test_the_endpoint_serves_that_model_on_the_stage_s_instances(stack: Any) -> None:
    client = stack["sagemaker"]
    (endpoint,) = client.list_endpoints()["Endpoints"]
    described = client.describe_endpoint(EndpointName=endpoint["EndpointName"])
    config = client.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    (variant,) = config["ProductionVariants"]
    assert variant["ModelName"] == client.list_models()["Models"][0]["ModelName"]
    assert variant["InstanceType"] == stack["export"]["Parameters"]["InstanceType"]


def test_only_the_endpoint_is_named(template: Any) -> None:
    properties = {name: resource["Properties"] for name, resource in template["Resources"].items()}
    assert properties["Endpoint"]["EndpointName"] == "EndpointName"
    assert "ModelName" not in properties["Model"]
    assert "EndpointConfigName" not in properties["EndpointConfig"]


def test_the_template_has_no_aliases_which_cloudformation_refuses() -> None:
    events = yaml.parse((ROOT / "endpoint.yaml").read_text(), Loader=yaml.SafeLoader)
    assert not [event for event in events if isinstance(event, yaml.AliasEvent)]


@pytest.mark.parametrize("name", ["endpoint.yaml", "staging-config.json", "prod-config.json"])
def test_no_stage_serves_the_playground(name: str) -> None:
    assert "playground" not in (ROOT / name).read_text().lower()


def test_the_model_has_no_environment_but_that_of_its_version(template: Any) -> None:
    assert template["Resources"]["Model"]["Properties"]["PrimaryContainer"] == {"ModelPackageName": "ModelPackageName"}


@pytest.mark.skipif(shutil.which("cfn-lint") is None, reason="cfn-lint is not installed")
def test_cfn_lint_finds_nothing() -> None:
    done = subprocess.run(["cfn-lint", str(ROOT / "endpoint.yaml")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
