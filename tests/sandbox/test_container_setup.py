"""What `up --docker` says when there is no engine, or when an image does not build; without an engine."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.docker.client import DockerClient
from sandbox.docker.image_builds import build_image
from sandbox.docker.setup import prepare_containers
from sandbox.errors import SandboxError
from sandbox.settings import CHECKOUT, Settings

Docker = Callable[..., DockerClient]


def test_up_without_docker_installed_says_so(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "sandbox", "--state", str(tmp_path / "state"), "up", "--docker"],
        cwd=CHECKOUT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert f"there is no `docker` on PATH ({tmp_path})" in finished.stderr
    assert "without --docker the sandbox needs no engine" in finished.stderr


def test_an_engine_that_does_not_answer_is_said_in_dockers_words(stand_in: Docker) -> None:
    with pytest.raises(SandboxError) as caught:
        stand_in("Cannot connect to the Docker daemon at unix:///engine.", 1).require_engine()
    assert str(caught.value).startswith("no Docker engine answers")
    assert "Cannot connect to the Docker daemon" in str(caught.value)
    assert "DOCKER_HOST" in str(caught.value)


def test_a_build_that_fails_ends_with_its_last_lines(stand_in: Docker, tmp_path: Path) -> None:
    client = stand_in("#7 [packages 3/3] RUN pip\n#7 0.5 no such package\nERROR: failed to solve\n", 1)
    with pytest.raises(SandboxError) as caught:
        build_image(client, CHECKOUT, "ocr-training", "ocr-training:x", tmp_path, print)
    assert "image-build-train does not build: docker ended with 1" in str(caught.value)
    assert str(caught.value).endswith("no such package\nERROR: failed to solve")
    assert str(tmp_path / "build-ocr-training.log") in str(caught.value)


def test_a_build_tells_of_the_steps_that_the_cache_does_not_answer(stand_in: Docker, tmp_path: Path) -> None:
    client = stand_in(
        "#1 [internal] load build definition\n#1 DONE 0.0s\n"
        "#5 [packages 2/3] WORKDIR /build\n#5 CACHED\n"
        "#7 [packages 3/3] RUN pip install\n#7 0.5 collecting\n#7 0.9 installing\n#7 DONE 1.0s\n"
    )
    told: list[str] = []
    build_image(client, CHECKOUT, "ocr-training", "ocr-training:x", tmp_path, told.append)
    assert told[:2] == ["building ocr-training", "  [packages 3/3] RUN pip install"]
    assert told[2].startswith("built ocr-training:")
    assert len(told) == 3


def test_images_of_a_file_need_names_in_docker(
    stand_in: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", stand_in().environment["PATH"])
    path = tmp_path / "images.json"
    path.write_text(json.dumps({"repositories": {"tiny": {"entrypoint": ["python"]}}}))
    with pytest.raises(SandboxError, match=r"--docker needs `built`.*without it: tiny"):
        prepare_containers(Settings(state_folder=tmp_path / "state"), path, print)
