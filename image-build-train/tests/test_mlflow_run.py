"""What a real MLflow server has of a job."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from mlflow import MlflowClient

from ocr_training.reporting.mlflow_run import ADDRESS, EXPERIMENT, JOB_NAME, REMEMBERED, MlflowRun
from ocr_training.reporting.tracking import Outcome, Tracking

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"]
ARN = "arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/ours"
PARAMETERS = {"epoch_num": 3, "Optimizer": {"lr": 0.001}, "dataset_sha256": None}
Job = Callable[..., Path]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server on this machine."""
    folder = tmp_path_factory.mktemp("mlflow")
    port = free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")),
    ]
    alone = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    process = subprocess.Popen(
        command,
        env=os.environ | alone,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Application startup complete" in line:
                break
        else:
            pytest.fail("the MLflow server did not start:\n" + "".join(said))
        # What it says later must not fill the pipe.
        reader = Thread(target=process.stdout.read)
        reader.start()
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    reader.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ADDRESS, EXPERIMENT, JOB_NAME, "TRAINING_JOB_ARN"):
        monkeypatch.delenv(name, raising=False)


def tracked(
    server: str, checkpoints: Path, outcome: Outcome, parameters: dict[str, Any] = PARAMETERS
) -> tuple[str, str, list[str]]:
    """Track a short run; its number, its status, and what it logged."""
    run = MlflowRun(server, parameters, checkpoints)
    with Tracking(run) as tracking:
        tracking.metrics(5, {"loss": 1.0})
        tracking.outcome = outcome
    return run.run_id, *status(server, run.run_id)


def status(server: str, run_id: str) -> tuple[str, list[str]]:
    client = MlflowClient(server)
    return client.get_run(run_id).info.status, [str(m.step) for m in client.get_metric_history(run_id, "loss")]


def test_a_run_has_the_jobs_name_and_parameters(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOB_NAME, "train-2026")
    monkeypatch.setenv("TRAINING_JOB_ARN", "arn:aws:sagemaker:eu-central-1:1:training-job/train-2026")
    monkeypatch.setenv(EXPERIMENT, "identity cards")
    run_id, _, _ = tracked(server, tmp_path, "FINISHED")
    run = MlflowClient(server).get_run(run_id)
    assert run.info.run_name == "train-2026"
    assert run.data.params == {"epoch_num": "3", "Optimizer.lr": "0.001", "dataset_sha256": "None"}
    assert run.data.tags["training_job_arn"].endswith("training-job/train-2026")
    assert MlflowClient(server).get_experiment(run.info.experiment_id).name == "identity cards"


def test_without_a_name_the_experiment_is_the_servers_default(server: str, tmp_path: Path) -> None:
    run_id, _, _ = tracked(server, tmp_path, "FINISHED")
    client = MlflowClient(server)
    assert client.get_experiment(client.get_run(run_id).info.experiment_id).name == "Default"


def test_a_stopped_job_goes_on_with_its_run(server: str, tmp_path: Path) -> None:
    first, stopped, _ = tracked(server, tmp_path, "KILLED")
    second, finished, steps = tracked(server, tmp_path, "FINISHED")
    assert (stopped, finished) == ("KILLED", "FINISHED")
    assert second == first
    assert steps == ["5", "5"]


@pytest.mark.parametrize(
    ("outcome", "parameters"), [("FINISHED", PARAMETERS), ("KILLED", {**PARAMETERS, "epoch_num": 4})]
)
def test_another_job_with_the_same_checkpoints_is_another_run(
    server: str, tmp_path: Path, outcome: Outcome, parameters: dict[str, Any]
) -> None:
    first, _, _ = tracked(server, tmp_path, outcome)
    second, _, _ = tracked(server, tmp_path, "FINISHED", parameters)
    assert second != first


@pytest.mark.parametrize("lost", [{"run_id": "0" * 32}, {"tracking_uri": "http://elsewhere"}])
def test_a_run_that_is_not_there_is_not_looked_for(server: str, tmp_path: Path, lost: dict[str, str]) -> None:
    first, _, _ = tracked(server, tmp_path, "KILLED")
    remembered = json.loads((tmp_path / REMEMBERED).read_text(encoding="utf-8"))
    (tmp_path / REMEMBERED).write_text(json.dumps(remembered | lost), encoding="utf-8")
    second, finished, _ = tracked(server, tmp_path, "FINISHED")
    assert second != first
    assert finished == "FINISHED"


def test_sagemakers_own_server_is_addressed_by_its_arn(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    run = MlflowRun(ARN, PARAMETERS, tmp_path)
    with Tracking(run) as tracking:
        tracking.metrics(5, {"loss": 1.0})
        tracking.outcome = "FINISHED"
    assert status(server, run.run_id) == ("FINISHED", ["5"])


def train(base: Path, **environment: str) -> str:
    """Run a job; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_job_tells_what_its_files_tell(server: str, job: Job) -> None:
    base = job(TEXTS, TEXTS, epoch_num="3", processes="1", augment="0")
    said = train(base, **{ADDRESS: server, JOB_NAME: "train-whole"})
    client = MlflowClient(server)
    (run,) = client.search_runs(["0"], "run_name = 'train-whole'")
    record = json.loads((base / "model/training.json").read_text(encoding="utf-8"))
    assert run.info.status == "FINISHED"
    assert run.data.params == {
        **{name: str(value) for name, value in record["hyperparameters"].items()},
        "start_point": "base checkpoint",
        "dataset_sha256": "ab" * 32,
    }
    told = [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "validation_exact_match")]
    assert told == [(point["step"], point["exact_match"]) for point in record["curve"]]
    losses = [m.value for m in client.get_metric_history(run.info.run_id, "train_loss")]
    assert losses == [point["train_loss"] for point in record["curve"][1:]]
    best = max(point["exact_match"] for point in record["curve"])
    assert run.data.metrics["best_validation_exact_match"] == best
    files = client.list_artifacts(run.info.run_id)
    assert sorted(file.path for file in files) == ["curves.png", "training.json"]
    assert said.count("tracking") == 1, said


def test_without_a_server_mlflow_is_not_imported() -> None:
    look = "import sys, ocr_training.train; sys.exit(any('mlflow' == name.split('.')[0] for name in sys.modules))"
    environment = {name: value for name, value in os.environ.items() if name != ADDRESS}
    subprocess.run([sys.executable, "-c", look], env=environment, check=True)
