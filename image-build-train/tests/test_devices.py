"""Which device a host computes on, and by how many processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_training.errors import UserError
from ocr_training.model.precision import Precision
from ocr_training.parallel import devices
from ocr_training.parallel.devices import Devices, find_devices, gpu_count

Host = Callable[[int, bool], None]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    """So many GPUs, and Paddle's build for them or not."""

    def be(gpus: int, has_build: bool) -> None:
        monkeypatch.setattr(devices, "gpu_count", lambda: gpus)
        monkeypatch.setattr(devices, "_has_gpu_build", lambda: has_build)

    return be


@pytest.mark.parametrize(("gpus", "build"), [(0, False), (0, True), (4, False)])
def test_without_a_gpu_or_its_build_a_host_computes_on_its_cores(host: Host, gpus: int, build: bool) -> None:
    host(gpus, build)
    assert find_devices("auto", 3) == Devices("cpu", 3)


@pytest.mark.parametrize("asked", ["auto", "gpu"])
def test_each_gpu_has_a_process(host: Host, asked: str) -> None:
    host(4, True)
    found = find_devices(asked, 2)
    assert found == Devices("gpu", 4)
    assert found.name(3) == "gpu:3"
    assert found.environment(3) == {"PADDLE_DISTRI_BACKEND": "nccl", "FLAGS_selected_gpus": "3"}


def test_a_gpu_is_left_alone_when_the_job_says_so(host: Host) -> None:
    host(4, True)
    assert find_devices("cpu", 2) == Devices("cpu", 2)


def test_a_gpu_that_the_image_cannot_use_is_refused_with_the_way_out(host: Host) -> None:
    host(1, False)
    with pytest.raises(UserError, match="DEVICE=cu118"):
        find_devices("gpu", 0)


def test_a_gpu_that_the_host_lacks_is_refused_with_the_way_out(host: Host) -> None:
    host(0, True)
    with pytest.raises(UserError, match=r"instance type with GPUs, such as ml\.g4dn\.xlarge"):
        find_devices("gpu", 0)


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({}, 2),
        ({"CUDA_VISIBLE_DEVICES": "1"}, 1),
        ({"CUDA_VISIBLE_DEVICES": ""}, 0),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, 0),
        ({"CUDA_VISIBLE_DEVICES": "0,1,2"}, 2),
    ],
)
def test_gpus_are_counted_by_their_device_files(tmp_path: Path, environment: dict[str, str], count: int) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    assert gpu_count(tmp_path, environment) == count


@pytest.mark.parametrize("amp", ["fp16", "bf16"])
def test_mixed_precision_is_refused_on_a_cpu(amp: str) -> None:
    with pytest.raises(UserError, match=f"'amp' is '{amp}' and the job computes on a CPU"):
        Precision(amp, "cpu")
