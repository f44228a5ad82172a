"""The smoke tests of the image repositories: they pass on what was built, and each fails on an image with a fault."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from images.catalogue import IMAGES, ROOT, ProjectImage

each_image = pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)

FAULTS = {
    "processing": (
        "RUN rm -r /opt/app/ocr_processing/dataset/templates",
        "Preprocess of 10 cards ended with exit code 1",
    ),
    "train": (
        "RUN rm -r /opt/venv/lib/python3*/site-packages/paddle2onnx",
        "Training of 2 steps ended with exit code 1",
    ),
    "inference": ("ENV OCR_RUN_AS=0", "process 1 has the user ids 0 0 0 0"),
}


def start(folder: str, image: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / folder / "smoke_test.py"), image],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def containers_of(process: subprocess.Popen[str]) -> str:
    """The containers that a smoke test has left behind."""
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name=smoke-test-{process.pid}-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def with_fault(built_images: Mapping[str, str], tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Build on an image of the project one that has a fault."""
    made = []

    def build(name: str) -> str:
        reference = f"{built_images[name]}-fault-{os.getpid()}"
        (tmp_path / "Dockerfile").write_text(f"FROM {built_images[name]}\n{FAULTS[name][0]}\n", encoding="utf-8")
        subprocess.run(["docker", "build", "--quiet", "--tag", reference, str(tmp_path)], check=True)
        made.append(reference)
        return reference

    yield build
    subprocess.run(["docker", "rmi", *made], check=True)


@each_image
def test_without_an_engine_it_fails_with_a_sentence(image: ProjectImage, tmp_path: Path) -> None:
    smoke = start(image.folder, image.reference, PATH=str(tmp_path))
    assert smoke.communicate()[0] == (
        f"The smoke test of {image.reference} failed: "
        "there is no docker command on PATH; run this where the image was built\n"
    )
    assert smoke.returncode == 1


@pytest.mark.docker
@each_image
def test_it_passes_on_the_image_and_leaves_no_container(image: ProjectImage, built_images: Mapping[str, str]) -> None:
    smoke = start(image.folder, built_images[image.name])
    log, _ = smoke.communicate()
    assert smoke.returncode == 0, log
    assert not containers_of(smoke)


@pytest.mark.docker
@each_image
def test_it_fails_on_an_image_with_a_fault(image: ProjectImage, with_fault: Callable[[str], str]) -> None:
    smoke = start(image.folder, with_fault(image.name))
    log, _ = smoke.communicate()
    assert smoke.returncode == 1
    assert FAULTS[image.name][1] in log
    assert not containers_of(smoke)


@pytest.mark.docker
def test_it_leaves_no_container_when_it_is_stopped(built_images: Mapping[str, str]) -> None:
    smoke = start("image-build-inference", built_images["inference"])
    assert smoke.stdout is not None
    assert "/ping answered 200" in smoke.stdout.readline()
    smoke.send_signal(signal.SIGTERM)
    smoke.communicate()
    assert smoke.returncode == 128 + signal.SIGTERM
    assert not containers_of(smoke)
