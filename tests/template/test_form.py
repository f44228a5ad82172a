"""The form of the templates: what Studio takes, what CloudFormation takes, what the README says."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "project-template"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CfnCreateTemplateProvider.html
MOST_PARAMETERS = 180
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_RESOURCES = 500
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = {"inline": 10_240, "managed": 6_144}
LONGEST = {"${AWS::Partition}": "aws-us-gov", "${AWS::Region}": "ap-northeast-1", "${AWS::AccountId}": "1" * 12}
LONGEST_ARN = "arn:aws-us-gov:iam::123456789012:role/" + "r" * 64

LANES = {
    "Processing": ("processingimagebuild", "processing image", "image-build-processing"),
    "Training": ("trainingimagebuild", "training image", "image-build-train"),
    "Inference": ("inferenceimagebuild", "inference image", "image-build-inference"),
}


@cache
def template(path: Path) -> dict[str, Any]:
    """The template with its short forms (`!Ref`) as long ones."""
    loaded: dict[str, Any] = cfn_yaml.load(str(path))
    return loaded


PROJECT = template(FOLDER / "project.yaml")
BOOTSTRAP = template(FOLDER / "bootstrap.yaml")


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys(inner)}
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner)}
    return set()


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [str(value)]


def tables(document: str) -> dict[str, dict[str, list[str]]]:
    """The first cell's name of each row and the other cells, by the heading the table stands under."""
    found: dict[str, dict[str, list[str]]] = {}
    heading = ""
    for line in document.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif row := re.match(r"\| `([^`]+)` \| (.*) \|$", line):
            found.setdefault(heading, {})[row[1]] = [cell.strip() for cell in row[2].split(" | ")]
    return found


def test_cfn_lint_finds_nothing() -> None:
    files = [str(path) for path in TEMPLATES]
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), *files], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_the_project_makes_no_iam_and_needs_no_transform() -> None:
    types = {resource["Type"] for resource in PROJECT["Resources"].values()}
    assert not [name for name in types if name.startswith(("AWS::IAM::", "AWS::CloudFormation::", "AWS::Serverless::"))]
    assert not {"Transform", "Fn::Transform", "Fn::ForEach"} & keys(PROJECT)


def test_the_project_has_no_more_than_a_form_and_a_stack_may_have() -> None:
    assert len(PROJECT["Parameters"]) <= MOST_PARAMETERS
    assert len(PROJECT["Resources"]) <= MOST_RESOURCES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_parameter_says_what_it_is_and_what_it_takes(path: Path) -> None:
    for name, parameter in template(path)["Parameters"].items():
        assert 10 <= len(parameter["Description"]) <= 4000, name
        limits = {"AllowedPattern", "AllowedValues", "MinValue", "MinLength"}
        assert limits & set(parameter), f"{name} takes anything"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_default_is_one_that_the_parameter_takes(path: Path) -> None:
    for name, parameter in template(path)["Parameters"].items():
        if "Default" not in parameter:
            continue
        default = parameter["Default"]
        assert re.search(parameter.get("AllowedPattern", ""), str(default)), name
        assert default in parameter.get("AllowedValues", [default]), name
        assert parameter.get("MinValue", default) <= default <= parameter.get("MaxValue", default), name


def test_studio_asks_for_every_parameter_in_one_group() -> None:
    groups = PROJECT["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    asked = [name for group in groups for name in group["Parameters"]]
    assert sorted(asked) == sorted(PROJECT["Parameters"])
    labelled = PROJECT["Metadata"]["AWS::CloudFormation::Interface"]["ParameterLabels"]
    assert set(labelled) <= set(PROJECT["Parameters"])


def test_every_parameter_and_condition_is_used() -> None:
    for path in TEMPLATES:
        loaded = template(path)
        rest = [value for part, value in loaded.items() if part not in ("Parameters", "Metadata", "Rules")]
        used = " ".join(texts(rest))
        assert not [name for name in loaded["Parameters"] if not re.search(rf"\b{name}\b", used)], path.name
        assert not [name for name in loaded.get("Conditions", {}) if not re.search(rf"\b{name}\b", used)], path.name


def test_the_lanes_are_equal_but_for_their_names() -> None:
    def common(lane: str) -> dict[str, Any]:
        suffix, image, folder = LANES[lane]
        label = image.removesuffix(" image")

        def plain(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: plain(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [plain(inner) for inner in value]
            if not isinstance(value, str):
                return value
            for name, general in ((suffix, "SUFFIX"), (folder, "FOLDER"), (image, "IMAGE"), (f"{label} rep", "REP")):
                value = value.replace(name, general)
            return re.sub(rf"\b{lane}(?=Repository|Image)", "LANE", value)

        return {
            name.removeprefix(lane): plain(resource)
            for name, resource in PROJECT["Resources"].items()
            if name.startswith(lane)
        }

    processing, training, inference = map(common, LANES)
    kinds = {"Repository", "ImageRepository", "Image", "ImageBuild", "ImageLogs", "ImagePipeline", "PushRule"}
    assert set(processing) == kinds
    assert processing == training == inference


def test_only_the_image_lanes_are_privileged() -> None:
    privileged = {
        name
        for name, resource in PROJECT["Resources"].items()
        if resource["Type"] == "AWS::CodeBuild::Project"
        and resource["Properties"]["Environment"].get("PrivilegedMode", False)
    }
    assert privileged == {f"{lane}ImageBuild" for lane in LANES}


def test_data_registries_and_code_stay_when_a_project_goes() -> None:
    kept = {name for name, resource in PROJECT["Resources"].items() if "DeletionPolicy" in resource}
    repositories = {f"{name}Repository" for name in (*LANES, "ModelBuild", "ModelDeploy")}
    registries = {f"{lane}ImageRepository" for lane in LANES}
    assert kept == {"ArtifactBucket", "ArtifactBucketPolicy", "ModelPackageGroup"} | repositories | registries
    for name in kept:
        # A failed creation leaves nothing behind: a second attempt would meet the names of the first.
        assert PROJECT["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert PROJECT["Resources"][name]["UpdateReplacePolicy"] == "Retain"


UNTAGGED = {"AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy"}


@pytest.mark.parametrize(
    "name", [name for name, resource in PROJECT["Resources"].items() if resource["Type"] not in UNTAGGED]
)
def test_every_resource_has_the_tags_of_the_project(name: str) -> None:
    properties = PROJECT["Resources"][name]["Properties"]
    tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or properties["ResourceTags"]}
    assert tags == {
        "sagemaker:project-name": {"Ref": "SageMakerProjectName"},
        "sagemaker:project-id": {"Ref": "SageMakerProjectId"},
    }


def documents(role: str) -> tuple[list[Any], list[Any]]:
    """Inline and managed policy documents of a role of the bootstrap."""
    inline = [policy["PolicyDocument"] for policy in BOOTSTRAP["Resources"][role]["Properties"].get("Policies", [])]
    managed = []
    for resource in BOOTSTRAP["Resources"].values():
        roles = resource["Properties"].get("Roles")
        if not isinstance(roles, list) or {"Ref": role} not in roles:
            continue
        (inline if resource["Type"] == "AWS::IAM::Policy" else managed).append(resource["Properties"]["PolicyDocument"])
    return inline, managed


def characters(value: Any) -> int:
    """Length of a policy document at its longest, without the space that IAM does not count."""
    if isinstance(value, dict):
        if "Fn::Sub" in value:
            text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else LONGEST_ARN
            for name, filled in LONGEST.items():
                text = text.replace(name, filled)
            return len(text) + 2
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::Split"):
            return len(LONGEST_ARN) + 2
        return 1 + sum(len(key) + 4 + characters(inner) for key, inner in value.items())
    if isinstance(value, list):
        return 1 + sum(1 + characters(inner) for inner in value)
    return len(str(value)) + 2


@pytest.mark.parametrize(
    "role", [name for name, resource in BOOTSTRAP["Resources"].items() if resource["Type"] == "AWS::IAM::Role"]
)
def test_the_policies_of_a_role_are_no_longer_than_iam_takes(role: str) -> None:
    inline, managed = documents(role)
    assert sum(map(characters, inline)) <= MOST_CHARACTERS["inline"]
    assert all(characters(document) <= MOST_CHARACTERS["managed"] for document in managed)


def test_what_projects_import_the_bootstrap_exports() -> None:
    exported = {
        output["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for output in BOOTSTRAP["Outputs"].values()
        if "Export" in output
    }
    for path in TEMPLATES:
        imported = set(re.findall(r"\$\{BootstrapStackName\}-(\w+)", path.read_text(encoding="utf-8")))
        assert imported <= exported, path.name


def shown(parameter: dict[str, Any]) -> str:
    if "Default" not in parameter:
        return "required"
    return f"`{parameter['Default']}`" if parameter["Default"] != "" else ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_readme_has_every_parameter_with_its_default_and_meaning(path: Path) -> None:
    rows = tables(README)[f"Parameters of {path.name}"]
    declared = {name: [shown(each), each["Description"]] for name, each in template(path)["Parameters"].items()}
    assert rows == declared


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_readme_has_every_output(path: Path) -> None:
    declared = {name: [output["Description"]] for name, output in template(path)["Outputs"].items()}
    assert tables(README)[f"Outputs of {path.name}"] == declared


def test_the_readme_has_every_role() -> None:
    roles = {name for name, resource in BOOTSTRAP["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    assert set(tables(README)["Roles"]) == roles


def test_the_readme_has_every_rule() -> None:
    names = {
        resource["Properties"]["Name"]["Fn::Sub"].replace("${SageMakerProjectId}", "<id>")
        for resource in PROJECT["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
    }
    assert set(tables(README)["Rules"]) == {re.sub(r"-\w+-push$", "-SUFFIX-push", name) for name in names}
