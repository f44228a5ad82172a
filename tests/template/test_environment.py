"""Every variable that a build reads is set, to the right thing, and every one that is set is read."""

import ast
import re
from pathlib import PurePath

import pytest

from pipelines.config import Settings
from wiring import sources
from wiring.buildspec import CODEBUILD_SETS, Buildspec
from wiring.delivery import environment
from wiring.deployment import CONNECTION, SEED, Deployment, deployed
from wiring.names import LANES, OURS, REPOSITORIES
from wiring.pipelines import actions

BUILDSPECS = {
    **{f"{lane}ImageBuild": Buildspec(REPOSITORIES[suffix], "buildspec.yml") for lane, suffix in LANES.items()},
    "ModelBuildProject": Buildspec("model-build", "buildspec.yml"),
    "ModelDeployProject": Buildspec("model-deploy", "buildspec.yml"),
    "EndpointTestProject": Buildspec("model-deploy", "test-buildspec.yml"),
    "SeedProject": Buildspec("project-template", "check-in.yml"),
}
CODE = {
    "ModelBuildProject": "model-build/pipelines",
    "ModelDeployProject": "model-deploy",
    "EndpointTestProject": "model-deploy",
}
# Variables of the code that no project sets: a person does, for a try or for their own account.
NOT_SET = {
    "ModelBuildProject": {
        "PRETRAINED_URI",
        "PROCESSING_IMAGE_URI",
        "TRAINING_IMAGE_URI",
        "INFERENCE_IMAGE_URI",
        "STEP_CACHE",
        "TRAINING_HYPERPARAMETERS",
        "MLFLOW_TRACKING_URI",
        "MLFLOW_EXPERIMENT_NAME",
        "COMMIT",
    },
}
NETWORK = {"SUBNET_IDS": "subnet-0a1b2c3d,subnet-4e5f6a7b", "SECURITY_GROUP_IDS": "sg-0a1b2c3d"}
each_project = pytest.mark.parametrize("logical", BUILDSPECS)


def given(logical: str) -> dict[str, str]:
    """Variables that the project sets, and those that the actions that start it add."""
    variant = "connection" if logical == "SeedProject" else "everything"
    project = deployed(variant).project
    variables = environment(project, logical)
    for pipeline in project.of_type("AWS::CodePipeline::Pipeline").values():
        for action in actions(pipeline):
            if action.configuration.get("ProjectName") == project[logical].name:
                variables |= action.environment
    return variables


def read_by_code(logical: str) -> set[str]:
    """Texts in the code that look like names of environment variables, and what settings have as their aliases."""
    if logical not in CODE:
        return set()
    folder = CODE[logical].split("/")[0]
    paths = [
        f"{folder}/{path}"
        for path in sources.tracked(folder)
        if path.endswith(".py") and "tests" not in PurePath(path).parts
    ]
    nodes = [node for path in paths for node in ast.walk(ast.parse(sources.text(path)))]
    constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    aliases = {ast.literal_eval(node.value) for node in nodes if isinstance(node, ast.keyword) and node.arg == "alias"}
    named = {text for text in constants if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", text)}
    return named | {alias for alias in aliases if alias.isupper()}


@each_project
def test_what_the_buildspec_reads_is_set(logical: str) -> None:
    spec = BUILDSPECS[logical]
    known = {*given(logical), *CODEBUILD_SETS, *spec.variables, *spec.assigned}
    # A default in the command itself: ${NAME:-...}.
    optional = set(re.findall(r"\$\{([A-Z][A-Z0-9_]+):-", spec.script))
    assert spec.read - known - optional == set()


@each_project
def test_what_is_set_is_read(logical: str) -> None:
    assert set(given(logical)) - BUILDSPECS[logical].read - read_by_code(logical) == set()


@each_project
def test_what_is_set_is_set_once(logical: str) -> None:
    declared = deployed("connection" if logical == "SeedProject" else "everything").project[logical]
    names = [each["Name"] for each in declared.properties["Environment"].get("EnvironmentVariables", [])]
    assert len(set(names)) == len(names)


@each_project
def test_no_variable_is_a_secret_in_the_clear(logical: str) -> None:
    assert not [name for name in given(logical) if re.search(r"SECRET|PASSWORD|TOKEN", name)]


def test_every_setting_of_the_pipeline_is_set_or_left_to_people() -> None:
    settings = {str(field.alias) for field in Settings.model_fields.values()}
    assert settings - set(given("ModelBuildProject")) - CODEBUILD_SETS == NOT_SET["ModelBuildProject"]


def test_the_pipeline_takes_its_settings_as_they_are_set() -> None:
    variables = {
        **given("ModelBuildProject"),
        "AWS_REGION": OURS.region,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "3e5983e",
    }
    settings = Settings.from_environment(variables)
    assert settings.model_package_group == settings.pipeline_name == OURS.group
    assert settings.artifact_bucket == OURS.bucket
    assert settings.commit == "3e5983e"


@pytest.mark.parametrize("lane", LANES)
def test_an_image_lane_is_told_its_own_registry(lane: str) -> None:
    assert given(f"{lane}ImageBuild") == {
        "AWS_ACCOUNT_ID": OURS.account,
        "IMAGE_REPO_NAME": OURS.short(LANES[lane]),
        "SAGEMAKER_PROJECT_ID": OURS.id,
    }


@pytest.mark.parametrize("lane", LANES)
def test_an_image_lane_registers_versions_of_its_own_image(lane: str, deployment: Deployment) -> None:
    spec = BUILDSPECS[f"{lane}ImageBuild"]
    assert f"sagemaker-{OURS.id}-{spec.variables['IMAGE_KIND']}" == deployment.project[f"{lane}Image"].name
    assert "name=sagemaker-$SAGEMAKER_PROJECT_ID-$IMAGE_KIND" in spec.script


PARAMETERS = {
    "ProcessingInstanceType": ("PROCESSING_INSTANCE_TYPE", "ml.c5.xlarge"),
    "TrainingInstanceType": ("TRAINING_INSTANCE_TYPE", "ml.g5.xlarge"),
    "EvaluationInstanceType": ("EVALUATION_INSTANCE_TYPE", "ml.c5.2xlarge"),
    "Task": ("TASK", "both"),
    "MinExactMatch": ("MIN_EXACT_MATCH", "0.91"),
    "MinDetectionF": ("MIN_DETECTION_F", "0.72"),
    "MinEndToEndF": ("MIN_END_TO_END_F", "0.61"),
    "MaxRegression": ("MAX_REGRESSION", "0.03"),
    "TrainingMaxRuntimeSeconds": ("TRAINING_MAX_RUNTIME_SECONDS", "7200"),
    "TrainingUseSpot": ("TRAINING_USE_SPOT", "false"),
}


def test_the_model_build_is_told_the_projects_own_names(whole: Deployment) -> None:
    chosen = deployed("everything", **{name: value for name, (_, value) in PARAMETERS.items()})
    assert environment(chosen.project, "ModelBuildProject") == {
        "SAGEMAKER_PROJECT_NAME": OURS.project,
        "SAGEMAKER_PROJECT_ID": OURS.id,
        "ARTIFACT_BUCKET": OURS.bucket,
        "SAGEMAKER_PIPELINE_NAME": OURS.group,
        "SAGEMAKER_PIPELINE_ROLE_ARN": whole.export("PipelineExecutionRoleArn"),
        "MODEL_PACKAGE_GROUP_NAME": OURS.group,
        "KMS_KEY_ARN": whole.export("KeyArn"),
        "DOCUMENTS_URI": "s3://cards-of-acme/2026/",
        **NETWORK,
        **dict(PARAMETERS.values()),
    }


def test_the_deployment_is_told_the_projects_own_names(whole: Deployment) -> None:
    assert given("ModelDeployProject") == {
        "SAGEMAKER_PROJECT_NAME": OURS.project,
        "SAGEMAKER_PROJECT_ID": OURS.id,
        "ARTIFACT_BUCKET": OURS.bucket,
        "SOURCE_MODEL_PACKAGE_GROUP_NAME": OURS.group,
        "MODEL_EXECUTION_ROLE_ARN": whole.export("ModelExecutionRoleArn"),
        "KMS_KEY_ARN": whole.export("KeyArn"),
        "ALARM_TOPIC_ARN": whole.project["AlarmTopic"].arn,
        "FRONT_DOOR_ROLE_ARN": whole.export("FrontDoorRoleArn"),
        "DRIFT_ROLE_ARN": whole.export("DriftRoleArn"),
        "DRIFT_SCHEDULE_ROLE_ARN": whole.export("DriftScheduleRoleArn"),
        "EXPORT_TEMPLATE_NAME": "template-export.yml",
        "EXPORT_TEMPLATE_STAGING_CONFIG": "staging-config-export.json",
        "EXPORT_TEMPLATE_PROD_CONFIG": "prod-config-export.json",
        **NETWORK,
    }


def test_without_a_network_there_is_none() -> None:
    for logical in ("ModelBuildProject", "ModelDeployProject"):
        variables = environment(deployed().project, logical)
        assert (variables["SUBNET_IDS"], variables["SECURITY_GROUP_IDS"]) == ("", "")


def test_the_check_in_is_told_the_seed_code_and_the_repositories(connected: Deployment) -> None:
    assert given("SeedProject") == {
        "SEED_BUCKET": connected.export("TemplateBucketName"),
        "SEED_PREFIX": SEED["SeedPrefix"],
        "CODE_CONNECTION_ARN": CONNECTION,
        "REPOSITORY_OWNER": "acme",
        "BRANCH": "main",
        "PROCESSING_REPOSITORY": OURS.repository("processingimagebuild"),
        "TRAINING_REPOSITORY": OURS.repository("trainingimagebuild"),
        "INFERENCE_REPOSITORY": OURS.repository("inferenceimagebuild"),
        "MODEL_BUILD_REPOSITORY": OURS.repository("modelbuild"),
        "MODEL_DEPLOY_REPOSITORY": OURS.repository("modeldeploy"),
    }


def test_the_check_in_puts_each_folder_in_its_own_repository() -> None:
    variables = given("SeedProject")
    pairs = re.findall(r'check_in ([a-z-]+) "\$([A-Z_]+)"', BUILDSPECS["SeedProject"].script)
    assert {variables[name]: folder for folder, name in pairs} == {
        OURS.repository(suffix): folder for suffix, folder in REPOSITORIES.items()
    }
