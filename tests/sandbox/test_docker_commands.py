"""What `--docker` tells the docker command, without an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.control_plane.lifecycle import require_kind
from sandbox.docker.client import DockerClient
from sandbox.docker.containers import Containers, load_containers, remove_left_over
from sandbox.docker.runner import DockerRunner
from sandbox.errors import SandboxError
from sandbox.images.entry_points import image_uri
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.processing import processing_container
from sandbox.jobs.runners import Container, Launch
from sandbox.jobs.training import training_container
from sandbox.layout import Layout
from sandbox.settings import Settings
from sandbox.state import State

ENDPOINT_URL = "http://127.0.0.1:4566"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
IDS = {name: f"sha256:{digit * 64}" for name, digit in (("ocr-processing", "a"), ("ocr-training", "b"))}

Docker = Callable[..., DockerClient]


@pytest.fixture
def containers(stand_in: Docker, tmp_path: Path) -> Containers:
    return Containers(client=stand_in(), state_folder=tmp_path / "state", images=IDS)


@pytest.fixture
def runner(containers: Containers) -> DockerRunner:
    return DockerRunner(containers, Settings(state_folder=containers.state_folder), ENDPOINT_URL)


def container(**more: Any) -> Container:
    chosen = {"name": "job-1", "image": f"{REGISTRY}/ocr-training:tag", **more}
    return Container(folder=JobFolder(Path("/state/jobs/job-1")), log=Path("/state/log"), **chosen)


def options(launch: Launch) -> list[str]:
    """Everything between `docker run` and the image."""
    arguments = list(launch.command)
    return arguments[2 : next(i for i, argument in enumerate(arguments) if argument.startswith("sha256:"))]


def after_image(launch: Launch) -> list[str]:
    arguments = list(launch.command)
    return arguments[next(i for i, argument in enumerate(arguments) if argument.startswith("sha256:")) :]


def values_of(launch: Launch, option: str) -> list[str]:
    given = options(launch)
    return [given[i + 1] for i, argument in enumerate(given) if argument == option]


def training_request(**more: Any) -> dict[str, Any]:
    algorithm = {"TrainingImage": f"{REGISTRY}/ocr-training:tag", "TrainingInputMode": "File"}
    return {"TrainingJobName": "job-1", "AlgorithmSpecification": algorithm, **more}


def processing_request(**more: Any) -> dict[str, Any]:
    application = {"ImageUri": f"{REGISTRY}/ocr-processing:tag"}
    return {"ProcessingJobName": "job-1", "AppSpecification": {**application, **more}}


def test_a_training_job_is_train_after_the_images_own_entry_point(runner: DockerRunner) -> None:
    launch = runner.job(training_container(training_request(), "arn", JobFolder(Path("/job")), Path("/log")))
    assert launch.command[1] == "run"
    assert after_image(launch) == [IDS["ocr-training"], "train"]
    assert values_of(launch, "--entrypoint") == []
    assert values_of(launch, "--network") == ["host"]
    assert values_of(launch, "--volume") == ["/job/opt/ml:/opt/ml:z"]


def test_an_isolated_training_job_has_no_network(runner: DockerRunner) -> None:
    request = training_request(EnableNetworkIsolation=True)
    launch = runner.job(training_container(request, "arn", JobFolder(Path("/job")), Path("/log")))
    assert values_of(launch, "--network") == ["none"]


def test_an_isolated_processing_job_has_no_network(runner: DockerRunner) -> None:
    request = {**processing_request(), "NetworkConfig": {"EnableNetworkIsolation": True}}
    launch = runner.job(processing_container(request, "arn", JobFolder(Path("/job")), Path("/log")))
    assert values_of(launch, "--network") == ["none"]


def test_a_processing_job_is_the_entry_point_and_arguments_that_it_names(runner: DockerRunner) -> None:
    request = processing_request(
        ContainerEntrypoint=["python", "-m", "ocr_processing.preprocess"], ContainerArguments=["--seed", "1"]
    )
    launch = runner.job(processing_container(request, "arn", JobFolder(Path("/job")), Path("/log")))
    assert values_of(launch, "--entrypoint") == ["python"]
    assert after_image(launch) == [IDS["ocr-processing"], "-m", "ocr_processing.preprocess", "--seed", "1"]


def test_a_processing_job_that_names_none_is_the_images_own(runner: DockerRunner) -> None:
    request = processing_request()
    launch = runner.job(processing_container(request, "arn", JobFolder(Path("/job")), Path("/log")))
    assert after_image(launch) == [IDS["ocr-processing"]]
    assert values_of(launch, "--entrypoint") == []


def test_a_server_is_published_on_loopback_and_cannot_write(runner: DockerRunner) -> None:
    launch = runner.server(container(arguments=["serve"]), 40001)
    assert after_image(launch) == [IDS["ocr-training"], "serve"]
    assert values_of(launch, "--publish") == ["127.0.0.1:40001:8080"]
    assert "--read-only" in options(launch)
    assert values_of(launch, "--tmpfs") == ["/tmp"]
    assert values_of(launch, "--network") == []


def test_a_container_has_the_jobs_environment_and_nothing_of_this_machines(
    runner: DockerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_OF_THIS_MACHINE", "secret")
    launch = runner.job(container(environment={"SEED": "17"}))
    given = dict(value.split("=", 1) for value in values_of(launch, "--env"))
    assert given.pop("SEED") == "17"
    assert given.pop("AWS_ENDPOINT_URL") == ENDPOINT_URL
    assert all(name.startswith("AWS_") or name.lower() == "no_proxy" for name in given)
    assert not any("TOKEN" in argument for argument in launch.command)


def test_the_client_has_the_environment_that_finds_its_engine(runner: DockerRunner) -> None:
    launch = runner.job(container(environment={"SEED": "17"}))
    assert launch.environment["DOCKER_HOST"] == "unix:///engine"
    assert "SEED" not in launch.environment
    assert "AWS_ENDPOINT_URL" not in launch.environment


def test_the_clients_settings_are_taken_from_the_persons_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    assert DockerClient.from_environment().environment["DOCKER_CONFIG"] == str(tmp_path / ".docker")


def test_a_container_is_named_and_marked_for_its_state_folder(containers: Containers, tmp_path: Path) -> None:
    other = containers.model_copy(update={"state_folder": tmp_path / "other"})
    assert containers.label == f"ocr-sandbox.state={tmp_path / 'state'}"
    assert containers.name("job-1").endswith("-job-1")
    assert containers.name("job-1") != other.name("job-1")


def test_name_and_mark_are_on_the_command_line(runner: DockerRunner, containers: Containers) -> None:
    launch = runner.job(container())
    assert values_of(launch, "--name") == [containers.name("job-1")]
    assert values_of(launch, "--label") == [containers.label]


def test_nothing_is_asked_of_a_registry(runner: DockerRunner) -> None:
    assert values_of(runner.job(container()), "--pull") == ["never"]


def test_an_unknown_image_is_named(runner: DockerRunner) -> None:
    with pytest.raises(SandboxError, match="no repository 'nobody'; it can run ocr-processing, ocr-training"):
        runner.job(container(image="registry/nobody:1"))


def test_an_address_has_the_built_images_id_as_its_tag(containers: Containers) -> None:
    address = image_uri("ocr-training", containers.tag("ocr-training"), Settings())
    assert address == f"{REGISTRY}/ocr-training:bbbbbbbbbbbb"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (137, "the container was killed by signal 9"),
        (139, "the container was killed by signal 11"),
        (-9, "the docker client of the container was killed by signal 9"),
        (1, None),
        (127, None),
    ],
)
def test_an_exit_code_tells_what_befell_a_container(runner: DockerRunner, code: int, fault: str | None) -> None:
    assert runner.fault(code, container()) == fault


def test_a_container_that_the_engine_refused_is_said_in_the_engines_words(runner: DockerRunner, tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.write_text("docker: Error response from daemon: no space left.\nSee 'docker run --help'.\n")
    refused = Container("job-1", "ocr-training", JobFolder(tmp_path), log)
    fault = "the engine did not run the container (docker: Error response from daemon: no space left.)"
    assert runner.fault(125, refused) == fault


def test_containers_are_on_record_while_the_sandbox_is_up(containers: Containers) -> None:
    layout = Layout(containers.state_folder)
    assert load_containers(layout) is None
    containers.save(layout.containers_file)
    assert load_containers(layout) == containers


def test_a_foreign_record_is_named(containers: Containers) -> None:
    layout = Layout(containers.state_folder)
    layout.root.mkdir()
    layout.containers_file.write_text("{}")
    with pytest.raises(SandboxError, match=r"containers\.json does not describe containers"):
        load_containers(layout)


def test_containers_that_cannot_be_removed_are_named_with_the_way_out(containers: Containers, stand_in: Docker) -> None:
    layout = Layout(containers.state_folder)
    containers.model_copy(update={"client": stand_in("Cannot connect", 1)}).save(layout.containers_file)
    with pytest.raises(SandboxError) as caught:
        remove_left_over(layout)
    assert containers.label in str(caught.value)
    assert "Cannot connect" in str(caught.value)
    assert f"delete {layout.containers_file}" in str(caught.value)


def test_a_sandbox_of_processes_asks_no_engine_when_it_ends(tmp_path: Path) -> None:
    assert remove_left_over(Layout(tmp_path)) == []


@pytest.mark.parametrize(("is_up", "asked"), [(True, False), (False, True)])
def test_a_sandbox_of_the_other_kind_has_to_go_down_first(is_up: bool, asked: bool) -> None:
    state = State(pid=1, pid_created=0.0, guard_pid=1, port=1, runs_containers=is_up)
    with pytest.raises(SandboxError, match="python -m sandbox down"):
        require_kind(state, docker=asked)
    require_kind(state, docker=is_up)
