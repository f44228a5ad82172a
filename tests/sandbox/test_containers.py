"""Single containers of a real engine: what they see, how they end, and that none is left."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.control_plane.lifecycle import down, up
from sandbox.docker.client import DockerClient
from sandbox.docker.containers import LABEL, Containers
from sandbox.docker.runner import DockerRunner
from sandbox.jobs.job import INTERNAL_ERROR, JobContext, JobFailed, run_hosts
from sandbox.jobs.runners import Container
from sandbox.processes.children import Children
from sandbox.settings import Settings

pytestmark = pytest.mark.docker

IMAGE = "registry/ocr-processing:tag"
TINY_IMAGE = "/opt/tiny_image.py"
FOR_EVER = "print('waiting', flush=True); import time; time.sleep(600)"


@pytest.fixture
def containers(built_images: Mapping[str, str], tmp_path: Path) -> Iterator[Containers]:
    client = DockerClient.from_environment()
    images = {"ocr-processing": client.image_id(built_images["processing"])}
    made = Containers(client=client, state_folder=tmp_path, images=images)
    yield made
    made.remove()


@pytest.fixture
def context(containers: Containers, tmp_path: Path) -> JobContext:
    settings = Settings(state_folder=tmp_path)
    url = "http://127.0.0.1:9"
    return JobContext(settings, url, DockerRunner(containers, settings, url), Children(tmp_path / "children"))


@pytest.fixture
def python(context: JobContext) -> Callable[..., Container]:
    """Makes a container that runs a few words of Python."""

    def make(script: str, **more: Any) -> Container:
        folder = context.folder("job-1")
        log = context.layout.logs / "job-1.log"
        return Container("job-1", IMAGE, folder, log, entrypoint=["python", "-c", script], **more)

    return make


def run(context: JobContext, container: Container) -> None:
    run_hosts(context, [container], threading.Event(), failure_file="message")


def living(state_folder: Path) -> list[str]:
    label = f"label={LABEL}={state_folder}"
    return DockerClient.from_environment().ask("ps", "--all", "--format", "{{.Names}}", "--filter", label).split()


def test_a_container_sees_its_jobs_environment_and_nothing_of_this_machines(
    context: JobContext, python: Callable[..., Container], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_OF_THIS_MACHINE", "secret")
    container = python("import json, os; print(json.dumps(dict(os.environ)))", environment={"SEED": "17"})
    run(context, container)
    seen = json.loads(container.log.read_text())
    assert (seen["SEED"], seen["AWS_ENDPOINT_URL"]) == ("17", "http://127.0.0.1:9")
    assert not seen.keys() & {"TOKEN_OF_THIS_MACHINE", "SAGEMAKER_BASE_DIR", "DOCKER_HOST"}


def test_what_a_container_writes_below_opt_ml_is_in_the_jobs_folder(
    context: JobContext, python: Callable[..., Container]
) -> None:
    container = python("open('/opt/ml/output/written', 'w').write('here')")
    run(context, container)
    assert (container.folder.base / "output" / "written").read_text() == "here"


def test_an_isolated_job_has_nothing_but_loopback(context: JobContext, python: Callable[..., Container]) -> None:
    container = python("import os; print(*os.listdir('/sys/class/net'))", is_isolated=True)
    run(context, container)
    assert container.log.read_text().split() == ["lo"]


def test_a_job_that_fails_fails_with_its_own_sentence(context: JobContext, python: Callable[..., Container]) -> None:
    script = "open('/opt/ml/output/message', 'w').write('found no page'); raise SystemExit(1)"
    with pytest.raises(JobFailed, match=r"^found no page$"):
        run(context, python(script))


def test_a_container_that_is_killed_is_not_its_jobs_fault(
    context: JobContext, containers: Containers, python: Callable[..., Container], wait_for: Callable[..., Any]
) -> None:
    container = python(FOR_EVER)
    failed: list[JobFailed] = []

    def job() -> None:
        with pytest.raises(JobFailed) as caught:
            run(context, container)
        failed.append(caught.value)

    thread = threading.Thread(target=job)
    thread.start()
    wait_for(lambda: container.log.exists() and "waiting" in container.log.read_text())
    containers.client.ask("kill", "--signal", "KILL", containers.name("job-1"))
    thread.join()
    assert failed[0].kind == INTERNAL_ERROR
    assert failed[0].reason == "the container was killed by signal 9; it last said: waiting"


def test_a_killed_client_leaves_no_container(
    context: JobContext, python: Callable[..., Container], wait_for: Callable[..., Any]
) -> None:
    container = python(FOR_EVER)
    running = context.start_job(container)
    wait_for(lambda: "waiting" in container.log.read_text())
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert living(context.settings.state_folder) == []


def test_an_image_that_is_gone_is_said_in_the_engines_words(
    context: JobContext, containers: Containers, python: Callable[..., Container]
) -> None:
    gone = containers.model_copy(update={"images": {"ocr-processing": f"sha256:{'0' * 64}"}})
    without = JobContext(
        context.settings, context.endpoint_url, DockerRunner(gone, context.settings, "http://x"), context.children
    )
    with pytest.raises(JobFailed, match="the engine did not run the container") as caught:
        run(without, python("pass"))
    assert caught.value.kind == INTERNAL_ERROR


def test_roots_files_are_handed_over(
    context: JobContext, containers: Containers, python: Callable[..., Container]
) -> None:
    script = "import os; os.mkdir('/opt/ml/output/closed', 0o700); open('/opt/ml/output/closed/file', 'w')"
    container = python(script)
    run(context, container)
    containers.hand_over(container.folder.root, 12345, 12346)
    facts = (container.folder.base / "output" / "closed" / "file").stat()
    assert (facts.st_uid, facts.st_gid) == (12345, 12346)


def test_containers_of_another_state_folder_are_left_alone(
    context: JobContext,
    containers: Containers,
    python: Callable[..., Container],
    tmp_path: Path,
    wait_for: Callable[..., Any],
) -> None:
    container = python(FOR_EVER)
    running = context.start_job(container)
    wait_for(lambda: "waiting" in container.log.read_text())
    other = containers.model_copy(update={"state_folder": tmp_path / "other"})
    assert other.remove() == []
    assert running.poll() is None
    assert containers.remove() == [containers.name("job-1")]
    running.wait()


@pytest.fixture
def tiny_images(built_images: Mapping[str, str], tmp_path: Path) -> Path:
    """Images of the tiny script, as a file for `--images`."""
    source = Path(__file__).with_name("tiny_image.py")
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "tiny_image.py").write_bytes(source.read_bytes())
    dockerfile = f"FROM {built_images['processing']}\nCOPY tiny_image.py {TINY_IMAGE}\n"
    (tmp_path / "context" / "Dockerfile").write_text(dockerfile)
    DockerClient.from_environment().ask("build", "--tag", "ocr-sandbox-tiny:test", str(tmp_path / "context"))
    path = tmp_path / "images.json"
    entry = {"entrypoint": ["python", TINY_IMAGE], "built": "ocr-sandbox-tiny:test"}
    path.write_text(json.dumps({"repositories": {"tiny": entry}}))
    return path


def test_a_daemon_that_is_killed_takes_its_containers_with_it(
    tiny_images: Path, tmp_path: Path, tiny_definition: Callable[..., Any], running: Any, wait_for: Callable[..., Any]
) -> None:
    settings = Settings(state_folder=tmp_path / "sandbox")
    state, _ = up(settings, tiny_images, docker=True)
    try:
        sandbox = running(settings, state)
        sandbox.provide()
        sandbox.put("documents/a.txt", "a")
        sandbox.start("killed", tiny_definition(settings, "killed", TINY_IMAGE), Sleep="600")
        wait_for(lambda: any("Train" in name for name in living(settings.state_folder)), 60)
        os.kill(state.pid, signal.SIGKILL)
        # The guard removes the state file last.
        wait_for(lambda: not (settings.state_folder / "state.json").exists())
        assert living(settings.state_folder) == []
    finally:
        down(settings)
