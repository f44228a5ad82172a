"""labeling.yaml: what CloudFormation takes, what it lets whom do, and that a job gets all that it needs of it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from labelling.job import LabelingStack
from labelling.publishing import functions_zip

FOLDER = Path(__file__).parents[2] / "labelling"
FILE = FOLDER / "labeling.yaml"
TEMPLATE: dict[str, Any] = cfn_yaml.load(str(FILE))
RESOURCES = TEMPLATE["Resources"]
ROLES = {name: each for name, each in RESOURCES.items() if each["Type"] == "AWS::IAM::Role"}
FUNCTIONS = {name: each for name, each in RESOURCES.items() if each["Type"] == "AWS::Lambda::Function"}

# PutMetricData knows no resources; its statement is held to a namespace.
WITHOUT_RESOURCE = {"cloudwatch:PutMetricData"}


def statements(role: str) -> list[dict[str, Any]]:
    return [each for policy in ROLES[role]["Properties"]["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> set[str]:
    named = statement["Action"]
    return {named} if isinstance(named, str) else set(named)


def text(value: Any) -> str:
    return str(value)


def test_cfn_lint_finds_nothing() -> None:
    command = [Path(sys.executable).with_name("cfn-lint"), FILE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_job_gets_from_the_stack_what_it_needs() -> None:
    assert set(LabelingStack.model_fields) <= set(TEMPLATE["Outputs"])
    optional = {name for name, each in TEMPLATE["Outputs"].items() if "Condition" in each}
    assert not optional & set(LabelingStack.model_fields)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_handler_is_in_the_zip(name: str, tmp_path: Path) -> None:
    (tmp_path / "functions.zip").write_bytes(functions_zip())
    module, function = FUNCTIONS[name]["Properties"]["Handler"].rsplit(".", 1)
    program = f"import sys; sys.path.insert(0, 'functions.zip'); import {module} as m; print(callable(m.{function}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={}, capture_output=True, check=True)
    assert done.stdout == b"True\n"


def test_the_functions_have_a_name_that_ground_truth_s_own_policies_admit() -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permissions-get-started.html
    assert all("sagemaker" in text(each["Properties"]["FunctionName"]) for each in FUNCTIONS.values())


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_more_than_it_needs(role: str) -> None:
    for statement in statements(role):
        assert not [action for action in actions(statement) if "*" in action]
        if actions(statement) & WITHOUT_RESOURCE:
            assert "cloudwatch:namespace" in text(statement["Condition"])
        else:
            assert statement["Resource"] != "*"
        if any(action.startswith("kms:") for action in actions(statement)):
            assert "kms:ViaService" in text(statement["Condition"])


def test_objects_are_read_and_written_in_their_folders_alone() -> None:
    def resources(role: str, wanted: str) -> list[str]:
        return [text(each["Resource"]) for each in statements(role) if wanted in actions(each)]

    assert resources("PreAnnotationRole", "s3:GetObject") == []
    (answers,) = resources("PostAnnotationRole", "s3:GetObject")
    assert "${BucketName}/${OutputPrefix}*" in answers
    (written,) = resources("LabelingRole", "s3:PutObject")
    assert "${BucketName}/${OutputPrefix}*" in written
    pictures, _ = resources("LabelingRole", "s3:GetObject")
    assert "${BucketName}/${InputPrefix}*" in pictures


@pytest.mark.parametrize(
    ("role", "service"),
    [("PreAnnotationRole", "lambda"), ("PostAnnotationRole", "lambda"), ("LabelingRole", "sagemaker")],
)
def test_a_role_is_its_service_s_alone(role: str, service: str) -> None:
    (trust,) = ROLES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}


def test_nobody_signs_up() -> None:
    assert RESOURCES["UserPool"]["Properties"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_what_a_team_needs_is_made_only_with_the_team() -> None:
    made = {name for name, each in RESOURCES.items() if each.get("Condition") == "MakesTeam"}
    kinds = ("AWS::Cognito::", "AWS::SageMaker::")
    assert made == {name for name, each in RESOURCES.items() if each["Type"].startswith(kinds)}


def test_every_log_is_encrypted_and_ends() -> None:
    logs = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert len(logs) == len(FUNCTIONS)
    assert all({"KmsKeyId", "RetentionInDays"} <= set(each) for each in logs)


def test_every_exception_to_checkov_has_its_reason() -> None:
    for each in RESOURCES.values():
        for skip in each.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"].split()) > 5


def test_every_parameter_is_in_the_readme() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    _, _, table = readme.partition("### Parameters of `labeling.yaml`")
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(TEMPLATE["Parameters"])
