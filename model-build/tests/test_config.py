"""Settings: what the environment must hold, and what is said when it does not."""

import os
from typing import Any

import pytest

from pipelines.config import FALLBACKS, PLACEHOLDERS, ConfigurationError, Settings, missing


def test_no_setting_of_the_build_that_runs_the_tests_reaches_one() -> None:
    aliases = {str(field.alias) for field in Settings.model_fields.values()}
    assert not os.environ.keys() & {*aliases, *(name for names in FALLBACKS.values() for name in names)}


def without(environment: Any, name: Any) -> Any:
    return {key: value for key, value in environment.items() if key != name}


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_a_required_variable_that_is_missing_is_named_with_what_is_expected(environment: Any, name: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name}: not set; expected the .*; set it in the environment$"):
        Settings.from_environment(without(environment, name))


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.from_environment({})
    assert [line.split(":")[0] for line in str(raised.value).splitlines()] == [
        "ARTIFACT_BUCKET",
        "SAGEMAKER_PIPELINE_ROLE_ARN",
        "AWS_REGION",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARTIFACT_BUCKET", "s3://bucket"),
        ("SAGEMAKER_PIPELINE_ROLE_ARN", "role"),
        ("SAGEMAKER_PIPELINE_NAME", "a pipeline"),
        ("AWS_REGION", "Frankfurt"),
        ("DOCUMENTS_URI", "/home/documents"),
        ("PROCESSING_INSTANCE_TYPE", "large"),
        ("TRAINING_INSTANCE_TYPE", "g4dn.xlarge"),
        ("EVALUATION_INSTANCE_TYPE", "ml.m5"),
        ("MIN_EXACT_MATCH", "80"),
        ("MAX_REGRESSION", "-0.1"),
        ("MIN_DETECTION_F", "75"),
        ("MIN_END_TO_END_F", "high"),
        ("TASK", "segmentation"),
        ("TRAINING_USE_SPOT", "perhaps"),
        ("TRAINING_MAX_RUNTIME_SECONDS", "soon"),
        ("SUBNET_IDS", "here"),
        ("KMS_KEY_ARN", "key"),
        ("TRAINING_HYPERPARAMETERS", "augment"),
        ("MLFLOW_TRACKING_URI", "server"),
    ],
)
def test_a_wrong_value_is_shown_with_what_is_expected(environment: Any, name: Any, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name}: found .*{value}.*; expected the "):
        Settings.from_environment(environment | {name: value})


def test_an_empty_variable_counts_as_unset(environment: Any) -> None:
    assert Settings.from_environment(environment | {"DOCUMENTS_URI": " "}).documents_uri is None


def test_codebuild_names_the_commit_and_boto3_the_region(environment: Any) -> None:
    built = without(environment, "AWS_REGION") | {
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "0a1b2c",
        "AWS_DEFAULT_REGION": "us-west-2",
    }
    settings = Settings.from_environment(built)
    assert (settings.commit, settings.region) == ("0a1b2c", "us-west-2")


def test_the_model_package_group_is_the_project_s_unless_it_is_named(environment: Any) -> None:
    assert Settings.from_environment(environment).model_package_group == "ocr-p1"
    named = Settings.from_environment(environment | {"MODEL_PACKAGE_GROUP_NAME": "readers"})
    assert named.model_package_group == "readers"


def test_a_hyperparameter_that_is_a_parameter_is_refused(environment: Any) -> None:
    with pytest.raises(ConfigurationError, match="found 'seed', which the pipeline's parameter Seed sets"):
        Settings.from_environment(environment | {"TRAINING_HYPERPARAMETERS": '{"seed": "3", "augment": "0"}'})


def test_half_a_network_is_refused(environment: Any) -> None:
    with pytest.raises(ConfigurationError, match="only one of them is set"):
        Settings.from_environment(environment | {"SUBNET_IDS": "subnet-0123abcd"})


def test_placeholders_stand_in_for_what_is_required_only() -> None:
    settings = Settings.from_environment({"ARTIFACT_BUCKET": "mine"}, placeholders=True)
    assert (settings.artifact_bucket, settings.region) == ("mine", PLACEHOLDERS["AWS_REGION"])
    assert missing({"ARTIFACT_BUCKET": "mine"}) == ["AWS_REGION", "SAGEMAKER_PIPELINE_ROLE_ARN"]
