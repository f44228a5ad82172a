"""Jobs of several hosts: each a real process, with its own emulated /opt/ml, on loopback."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"] * 2
HELD_OUT = ["ABED", "FAD", "HEAD", "BAG", "GAB", "FED", "EGAD", "DAB"]
HOSTS = ("algo-1", "algo-2")
STEPS_SECONDS = 240
ENDED_SECONDS = 30
"""How soon the others end when one is lost; a few seconds but for a slow machine."""
Job = Callable[..., Path]


class Hosts:
    """The hosts of one job."""

    def __init__(self, base: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = str(free.getsockname()[1])
        self.bases = {name: base.with_name(name) for name in HOSTS}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for name, folder in self.bases.items():
            shutil.copytree(base, folder)
            resources = {"current_host": name, "hosts": HOSTS, "network_interface_name": "lo"}
            (folder / "input/config/resourceconfig.json").write_text(json.dumps(resources), encoding="utf-8")

    def start(self, *names: str) -> None:
        for name in names:
            place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": self._port}
            with self.log(name).open("wb") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", "ocr_training", "train"],
                    env={**os.environ, "SAGEMAKER_BASE_DIR": str(self.bases[name]), **place},
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def log(self, name: str) -> Path:
        return self.bases[name].with_suffix(".log")

    def wait_for(self, name: str, text: str) -> None:
        end = time.monotonic() + STEPS_SECONDS
        while text not in self.log(name).read_text(encoding="utf-8"):
            assert self.running[name].poll() is None, self.log(name).read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log(name).read_text(encoding="utf-8")
            time.sleep(0.05)

    def codes(self, seconds: float) -> Mapping[str, int]:
        end = time.monotonic() + seconds
        return {name: process.wait(max(0.1, end - time.monotonic())) for name, process in self.running.items()}

    def failure(self, name: str) -> str:
        return (self.bases[name] / "output/failure").read_text(encoding="utf-8")

    def written(self, name: str) -> set[str]:
        base = self.bases[name]
        files = (path.relative_to(base) for path in base.rglob("*") if path.is_file())
        return {path.parts[0] for path in files} - {"input"}

    def end(self) -> None:
        for process in self.running.values():
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()


@pytest.fixture
def two_hosts(job: Job) -> Iterator[Callable[..., Hosts]]:
    made = []

    def make(**hyperparameters: str) -> Hosts:
        given = {"replay_share": "0", "augment": "0", "processes": "1", "join_seconds": "120", **hyperparameters}
        made.append(Hosts(job(TEXTS, HELD_OUT, **given)))
        return made[0]

    yield make
    for hosts in made:
        hosts.end()


def test_two_hosts_train_and_the_first_one_writes(two_hosts: Callable[..., Hosts]) -> None:
    hosts = two_hosts(epoch_num="1")
    hosts.start(*HOSTS)
    assert hosts.codes(STEPS_SECONDS) == {"algo-1": 0, "algo-2": 0}, hosts.log("algo-1").read_text()
    assert (hosts.bases["algo-1"] / "model/model.onnx").is_file()
    assert "2 processes" in hosts.log("algo-1").read_text(encoding="utf-8")
    assert hosts.written("algo-2") == set()
    assert "validation_exact_match=" not in hosts.log("algo-2").read_text(encoding="utf-8")


def test_a_host_that_is_killed_ends_the_job_with_its_name(two_hosts: Callable[..., Hosts]) -> None:
    hosts = two_hosts(epoch_num="1000", processes="2")
    hosts.start(*HOSTS)
    hosts.wait_for("algo-1", "train_loss=")
    os.killpg(hosts.running["algo-2"].pid, signal.SIGKILL)
    assert hosts.codes(ENDED_SECONDS) == {"algo-1": 1, "algo-2": -signal.SIGKILL}
    assert "host algo-2 is gone without a word" in hosts.failure("algo-1")


def test_a_signal_to_one_host_stops_the_job_in_order(two_hosts: Callable[..., Hosts]) -> None:
    hosts = two_hosts(epoch_num="1000")
    hosts.start(*HOSTS)
    hosts.wait_for("algo-1", "train_loss=")
    hosts.running["algo-2"].terminate()
    assert hosts.codes(ENDED_SECONDS) == {"algo-1": 0, "algo-2": 0}, hosts.log("algo-1").read_text()
    assert hosts.written("algo-1") == {"checkpoints", "output"}
    assert hosts.written("algo-2") == set()
    assert "stopped by SIGTERM after step" in hosts.log("algo-1").read_text(encoding="utf-8")


def test_hosts_with_different_lines_fail_with_the_same_sentence(
    two_hosts: Callable[..., Hosts], write_lines: Callable[[Path, list[str]], None]
) -> None:
    hosts = two_hosts()
    train = hosts.bases["algo-2"] / "input/data/train"
    shutil.rmtree(train)
    train.mkdir()
    write_lines(train, TEXTS[:4])
    hosts.start(*HOSTS)
    assert hosts.codes(STEPS_SECONDS) == {"algo-1": 1, "algo-2": 1}
    assert "the training lines differ between the processes" in hosts.failure("algo-1")
    assert hosts.failure("algo-2") == hosts.failure("algo-1")


def test_what_is_wrong_on_one_host_is_the_failure_of_all(two_hosts: Callable[..., Hosts]) -> None:
    hosts = two_hosts()
    shutil.rmtree(hosts.bases["algo-2"] / "input/data/train")
    hosts.start(*HOSTS)
    assert hosts.codes(STEPS_SECONDS) == {"algo-1": 1, "algo-2": 1}
    assert "there is no train channel at" in hosts.failure("algo-1")
    assert hosts.failure("algo-2") == hosts.failure("algo-1")


def test_a_host_that_never_comes_fails_the_job_by_its_name(two_hosts: Callable[..., Hosts]) -> None:
    hosts = two_hosts(join_seconds="1")
    hosts.start("algo-1")
    assert hosts.codes(STEPS_SECONDS) == {"algo-1": 1}
    assert hosts.failure("algo-1").startswith("host algo-2 did not come within 1 s")
