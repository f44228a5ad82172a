"""What holds for all three templates."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ["endpoint.yaml", "front-door.yaml", "drift.yaml"]
each_template = pytest.mark.parametrize("name", TEMPLATES)

# Made and changed without a name of their own that a policy or an invoice could be held to.
UNTAGGED = {
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Scheduler::Schedule",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACLAssociation",
}


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("endpoint.yaml", "staging"),
        ("endpoint.yaml", "prod"),
        ("front-door.yaml", "front-door"),
        ("drift.yaml", "drift"),
    ],
)
def test_what_is_exported_is_what_the_template_takes(exported: Path, resolver: Any, name: str, config: str) -> None:
    given = set(json.loads((exported / f"{config}-config-export.json").read_text(encoding="utf-8"))["Parameters"])
    declared = resolver.load(name)["Parameters"]
    required = {parameter for parameter, each in declared.items() if "Default" not in each}
    assert required <= given <= set(declared)


@each_template
def test_no_template_makes_roles_or_needs_a_transform(resolver: Any, name: str) -> None:
    template = resolver.load(name)
    assert "Transform" not in template
    assert not [each for each in template["Resources"].values() if each["Type"].startswith("AWS::IAM::")]


@each_template
def test_there_are_no_aliases_which_cloudformation_refuses(name: str) -> None:
    events = yaml.parse((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert not [event for event in events if isinstance(event, yaml.AliasEvent)]


@each_template
def test_what_can_be_tagged_has_the_project_s_tags(resolver: Any, name: str) -> None:
    for logical, resource in resolver.load(name)["Resources"].items():
        if resource["Type"] not in UNTAGGED:
            tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
            assert set(tags) == {
                "sagemaker:project-name",
                "sagemaker:project-id",
                "sagemaker:deployment-stage",
            }, logical


@pytest.mark.skipif(importlib.util.find_spec("cfnlint") is None, reason="cfn-lint is not installed")
def test_cfn_lint_finds_nothing() -> None:
    # Its command may not be on the PATH; it cannot be run as a module.
    run = [sys.executable, "-c", "import sys; from cfnlint.runner import main; sys.exit(main())"]
    files = [str(ROOT / name) for name in TEMPLATES]
    done = subprocess.run([*run, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
