"""build.py: which version it chooses, and what it writes for it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXPORTS = [
    "deploy.txt",
    "drift-config-export.json",
    "drift-export.yml",
    "front-door-config-export.json",
    "front-door-export.yml",
    "prod-config-export.json",
    "staging-config-export.json",
    "template-export.yml",
]


CONFIGURED = ["staging", "prod", "front-door", "drift"]


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_no_approved_version_yet_ends_well_and_says_what_it_waits_for(command: Any, registry: Any) -> None:
    registry.register("PendingManualApproval")
    run = command.build()
    assert (run.status, run.err) == (0, "")
    assert run.out == (
        "No approved version in ocr-p1 yet: nothing to deploy. This waits for the first approval of a model package, "
        "which starts it again\n"
    )


def test_no_approved_version_yet_leaves_a_file_that_says_so(command: Any, registry: Any) -> None:
    registry.register("PendingManualApproval")
    command.build()
    assert written(command.folder) == ["deploy.txt"]
    assert (command.folder / "deploy.txt").read_text() == "false\n"


def test_a_group_that_does_not_exist_yet_has_no_approved_version(command: Any) -> None:
    run = command.build()
    assert (run.status, written(command.folder)) == (0, ["deploy.txt"])


def test_the_newest_approved_version_is_deployed_though_a_newer_one_is_rejected(command: Any, registry: Any) -> None:
    registry.register("Approved")
    newest = registry.register("Approved")
    registry.register("Rejected")
    registry.register("PendingManualApproval")
    assert command.build().status == 0
    assert written(command.folder) == EXPORTS
    assert command.read("staging-config-export.json")["Parameters"]["ModelPackageName"] == newest


def test_a_rejection_brings_the_version_before_back(command: Any, registry: Any) -> None:
    first = registry.register("Approved")
    second = registry.register("Approved")
    registry.client.update_model_package(ModelPackageArn=second, ModelApprovalStatus="Rejected")
    command.build()
    assert command.read("prod-config-export.json")["Parameters"]["ModelPackageName"] == first


def test_versions_beyond_the_first_page_of_the_registry_count(command: Any, registry: Any) -> None:
    arns = [registry.register("Approved") for _ in range(12)]
    for arn in arns[11:]:
        registry.client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    command.build()
    assert command.read("prod-config-export.json")["Parameters"]["ModelPackageName"] == arns[10]


def test_each_stage_has_its_own_endpoint_and_tags(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build()
    for stage in ("staging", "prod"):
        export = command.read(f"{stage}-config-export.json")
        assert export["Parameters"]["EndpointName"] == f"ocr-{stage}"
        assert export["Tags"] == {
            "sagemaker:project-name": "ocr",
            "sagemaker:project-id": "p1",
            "sagemaker:deployment-stage": stage,
        }


@pytest.fixture
def bucket(aws: str, clients: Any) -> Callable[[], list[str]]:  # noqa: ARG001  (which is reset after the test)
    """The project's bucket; tells what is in it."""
    clients["s3"].create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return lambda: [each["Key"] for each in clients["s3"].list_objects_v2(Bucket="artifacts").get("Contents", [])]


@pytest.mark.parametrize(("percent", "left"), [("0", []), ("10", ["data-capture/ocr-prod/README.txt"])])
def test_where_production_captures_the_drift_job_finds_a_file_from_the_start(
    command: Any, registry: Any, bucket: Any, production: Any, percent: str, left: list[str]
) -> None:
    registry.register("Approved")
    production(DataCaptureSamplingPercentage=percent)
    assert command.build().status == 0
    assert bucket() == left


# Variable of the project -> parameter, and the stacks that take it.
REACHES = {
    "ARTIFACT_BUCKET": ("ArtifactBucket", ["staging", "prod", "drift"]),
    "MODEL_EXECUTION_ROLE_ARN": ("ModelExecutionRoleArn", ["staging", "prod"]),
    "KMS_KEY_ARN": ("KmsKeyArn", ["staging", "prod", "front-door", "drift"]),
    "SUBNET_IDS": ("SubnetIds", ["staging", "prod", "drift"]),
    "SECURITY_GROUP_IDS": ("SecurityGroupIds", ["staging", "prod", "drift"]),
    "ALARM_TOPIC_ARN": ("AlarmTopicArn", ["staging", "prod", "front-door", "drift"]),
    "FRONT_DOOR_ROLE_ARN": ("FrontDoorRoleArn", ["front-door"]),
    "DRIFT_ROLE_ARN": ("DriftRoleArn", ["drift"]),
    "DRIFT_SCHEDULE_ROLE_ARN": ("DriftScheduleRoleArn", ["drift"]),
}


def test_what_the_project_says_reaches_the_stacks_that_need_it_and_no_other(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build(**{variable: f"value of {variable}" for variable in REACHES})
    stacks = {stack: command.read(f"{stack}-config-export.json")["Parameters"].items() for stack in CONFIGURED}
    for variable, (parameter, needed_by) in REACHES.items():
        given = (parameter, f"value of {variable}")
        assert [stack for stack in CONFIGURED if given in stacks[stack]] == needed_by, variable


def test_drift_is_measured_against_the_version_s_baseline_by_the_image_that_made_it(
    command: Any, registry: Any
) -> None:
    baseline = "s3://artifacts/run/baseline/baseline.json"
    registry.register("Approved", baseline=baseline, processing_image="ocr-processing@sha256:1")
    command.build()
    parameters = command.read("drift-config-export.json")["Parameters"]
    assert (parameters["BaselineUri"], parameters["ProcessingImageUri"]) == (baseline, "ocr-processing@sha256:1")


def test_the_front_door_is_deployed_anew_when_it_changes_and_only_then(command: Any, registry: Any) -> None:
    registry.register("Approved")

    def template(role: str) -> str:
        command.build(FRONT_DOOR_ROLE_ARN=role)
        return str((command.folder / "front-door-export.yml").read_text())

    one, again, other = template("one"), template("one"), template("other")
    assert one == again
    (before,), (after,) = [set(re.findall(r"ApiDeployment\w*", text)) for text in (one, other)]
    assert before != after


def test_the_export_is_a_template_configuration_and_nothing_else(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build()
    export = command.read("staging-config-export.json")
    assert set(export) == {"Parameters", "Tags"}
    assert all(isinstance(value, str) for value in export["Parameters"].values())


def test_the_environment_names_the_files(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build(
        EXPORT_TEMPLATE_NAME="out/t.yml",
        EXPORT_TEMPLATE_STAGING_CONFIG="out/s.json",
        EXPORT_TEMPLATE_PROD_CONFIG="out/p.json",
    )
    assert {"p.json", "s.json", "t.yml", "deploy.txt"} < set(written(command.folder / "out"))
    assert written(command.folder) == ["out"]


def test_an_option_wins_over_the_environment(command: Any, registry: Any) -> None:
    registry.register("Approved")
    run = command.build("--model-package-group-name", "another")
    assert "No approved version in another yet" in run.out


@pytest.mark.parametrize("variable", ["SOURCE_MODEL_PACKAGE_GROUP_NAME", "MODEL_EXECUTION_ROLE_ARN", "ARTIFACT_BUCKET"])
def test_a_missing_variable_is_named(command: Any, variable: Any) -> None:
    run = command.build(**{variable: ""})
    assert run.status == 1
    assert run.err.startswith(f"{variable}: not set; expected the ")
    assert "Traceback" not in run.err


def test_an_unreachable_control_plane_is_one_sentence(command: Any) -> None:
    run = command.build(AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
    assert run.status == 1
    assert run.err.startswith("AWS refused or could not be reached: ")
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("export", "source"), [("template-export.yml", "endpoint.yaml"), ("drift-export.yml", "drift.yaml")]
)
def test_an_exported_template_is_the_repository_s(command: Any, registry: Any, export: str, source: str) -> None:
    registry.register("Approved")
    command.build()
    assert (command.folder / export).read_text() == (ROOT / source).read_text()


def test_a_half_of_the_reader_can_have_endpoints_of_its_own(command: Any, registry: Any) -> None:
    registry.register("Approved")
    assert command.build("--task", "detection").status == 0
    staging, prod = (command.read(f"{stage}-config-export.json")["Parameters"] for stage in ("staging", "prod"))
    assert (staging["Task"], staging["EndpointName"]) == ("detection", "ocr-staging-detection")
    assert (prod["StageName"], prod["EndpointName"]) == ("prod", "ocr-prod-detection")
    assert command.read("front-door-config-export.json")["Parameters"]["EndpointName"] == "ocr-prod"


def test_a_half_that_there_is_not_is_refused(command: Any) -> None:
    run = command.build("--task", "ocr")
    assert (run.status, run.err) == (1, "--task: found 'ocr'; expected detection or recognition\n")


def test_a_half_that_the_stage_serves_already_is_refused(command: Any, registry: Any, production: Any) -> None:
    registry.register("Approved")
    production(Task="detection")
    run = command.build("--task", "detection")
    assert (run.status, written(command.folder)) == (1, [])
    assert run.err.startswith("prod-config.json has detection as its Task")
