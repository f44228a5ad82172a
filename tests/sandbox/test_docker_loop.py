"""The loop in containers, as `up --docker` runs it: what it comes to is what processes come to."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.clients import client
from sandbox.control_plane.lifecycle import down, require_state, up
from sandbox.demo.page import held_out_page
from sandbox.docker.client import DockerClient
from sandbox.docker.containers import LABEL, load_containers
from sandbox.errors import SandboxError
from sandbox.jobs.storage import Storage
from sandbox.layout import Layout
from sandbox.project.stacks import ensure_project
from sandbox.settings import CHECKOUT, Settings

pytestmark = pytest.mark.docker

# One pass over a few cards, without a limit of time: the same steps whatever else the machine does.
RUN = ["run", "--documents", "8", "--seed", "5", "--parameter", "EpochNum=1", "--parameter", "MinExactMatch=0"]


def command(settings: Settings, *arguments: str) -> str:
    """Run a command of the sandbox as a person types it; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--state", str(settings.state_folder), *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Loop:
    """A sandbox in which a version was trained, registered, approved and deployed, and what came of it."""

    settings: Settings
    dataset: dict[str, Any]
    evaluation: dict[str, Any]
    metrics: dict[str, float]
    page: bytes
    answer: dict[str, Any]


def run_loop(settings: Settings, page: Path, leave_tests_out: Callable[[Settings], None], *options: str) -> Loop:
    """Run the whole loop; the endpoint reads the page in `page`, which is fetched unless it is there."""
    command(settings, "up", *options)
    ensure_project(settings, require_state(settings).endpoint_url)
    leave_tests_out(settings)
    command(settings, *RUN)
    command(settings, "approve", "--promote", "--page-floor", "0")
    url = require_state(settings).endpoint_url
    sagemaker, storage = client("sagemaker", settings, url), Storage(client("s3", settings, url))
    listed = sagemaker.list_model_packages(ModelPackageGroupName=settings.project)["ModelPackageSummaryList"]
    package = sagemaker.describe_model_package(ModelPackageName=listed[0]["ModelPackageArn"])
    dataset_uri = package["CustomerMetadataProperties"]["dataset_uri"].rstrip("/")
    (job,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    described = sagemaker.describe_training_job(TrainingJobName=job["TrainingJobName"])
    image = held_out_page(storage, dataset_uri, page).image
    return Loop(
        settings=settings,
        dataset=json.loads(storage.read(f"{dataset_uri}/dataset.json")),
        evaluation=json.loads(storage.read(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])),
        metrics={
            entry["MetricName"]: entry["Value"]
            for entry in described["FinalMetricDataList"]
            if entry["MetricName"] != "train:lines_per_second"
        },
        page=image.read_bytes(),
        answer=json.loads(command(settings, "invoke", str(image))),
    )


@pytest.fixture(scope="module")
def in_containers(
    built_images: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    leave_tests_out: Callable[[Settings], None],
) -> Iterator[Loop]:
    assert built_images
    folder = tmp_path_factory.mktemp("containers")
    settings = Settings(state_folder=folder / "state")
    try:
        yield run_loop(settings, folder / "page", leave_tests_out, "--docker")
    finally:
        down(settings)


@pytest.fixture(scope="module")
def as_processes(
    tmp_path_factory: pytest.TempPathFactory, leave_tests_out: Callable[[Settings], None]
) -> Iterator[Loop]:
    folder = tmp_path_factory.mktemp("processes")
    settings = Settings(state_folder=folder / "state")
    try:
        yield run_loop(settings, folder / "page", leave_tests_out)
    finally:
        down(settings)


def test_containers_make_the_same_dataset(in_containers: Loop, as_processes: Loop) -> None:
    assert in_containers.dataset == as_processes.dataset
    assert len(in_containers.dataset["sha256"]) == 64


def test_containers_learn_the_same(in_containers: Loop, as_processes: Loop) -> None:
    assert "train:loss" in in_containers.metrics
    assert in_containers.metrics == as_processes.metrics


def test_containers_judge_the_same(in_containers: Loop, as_processes: Loop) -> None:
    judged = [{**loop.evaluation, "latency": None} for loop in (in_containers, as_processes)]
    assert judged[0] == judged[1]


def test_a_container_reads_a_page_as_a_process_does(in_containers: Loop, as_processes: Loop) -> None:
    assert in_containers.page == as_processes.page
    read = [{**loop.answer, "timings_ms": None} for loop in (in_containers, as_processes)]
    assert read[0] == read[1]
    assert in_containers.answer["pages"][0]["lines"]


def test_images_are_called_by_what_was_built(in_containers: Loop) -> None:
    record = load_containers(Layout(in_containers.settings.state_folder))
    assert record is not None
    sagemaker = client("sagemaker", in_containers.settings, require_state(in_containers.settings).endpoint_url)
    (job,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    described = sagemaker.describe_training_job(TrainingJobName=job["TrainingJobName"])
    tag = described["AlgorithmSpecification"]["TrainingImage"].rsplit(":", 1)[-1]
    assert record.images["ocr-training"].startswith(f"sha256:{tag}")


def test_status_says_that_containers_run(in_containers: Loop) -> None:
    words = " ".join(command(in_containers.settings, "status").split())
    assert "jobs and servers are containers" in words
    state = require_state(in_containers.settings)
    assert state.endpoints["ocr-prod"].container in _living(in_containers.settings)


def test_up_without_docker_names_down(in_containers: Loop) -> None:
    with pytest.raises(SandboxError, match="python -m sandbox down"):
        up(in_containers.settings)


def test_a_deleted_endpoints_container_drains_and_goes(in_containers: Loop, wait_for: Callable[..., Any]) -> None:
    settings = in_containers.settings
    state = require_state(settings)
    container = state.endpoints["ocr-staging"].container
    assert container in _living(settings)
    client("sagemaker", settings, state.endpoint_url).delete_endpoint(EndpointName="ocr-staging")
    wait_for(lambda: container not in _living(settings))
    log = next((settings.state_folder / "logs" / "endpoints").glob("ocr-staging-*.log"))
    assert "Finished server process" in log.read_text()


def test_a_server_has_given_up_root_and_cannot_write(in_containers: Loop) -> None:
    container = require_state(in_containers.settings).endpoints["ocr-prod"].container
    assert container is not None
    ask = DockerClient.from_environment().ask
    assert "Uid:\t10001\t10001\t10001\t10001" in ask("exec", container, "cat", "/proc/1/status")
    with pytest.raises(SandboxError, match="Read-only file system"):
        ask("exec", container, "touch", "/opt/app/new")


def _living(settings: Settings) -> list[str]:
    label = f"label={LABEL}={settings.state_folder}"
    return DockerClient.from_environment().ask("ps", "--all", "--format", "{{.Names}}", "--filter", label).split()
