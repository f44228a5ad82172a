"""What a host computes on: its GPUs, or its cores."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from ocr_training.errors import UserError

MOST_PROCESSES = 4
"""On a CPU, unless the job asks for more."""
GPU_BUILD = "paddlepaddle-gpu"


@dataclass(frozen=True)
class Devices:
    """The kind of device, and the processes of a host: one for each GPU, or as many as share its cores."""

    kind: Literal["cpu", "gpu"]
    processes: int

    def name(self, local: int) -> str:
        """What Paddle calls the device of a host's process."""
        return f"gpu:{local}" if self.kind == "gpu" else "cpu"

    def environment(self, local: int) -> dict[str, str]:
        """What tells Paddle by which library a host's process talks to the others, and about which device."""
        if self.kind == "gpu":
            return {"PADDLE_DISTRI_BACKEND": "nccl", "FLAGS_selected_gpus": str(local)}
        return {"PADDLE_DISTRI_BACKEND": "gloo"}


def find_devices(asked: str, processes: int) -> Devices:
    """What a host computes on. `asked` is cpu, gpu, or auto: GPUs where there are some and Paddle can use them.

    `processes` counts on a CPU only; 0 is one for each core that this process may use, MOST_PROCESSES at most. To be
    called before Paddle is imported. Raises UserError when GPUs are asked for and not there.
    """
    gpus, can = gpu_count(), _has_gpu_build()
    if asked == "gpu" and not can:
        raise UserError(
            "the hyperparameter 'device' is 'gpu' and this image has Paddle's build for CPUs; build the image with "
            "DEVICE=cu118 or DEVICE=cu126, or set 'device' to 'cpu'"
        )
    if asked == "gpu" and not gpus:
        raise UserError(
            "the hyperparameter 'device' is 'gpu' and this host has none; choose an instance type with GPUs, such as "
            "ml.g4dn.xlarge, or set 'device' to 'cpu'"
        )
    if asked != "cpu" and gpus and can:
        return Devices("gpu", gpus)
    return Devices("cpu", processes or min(MOST_PROCESSES, len(os.sched_getaffinity(0))))


def gpu_count(nodes: Path = Path("/dev"), environment: Mapping[str, str] = os.environ) -> int:
    """The GPUs that this process may use: device files, as far as CUDA_VISIBLE_DEVICES lets them be seen."""
    there = sum(path.name.removeprefix("nvidia").isdecimal() for path in nodes.glob("nvidia[0-9]*"))
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return there
    return min(there, len([name for name in visible.split(",") if name.strip() not in ("", "-1")]))


def _has_gpu_build() -> bool:
    try:
        distribution(GPU_BUILD)
    except PackageNotFoundError:
        return False
    return True
