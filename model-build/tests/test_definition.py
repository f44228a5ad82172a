"""The pipeline's definition: its steps, what they refer to, and that the service would take their requests."""

import json
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.validate import ParamValidator

from pipelines.config import PIPELINE_HYPERPARAMETERS, Settings
from pipelines.get_pipeline_definition import definition

ENVIRONMENT = {
    "ARTIFACT_BUCKET": "artifacts",
    "AWS_REGION": "eu-central-1",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::123456789012:role/pipeline",
    "COMMIT": "0a1b2c3d",
}


def define(**environment: str) -> Any:
    with mock.patch.dict(os.environ):
        return json.loads(definition(Settings.from_environment(ENVIRONMENT | environment)))


@pytest.fixture(scope="module")
def defined() -> Any:
    return define()


NETWORK = {"SUBNET_IDS": "subnet-0a1b,subnet-2c3d", "SECURITY_GROUP_IDS": "sg-4e5f"}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"


@pytest.fixture(scope="module")
def changed() -> Any:
    """The definition with everything optional set."""
    return define(
        STEP_CACHE="false",
        PRETRAINED_URI="s3://models/base/",
        TRAINING_USE_SPOT="false",
        TRAINING_MAX_RUNTIME_SECONDS="3600",
        KMS_KEY_ARN=KEY,
        TRAINING_HYPERPARAMETERS='{"distort": "0.3"}',
        MLFLOW_TRACKING_URI="arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/ours",
        **NETWORK,
    )


def nested(steps: list[Any]) -> Iterator[Any]:
    for step in steps:
        yield step
        yield from nested(step["Arguments"].get("IfSteps", []) + step["Arguments"].get("ElseSteps", []))


def by_name(defined: Any) -> dict[str, Any]:
    return {step["Name"]: step for step in nested(defined["Steps"])}


def references(value: Any) -> Iterator[str]:
    """Every `Get` in a value, but not in the steps inside a condition, which are steps of their own."""
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        for key, item in value.items():
            if key not in {"IfSteps", "ElseSteps"}:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(value: Any) -> Any:
    """A value with a text in the place of everything that SageMaker fills in."""
    if isinstance(value, dict):
        if value in ({"Get": "Parameters.TrainingInstanceCount"}, {"Get": "Parameters.ProcessingInstanceCount"}):
            return 2
        if set(value) & {"Get", "Std:Join", "Std:JsonGet"}:
            return "s3://filled/in"
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


def test_the_steps_come_in_order(defined: Any) -> None:
    assert [step["Name"] for step in nested(defined["Steps"])] == [
        "Preprocess",
        "Train",
        "Evaluate",
        "QualityGate",
        "Baseline",
        "Register",
        "QualityGateFailed",
    ]


def test_every_reference_is_to_a_step_before_or_a_declared_parameter(defined: Any) -> None:
    known = {f"Parameters.{parameter['Name']}" for parameter in defined["Parameters"]}
    known.add("Execution.PipelineExecutionId")
    earlier: set[str] = set()
    for step in nested(defined["Steps"]):
        for reference in references(step):
            kind, name = reference.split(".")[:2]
            assert name in earlier if kind == "Steps" else reference in known
        earlier.add(step["Name"])


def test_every_parameter_is_used(defined: Any) -> None:
    used = {reference for step in nested(defined["Steps"]) for reference in references(step)}
    assert {f"Parameters.{parameter['Name']}" for parameter in defined["Parameters"]} <= used


@pytest.mark.parametrize(
    ("step", "operation", "named"),
    [
        ("Preprocess", "CreateProcessingJob", "ProcessingJobName"),
        ("Train", "CreateTrainingJob", "TrainingJobName"),
        ("Evaluate", "CreateProcessingJob", "ProcessingJobName"),
        ("Baseline", "CreateProcessingJob", "ProcessingJobName"),
        ("Register", "CreateModelPackage", "ModelPackageGroupName"),
    ],
)
def test_the_service_s_model_accepts_the_step_s_request(defined: Any, step: Any, operation: Any, named: Any) -> None:
    client = boto3.client(
        "sagemaker", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    request = {named: "set-by-the-service"} | resolved(by_name(defined)[step]["Arguments"])
    shape = client.meta.service_model.operation_model(operation).input_shape
    assert ParamValidator().validate(request, shape).generate_report() == ""


def test_the_version_of_the_documents_is_part_of_preprocess_s_cache_key(defined: Any) -> None:
    environment = by_name(defined)["Preprocess"]["Arguments"]["Environment"]
    assert environment["DOCUMENTS_VERSION"] == {"Get": "Parameters.DocumentsVersion"}


def test_the_environment_sets_the_defaults_of_what_a_project_chooses() -> None:
    chosen = {
        "PROCESSING_INSTANCE_TYPE": "ml.c5.xlarge",
        "TRAINING_INSTANCE_TYPE": "ml.g5.xlarge",
        "EVALUATION_INSTANCE_TYPE": "ml.c5.2xlarge",
        "MIN_EXACT_MATCH": "0.9",
        "MAX_REGRESSION": "0",
        "TASK": "both",
        "MIN_DETECTION_F": "0.7",
        "MIN_END_TO_END_F": "0.6",
    }
    defaults = {each["Name"]: each.get("DefaultValue") for each in define(**chosen)["Parameters"]}
    assert {
        "ProcessingInstanceType": "ml.c5.xlarge",
        "TrainingInstanceType": "ml.g5.xlarge",
        "EvaluationInstanceType": "ml.c5.2xlarge",
        "MinExactMatch": 0.9,
        "MaxRegression": 0.0,
        "Task": "both",
        "MinDetectionF": 0.7,
        "MinEndToEndF": 0.6,
    }.items() <= defaults.items()


def test_outputs_are_kept_apart_by_execution(defined: Any) -> None:
    output = by_name(defined)["Preprocess"]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    assert output[0]["S3Output"]["S3Uri"] == {
        "Std:Join": {
            "On": "/",
            "Values": ["s3://artifacts/ocr-local", {"Get": "Execution.PipelineExecutionId"}, "dataset"],
        }
    }


# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
CACHE_KEY = {
    "Preprocess": ["AppSpecification", "Environment", "ProcessingInputs"],
    "Train": ["AlgorithmSpecification", "CheckpointConfig", "HyperParameters", "InputDataConfig"],
}


@pytest.mark.parametrize("name", sorted(CACHE_KEY))
def test_a_cached_step_s_key_is_the_same_in_every_execution(defined: Any, name: Any) -> None:
    step = by_name(defined)[name]
    assert step["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}
    keys = [reference for part in CACHE_KEY[name] for reference in references(step["Arguments"][part])]
    assert not [reference for reference in keys if reference.startswith("Execution.")]


def test_checkpoints_are_apart_for_every_image_and_hyperparameter(defined: Any) -> None:
    arguments = by_name(defined)["Train"]["Arguments"]
    path = set(references(arguments["CheckpointConfig"]))
    assert set(references(arguments["HyperParameters"])) <= path
    # A checkpoint is of so many devices, too.
    assert {
        "Parameters.TrainingImageUri",
        "Parameters.TrainingInstanceType",
        "Parameters.TrainingInstanceCount",
    } <= path


def test_evaluation_is_never_answered_from_the_cache(defined: Any) -> None:
    assert "CacheConfig" not in by_name(defined)["Evaluate"]


def test_the_cache_can_be_switched_off(changed: Any) -> None:
    assert by_name(changed)["Train"]["CacheConfig"]["Enabled"] is False


def test_hyperparameters_are_texts(defined: Any) -> None:
    hyperparameters = dict(by_name(defined)["Train"]["Arguments"]["HyperParameters"])
    assert hyperparameters.pop("task") == {"Get": "Parameters.Task"}
    assert {name: value["Std:Join"]["Values"][0]["Get"] for name, value in hyperparameters.items()} == {
        "epoch_num": "Parameters.EpochNum",
        "max_seconds": "Parameters.MaxTrainSeconds",
        "learning_rate": "Parameters.LearningRate",
        "batch_size_per_card": "Parameters.BatchSize",
        "replay_share": "Parameters.ReplayShare",
        "detection_epoch_num": "Parameters.DetectionEpochNum",
        "detection_max_seconds": "Parameters.DetectionMaxTrainSeconds",
        "detection_learning_rate": "Parameters.DetectionLearningRate",
        "detection_batch_size": "Parameters.DetectionBatchSize",
        "seed": "Parameters.Seed",
    }


def test_the_pipeline_s_hyperparameters_are_those_of_its_parameters(defined: Any) -> None:
    assert by_name(defined)["Train"]["Arguments"]["HyperParameters"].keys() == PIPELINE_HYPERPARAMETERS.keys()


def test_further_hyperparameters_reach_training_and_its_checkpoints(changed: Any) -> None:
    arguments = by_name(changed)["Train"]["Arguments"]
    assert arguments["HyperParameters"]["distort"] == "0.3"
    assert "0.3" in json.dumps(arguments["CheckpointConfig"])


def test_training_tells_the_mlflow_server_that_is_named(defined: Any, changed: Any) -> None:
    assert "Environment" not in by_name(defined)["Train"]["Arguments"]
    assert by_name(changed)["Train"]["Arguments"]["Environment"] == {
        "MLFLOW_TRACKING_URI": "arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/ours",
        "MLFLOW_EXPERIMENT_NAME": "ocr-local",
    }


def test_training_starts_from_the_image_s_model_unless_another_is_given(defined: Any, changed: Any) -> None:
    def channels(definition: Any) -> list[str]:
        return [c["ChannelName"] for c in by_name(definition)["Train"]["Arguments"]["InputDataConfig"]]

    assert channels(defined) == ["train", "validation", "detection", "dictionary", "lineage"]
    assert channels(changed) == [*channels(defined), "pretrained"]


def test_the_task_is_one_of_three_and_every_step_that_asks_is_told(defined: Any) -> None:
    (task,) = (parameter for parameter in defined["Parameters"] if parameter["Name"] == "Task")
    assert task["DefaultValue"] == "recognition"
    assert task["EnumValues"] == ["recognition", "detection", "both"]
    for name in ("Preprocess", "Evaluate"):
        arguments = by_name(defined)[name]["Arguments"]["AppSpecification"]["ContainerArguments"]
        assert arguments[arguments.index("--task") + 1] == {"Get": "Parameters.Task"}


def test_evaluation_is_told_the_floors_of_pages(defined: Any) -> None:
    arguments = by_name(defined)["Evaluate"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    for option, parameter in (("--min-detection-f", "MinDetectionF"), ("--min-end-to-end-f", "MinEndToEndF")):
        assert list(references(arguments[arguments.index(option) + 1])) == [f"Parameters.{parameter}"]


def test_spot_capacity_is_waited_for_unless_it_is_switched_off(defined: Any, changed: Any) -> None:
    spot = by_name(defined)["Train"]["Arguments"]
    assert spot["EnableManagedSpotTraining"] is True
    assert spot["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400, "MaxWaitTimeInSeconds": 172_800}
    on_demand = by_name(changed)["Train"]["Arguments"]
    assert on_demand["EnableManagedSpotTraining"] is False
    assert on_demand["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}


def test_evaluation_runs_the_image_that_is_registered(defined: Any) -> None:
    steps = by_name(defined)
    image = steps["Evaluate"]["Arguments"]["AppSpecification"]["ImageUri"]
    (container,) = steps["Register"]["Arguments"]["InferenceSpecification"]["Containers"]
    assert image == container["Image"] == {"Get": "Parameters.InferenceImageUri"}
    assert container["ModelDataUrl"] == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}


def test_the_gate_wants_floors_and_no_regression(defined: Any) -> None:
    conditions = by_name(defined)["QualityGate"]["Arguments"]["Conditions"]
    assert [(c["Type"], c["LeftValue"]["Std:JsonGet"]["Path"], c["RightValue"]) for c in conditions] == [
        ("GreaterThanOrEqualTo", "ocr_metrics.exact_match.value", {"Get": "Parameters.MinExactMatch"}),
        ("Equals", "gate.no_regression", True),
        ("Equals", "gate.detection_passed", True),
        ("Equals", "gate.end_to_end_passed", True),
    ]


def test_a_refused_model_s_figures_are_in_the_message(defined: Any) -> None:
    message = by_name(defined)["QualityGateFailed"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    paths = [part["Std:JsonGet"]["Path"] for part in message if "Std:JsonGet" in part]
    assert paths == [
        "ocr_metrics.exact_match.value",
        "gate.no_regression",
        "detection_f",
        "gate.detection_passed",
        "end_to_end_f",
        "gate.end_to_end_passed",
    ]
    floors = {reference for reference in references(message) if reference.startswith("Parameters.")}
    assert floors == {
        f"Parameters.{name}" for name in ("MinExactMatch", "MaxRegression", "MinDetectionF", "MinEndToEndF")
    }


def test_a_version_says_where_it_comes_from(defined: Any) -> None:
    properties = by_name(defined)["Register"]["Arguments"]["CustomerMetadataProperties"]
    assert properties["commit"] == "0a1b2c3d"
    assert set(properties) == {
        "commit",
        "task",
        "dataset_uri",
        "dataset_sha256",
        "evaluation",
        "evaluation_report",
        "drift_baseline",
        "exact_match",
        "cer",
        "detection_f",
        "end_to_end_f",
        "detector",
        "confidence_threshold",
        "confidence_precision",
        "confidence_coverage",
        "champion",
        "champion_difference",
        "processing_image",
        "training_image",
        "inference_image",
    }


def test_the_baseline_is_made_of_the_answers_to_the_test_pages(defined: Any) -> None:
    arguments = by_name(defined)["Baseline"]["Arguments"]
    (given,) = arguments["ProcessingInputs"]
    assert given["S3Input"]["S3Uri"]["Std:Join"]["Values"] == [
        {"Get": "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri"},
        "answered/",
    ]
    # Too few pages must not fail the step: a pipeline cannot go on without it.
    assert arguments["AppSpecification"]["ContainerArguments"] == ["--too-few", "tell"]


def test_a_model_that_the_gate_refuses_costs_no_baseline(defined: Any) -> None:
    branches = by_name(defined)["QualityGate"]["Arguments"]
    assert [step["Name"] for step in branches["IfSteps"]] == ["Baseline", "Register"]
    assert [step["Name"] for step in branches["ElseSteps"]] == ["QualityGateFailed"]


def test_the_version_names_its_baseline_and_says_what_there_is_of_it(defined: Any) -> None:
    register = by_name(defined)["Register"]["Arguments"]
    statistics = register["DriftCheckBaselines"]["ModelDataQuality"]["Statistics"]
    assert statistics["S3Uri"]["Std:Join"]["Values"] == [
        {"Get": "Steps.Baseline.ProcessingOutputConfig.Outputs['baseline'].S3Output.S3Uri"},
        "baseline.json",
    ]
    assert register["CustomerMetadataProperties"]["drift_baseline"] == {
        "Std:JsonGet": {"PropertyFile": {"Get": "Steps.Baseline.PropertyFiles.BaselineOutcome"}, "Path": "text"}
    }


def test_every_property_file_that_is_read_is_one_of_its_step(defined: Any) -> None:
    declared = {
        f"Steps.{step['Name']}.PropertyFiles.{file['PropertyFileName']}"
        for step in nested(defined["Steps"])
        for file in step.get("PropertyFiles", [])
    }
    read = {reference for step in nested(defined["Steps"]) for reference in references(step)}
    assert {reference for reference in read if ".PropertyFiles." in reference} == declared


def test_a_network_and_a_key_reach_every_job(changed: Any) -> None:
    steps = by_name(changed)
    expected = {"Subnets": ["subnet-0a1b", "subnet-2c3d"], "SecurityGroupIds": ["sg-4e5f"]}
    for name in ("Preprocess", "Evaluate"):
        assert steps[name]["Arguments"]["NetworkConfig"]["VpcConfig"] == expected
        assert steps[name]["Arguments"]["ProcessingOutputConfig"]["KmsKeyId"] == KEY
    assert steps["Train"]["Arguments"]["VpcConfig"] == expected
    assert steps["Train"]["Arguments"]["OutputDataConfig"]["KmsKeyId"] == KEY


def test_every_job_is_the_project_s(defined: Any) -> None:
    tags = {"Key": "sagemaker:project-id", "Value": "local"}
    assert all(tags in by_name(defined)[name]["Arguments"]["Tags"] for name in ("Preprocess", "Train", "Evaluate"))
