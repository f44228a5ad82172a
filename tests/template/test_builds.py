"""Each build project runs its own repository's buildspec, as its own role, into its own log."""

from fnmatch import fnmatch
from typing import Any

import pytest

from wiring import sources
from wiring.buildspec import Buildspec
from wiring.delivery import FOLDER, built
from wiring.deployment import Deployment, deployed
from wiring.names import LANES, OURS, REPOSITORIES

PROJECTS = {
    **{f"{lane}ImageBuild": ("ImageBuildRole", suffix, f"{lane}ImageLogs") for lane, suffix in LANES.items()},
    "ModelBuildProject": ("ModelBuildRole", "modelbuild", "ModelBuildLogs"),
    "ModelDeployProject": ("ModelDeployRole", "modeldeploy", "ModelDeployLogs"),
    "EndpointTestProject": ("EndpointTestRole", "testing", "EndpointTestLogs"),
    "SeedProject": ("SeedRole", "seed", "SeedLogs"),
}
IN_PIPELINES = [logical for logical in PROJECTS if logical != "SeedProject"]
each_project = pytest.mark.parametrize("logical", PROJECTS)
each_in_a_pipeline = pytest.mark.parametrize("logical", IN_PIPELINES)
SPECS = {
    **{suffix: Buildspec(folder, "buildspec.yml") for suffix, folder in REPOSITORIES.items()},
    "testing": Buildspec(FOLDER, "test-buildspec.yml"),
    "seed": Buildspec("project-template", "check-in.yml"),
}
each_spec = pytest.mark.parametrize("suffix", SPECS)


def form(logical: str) -> Deployment:
    return deployed("connection" if logical == "SeedProject" else "everything")


def properties(logical: str) -> Any:
    return form(logical).project[logical].properties


def test_there_is_no_other() -> None:
    for variant, expected in (("connection", set(PROJECTS)), ("codecommit", set(IN_PIPELINES))):
        assert set(deployed(variant).project.of_type("AWS::CodeBuild::Project")) == expected


@each_project
def test_it_is_named_after_what_it_builds(logical: str) -> None:
    assert form(logical).project[logical].name == OURS.short(PROJECTS[logical][1])


@each_project
def test_it_runs_as_its_own_role(logical: str) -> None:
    assert properties(logical)["ServiceRole"] == form(logical).export(f"{PROJECTS[logical][0]}Arn")


@each_project
def test_it_writes_to_its_own_log_group(logical: str) -> None:
    _, suffix, logs = PROJECTS[logical]
    assert properties(logical)["LogsConfig"] == {
        "CloudWatchLogs": {"Status": "ENABLED", "GroupName": OURS.log_group(suffix)}
    }
    assert form(logical).project[logs].name == OURS.log_group(suffix)


@each_project
def test_what_it_leaves_is_encrypted_under_the_key(logical: str) -> None:
    assert properties(logical)["EncryptionKey"] == form(logical).export("KeyArn")


@each_in_a_pipeline
def test_it_takes_its_source_from_its_pipeline_and_leaves_its_artifact_there(logical: str) -> None:
    assert properties(logical)["Source"]["Type"] == properties(logical)["Artifacts"]["Type"] == "CODEPIPELINE"


@each_in_a_pipeline
def test_its_buildspec_is_in_its_repository(logical: str) -> None:
    spec = SPECS[PROJECTS[logical][1]]
    assert properties(logical)["Source"]["BuildSpec"] == spec.name
    assert spec.name in sources.tracked(spec.folder)


def test_the_check_in_takes_the_published_one(connected: Deployment) -> None:
    assert properties("SeedProject")["Source"] == {
        "Type": "S3",
        "Location": f"{connected.export('TemplateBucketName')}/ocr-project/0.1.0/seed/check-in.zip",
        "BuildSpec": "buildspec.yml",
    }
    assert properties("SeedProject")["Artifacts"] == {"Type": "NO_ARTIFACTS"}


@each_project
def test_only_an_image_lane_has_the_privileges_of_a_docker_engine(logical: str) -> None:
    environment = properties(logical)["Environment"]
    assert environment.get("PrivilegedMode", False) == logical.endswith("ImageBuild")
    assert environment["Type"] == "LINUX_CONTAINER"
    assert environment["Image"].startswith("aws/codebuild/standard:")


@each_project
def test_it_ends(logical: str) -> None:
    assert 5 <= properties(logical)["TimeoutInMinutes"] <= 120


@pytest.mark.parametrize("logical", ["ModelBuildProject", "ModelDeployProject", "EndpointTestProject"])
def test_a_build_that_reaches_jobs_and_endpoints_is_in_their_network(logical: str) -> None:
    assert properties(logical)["VpcConfig"] == {
        "VpcId": "vpc-0a1b2c3d",
        "Subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
        "SecurityGroupIds": ["sg-0a1b2c3d"],
    }
    assert "VpcConfig" not in deployed().project[logical].properties


# Files


@each_spec
def test_every_file_that_a_buildspec_runs_or_reads_is_in_its_repository(suffix: str) -> None:
    spec = SPECS[suffix]
    assert set(spec.files()) - set(sources.tracked(spec.folder)) == set()


def kept() -> set[str]:
    """The deployment's artifact: what the buildspec keeps of the repository and of what build.py writes."""
    there = {*sources.tracked(FOLDER), *built(deployed("everything").project, OURS)}
    patterns = SPECS["modeldeploy"].artifacts
    return {path for path in there if any(fnmatch(path, pattern.replace("**/*", "*")) for pattern in patterns)}


def test_the_endpoint_test_has_all_its_files_in_the_deployments_artifact() -> None:
    spec = SPECS["testing"]
    package = {path for path in sources.tracked(FOLDER) if path.startswith("model_deploy/") and path.endswith(".py")}
    stages = {f"{stage}-config{kind}.json" for stage in ("staging", "prod") for kind in ("", "-export")}
    assert {spec.name, *spec.files(), *package, *stages} - kept() == set()


def test_no_pattern_of_an_artifact_is_for_nothing() -> None:
    for suffix, spec in SPECS.items():
        there = {
            *sources.tracked(spec.folder),
            *(built(deployed("everything").project, OURS) if suffix == "modeldeploy" else ()),
        }
        for pattern in spec.artifacts:
            written = pattern in spec.script or pattern == "*-test-results.json"
            assert written or [path for path in there if fnmatch(path, pattern.replace("**/*", "*"))], (suffix, pattern)


def test_every_build_of_a_pipeline_leaves_something() -> None:
    assert not [suffix for suffix, spec in SPECS.items() if suffix != "seed" and not spec.artifacts]


def test_the_variable_that_decides_over_a_deployment_is_exported_and_set() -> None:
    spec = SPECS["modeldeploy"]
    assert spec.exported == ["DEPLOY"]
    assert "export DEPLOY=$(<deploy.txt)" in spec.script
    assert built(deployed().project, OURS)["deploy.txt"] == "true\n"
    assert built(deployed().project, OURS, approved=False)["deploy.txt"] == "false\n"


def test_without_an_approved_version_nothing_is_left_to_deploy() -> None:
    assert set(built(deployed().project, OURS, approved=False)) == {"deploy.txt"}


LEFT_FOR_PEOPLE = {
    **{suffix: {"imageDetail.json"} for suffix in LANES.values()},
    "modelbuild": {"pipeline-definition.json", "pipeline-execution.json"},
    "modeldeploy": {"deploy.txt"},
}


@pytest.mark.parametrize("suffix", LEFT_FOR_PEOPLE)
def test_an_artifact_says_what_the_build_did(suffix: str) -> None:
    assert LEFT_FOR_PEOPLE[suffix] - set(SPECS[suffix].artifacts) == set()


# Variables of the image lanes

OF_THE_DOCKERFILE = {"PADDLE_INDEX", "PRETRAINED_SHA256", "PRETRAINED_DETECTOR_URL", "PRETRAINED_DETECTOR_SHA256"}
"""Build arguments that are empty unless somebody sets them."""


@pytest.mark.parametrize("suffix", LANES.values())
def test_a_lane_has_a_value_for_every_build_argument(suffix: str) -> None:
    variables = SPECS[suffix].variables
    assert set(variables["BUILD_ARGS"].split()) - set(variables) - OF_THE_DOCKERFILE == set()


@pytest.mark.parametrize(
    ("lane", "device", "job"),
    [("Processing", None, None), ("Training", "cu118", "TRAINING"), ("Inference", "cpu", "INFERENCE")],
)
def test_a_lane_builds_for_the_instances_of_its_jobs(lane: str, device: str | None, job: str | None) -> None:
    variables = SPECS[LANES[lane]].variables
    assert (variables.get("DEVICE"), variables.get("JOB_TYPE")) == (device, job)


# Commands

STEPS = {
    **{
        suffix: [
            ("pre_build", "aws ecr get-login-password --region"),
            ("pre_build", "docker login --username AWS --password-stdin"),
            ("build", "docker build"),
            ("build", 'python3 smoke_test.py "$IMAGE"'),
            ("post_build", '[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ] || fail'),
            ("post_build", "aws ecr batch-get-image --region"),
            ("post_build", 'docker push "$IMAGE"'),
            ("post_build", "sagemaker create-image-version"),
            ("post_build", "sagemaker wait image-version-created"),
            ("post_build", "imageDetail.json"),
        ]
        for suffix in LANES.values()
    },
    "modelbuild": [
        ("install", "--require-hashes --requirement requirements.lock"),
        ("install", "--require-hashes --requirement requirements-tests.lock"),
        ("pre_build", "python -m pytest --quiet tests"),
        ("build", "python -m pipelines.run_pipeline --if-ready"),
    ],
    "modeldeploy": [
        ("install", "--require-hashes --requirement requirements.lock"),
        ("install", "--require-hashes --requirement requirements-tests.lock"),
        ("pre_build", "python -m pytest --quiet tests"),
        ("build", "python build.py"),
        ("build", "export DEPLOY="),
    ],
    "testing": [("install", "--require-hashes --requirement requirements.lock"), ("build", "python test.py")],
    "seed": [
        ("build", "aws s3 cp"),
        ("build", 'git -C "$here" init --quiet'),
        ("build", "-c core.autocrlf=false add --all --force"),
        ("build", '-c user.name="OCR project template" -c user.email='),
        ("build", "commit --quiet"),
        ("build", "push --quiet"),
    ],
}


@each_spec
def test_its_steps_are_in_order(suffix: str) -> None:
    commands = SPECS[suffix].commands
    position = (0, 0)
    for phase, words in STEPS[suffix]:
        found = [
            (index, command.index(words))
            for index, (at, command) in enumerate(commands)
            if at == phase and words in command and (index, command.index(words)) >= position
        ]
        assert found, f"{words} is not in {phase}, or not after what comes before it"
        position = found[0]


@each_spec
def test_it_stops_at_the_first_failure(suffix: str) -> None:
    spec = SPECS[suffix]
    assert spec.data["env"]["shell"] == "bash"
    long = [command for _, command in spec.commands if "\n" in command.strip()]
    assert long
    assert not [command for command in long if not command.startswith("set -euo pipefail\n")]


@each_spec
def test_it_says_what_it_needs(suffix: str) -> None:
    spec = SPECS[suffix]
    needed = spec.read - spec.assigned - set(spec.variables) - {"CODEBUILD_BUILD_SUCCEEDING", "JOB_TYPE", "DEVICE"}
    assert needed - spec.demanded == set()
    assert spec.demanded


def test_python_is_the_one_that_the_code_is_written_for() -> None:
    for suffix in ("modelbuild", "modeldeploy", "testing"):
        assert SPECS[suffix].data["phases"]["install"]["runtime-versions"] == {"python": "3.11"}
