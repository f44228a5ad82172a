"""Whether a run will find the memory and the disk that it needs."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_training.checks.findings import Findings
from ocr_training.data.lines import LabelledLine
from ocr_training.data.preprocess import columns
from ocr_training.detection.page_size import LONG_SIDE
from ocr_training.detection.pages import LabelledPage
from ocr_training.parallel.devices import Devices

MB = 1_000_000
PROCESS_BYTES = 600 * MB
"""Paddle, the other libraries and the weights, in each process."""
COLUMN_BYTES = 300_000
"""What the graph keeps for each column of a batch until the gradients are there."""
PIXEL_BYTES = 1_100
"""The same for each pixel of the detector's crops."""
PAGE_PIXEL_BYTES = 300
"""What the detector needs for each pixel of a page that it is scored on."""
CLASS_BYTES = 20
"""The same for each class of each column: logits, their softmax, gradients."""
TIGHT = 0.8
"""Share of the memory from which on a warning is given: the estimate was within 15% of what was measured, for batches
of 8 to 256 lines, 100 to 6625 classes and widths of 160 to 1280."""
WEIGHT_COPIES = 12
"""Times the weights' bytes that a run writes: a checkpoint with Adam's moments beside the one before, the best, and two
exports in three forms."""
LEAST_DISK_BYTES = 50 * MB
CGROUP = Path("/sys/fs/cgroup")
CGROUP_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")
"""Version 2 and version 1."""
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes of this host at the peak of a run, over all its processes."""

    processes: int
    lines: int
    step: int
    """What a batch needs; on GPUs that is their memory, and nothing is said of it."""
    unit: str = "lines"
    knobs: str = "batch_size_per_card"
    """The hyperparameters that the batch depends on."""

    @property
    def total(self) -> int:
        """Their sum."""
        return self.processes + self.lines + self.step


def estimate_memory(
    lines: Sequence[LabelledLine], batch_size_per_card: int, n_classes: int, devices: Devices
) -> MemoryEstimate:
    """For lines that each process holds, and batches as wide as the widest line."""
    processes = devices.processes
    widest = max(line.width for line in lines)
    batch_columns = (
        0 if devices.kind == "gpu" else processes * math.ceil(batch_size_per_card / processes) * columns(widest)
    )
    return MemoryEstimate(
        processes=processes * PROCESS_BYTES,
        lines=processes * sum(len(line.encoded) for line in lines),
        step=batch_columns * (COLUMN_BYTES + CLASS_BYTES * n_classes),
    )


def estimate_page_memory(pages: Sequence[LabelledPage], batch_size: int, crop: int, devices: Devices) -> MemoryEstimate:
    """For pages that each process holds, and batches of square crops, or one page of the largest size."""
    processes = devices.processes
    batch = math.ceil(batch_size / processes) * crop**2 * PIXEL_BYTES
    page = LONG_SIDE**2 * PAGE_PIXEL_BYTES
    return MemoryEstimate(
        processes=processes * PROCESS_BYTES,
        lines=processes * sum(len(page.encoded) for page in pages),
        step=0 if devices.kind == "gpu" else processes * max(batch, page),
        unit="pages",
        knobs="detection_batch_size, detection_crop",
    )


def memory_limit(cgroup: Path = CGROUP, meminfo: Path = MEMINFO) -> int | None:
    """Bytes that this container may use, or this machine has; None where neither says so."""
    stated = [(cgroup / name).read_text().strip() for name in CGROUP_LIMITS if (cgroup / name).is_file()]
    limits = [int(value) for value in stated if value.isdigit()]
    if meminfo.is_file():
        total = next(line for line in meminfo.read_text().splitlines() if line.startswith("MemTotal:"))
        limits.append(int(total.split()[1]) * 1024)
    return min(limits, default=None)


def check_memory(findings: Findings, estimate: MemoryEstimate, limit: int | None) -> None:
    """Error when the estimate is above the limit, warning when it is close to it."""
    if limit is None or estimate.total <= TIGHT * limit:
        return
    widest = "widest" if estimate.unit == "lines" else "largest"
    told = (
        f"training needs about {_gb(estimate.total)} of memory ({_gb(estimate.processes)} for the processes, "
        f"{_gb(estimate.lines)} for the {estimate.unit}, {_gb(estimate.step)} for the {widest} batch), and there are "
        f"{_gb(limit)}"
    )
    if estimate.total > limit:
        findings.errors.append(f"{told}; lower {estimate.knobs} or processes, or take a larger instance")
    else:
        findings.warnings.append(told)


def disk_needed(weight_bytes: int) -> int:
    """Bytes that a run writes, for weights of so many bytes."""
    return max(LEAST_DISK_BYTES, WEIGHT_COPIES * weight_bytes)


def check_disk(findings: Findings, folders: Mapping[str, Path], needed: int) -> None:
    """Error for each file system below these folders that has fewer bytes left than needed."""
    seen = set()
    for name, folder in folders.items():
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(there).free
        if free < needed:
            findings.errors.append(
                f"the {name} folder {folder} has {_gb(free)} left and training writes up to {_gb(needed)}; free some "
                "or take a larger volume"
            )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"
