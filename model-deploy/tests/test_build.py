"""build.py: which version it chooses, and what it writes for it."""

from pathlib import Path
from typing import Any

import pytest

EXPORTS = ["prod-config-export.json", "staging-config-export.json", "template-export.yml"]


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_no_approved_version_yet_is_a_message_and_no_file(command: Any, registry: Any) -> None:
    registry.register("PendingManualApproval")
    run = command.build()
    assert (run.status, written(command.folder)) == (0, [])
    assert "No approved version in ocr-p1 yet" in run.out


def test_a_group_that_does_not_exist_yet_has_no_approved_version(command: Any) -> None:
    run = command.build()
    assert (run.status, written(command.folder)) == (0, [])


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
    command.build(ARTIFACT_BUCKET="artifacts")
    for stage in ("staging", "prod"):
        export = command.read(f"{stage}-config-export.json")
        assert export["Parameters"]["EndpointName"] == f"ocr-{stage}"
        assert export["Parameters"]["DataCaptureUri"] == f"s3://artifacts/data-capture/ocr-{stage}"
        assert export["Tags"] == {
            "sagemaker:project-name": "ocr",
            "sagemaker:project-id": "p1",
            "sagemaker:deployment-stage": stage,
        }


def test_the_export_is_a_template_configuration_and_nothing_else(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build()
    export = command.read("staging-config-export.json")
    assert set(export) == {"Parameters", "Tags"}
    assert all(isinstance(value, str) for value in export["Parameters"].values())


def test_the_command_is_told_by_its_environment_alone(command: Any, registry: Any) -> None:
    registry.register("Approved")
    run = command.process(
        "build",
        SOURCE_MODEL_PACKAGE_GROUP_NAME="ocr-p1",
        MODEL_EXECUTION_ROLE_ARN="arn:aws:iam::123456789012:role/model",
        SAGEMAKER_PROJECT_NAME="ocr",
        SAGEMAKER_PROJECT_ID="p1",
    )
    assert (run.status, run.err) == (0, "")
    assert written(command.folder) == EXPORTS


def test_the_environment_names_the_files(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build(
        EXPORT_TEMPLATE_NAME="out/t.yml",
        EXPORT_TEMPLATE_STAGING_CONFIG="out/s.json",
        EXPORT_TEMPLATE_PROD_CONFIG="out/p.json",
    )
    assert written(command.folder / "out") == ["p.json", "s.json", "t.yml"]


def test_an_option_wins_over_the_environment(command: Any, registry: Any) -> None:
    registry.register("Approved")
    run = command.build("--model-package-group-name", "another")
    assert "No approved version in another yet" in run.out


@pytest.mark.parametrize("variable", ["SOURCE_MODEL_PACKAGE_GROUP_NAME", "MODEL_EXECUTION_ROLE_ARN"])
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


def test_the_exported_template_is_the_endpoint_template(command: Any, registry: Any) -> None:
    registry.register("Approved")
    command.build()
    source = Path(__file__).resolve().parents[1] / "endpoint.yaml"
    assert (command.folder / "template-export.yml").read_text() == source.read_text()
