"""Memory and disk are looked at before they run out."""

import os
from pathlib import Path

import pytest

from ocr_training.checks.findings import Findings
from ocr_training.checks.room import (
    LEAST_DISK_BYTES,
    MemoryEstimate,
    check_disk,
    check_memory,
    disk_needed,
    estimate_memory,
    memory_limit,
)
from ocr_training.data.lines import LabelledLine
from ocr_training.parallel.devices import Devices

GB = 1_000_000_000
CPU = Devices("cpu", 1)


def line(width: int) -> LabelledLine:
    return LabelledLine(b"x" * 1000, "A", width)


@pytest.mark.parametrize(
    ("batch", "width", "classes", "measured"),
    [
        (8, 320, 100, 735), (32, 320, 100, 1452), (128, 320, 100, 3488), (8, 320, 6625, 842), (32, 320, 6625, 1765),
        (128, 320, 6625, 4784), (32, 1280, 6625, 4835), (64, 160, 521, 1475), (256, 160, 521, 3557),
    ],
)  # fmt: skip
def test_the_estimate_is_near_what_was_measured(batch: int, width: int, classes: int, measured: int) -> None:
    """Peak resident MiB of a process with Paddle's own operators, on one machine."""
    estimate = estimate_memory([line(width)], batch, classes, CPU).total / 2**20
    assert estimate == pytest.approx(measured, rel=0.16)


def test_each_process_holds_all_lines_and_its_share_of_the_batch() -> None:
    one = estimate_memory([line(320)] * 5, 8, 100, CPU)
    four = estimate_memory([line(320)] * 5, 8, 100, Devices("cpu", 4))
    assert (four.processes, four.lines, four.step) == (4 * one.processes, 4 * one.lines, one.step)


def test_a_gpu_has_the_batch_in_memory_of_its_own() -> None:
    assert estimate_memory([line(320)], 256, 6625, Devices("gpu", 1)).step == 0


def found(total: int, limit: int | None) -> Findings:
    findings = Findings()
    check_memory(findings, MemoryEstimate(total - 2 * GB, GB, GB), limit)
    return findings


def test_more_memory_than_there_is_is_an_error() -> None:
    (error,) = found(9 * GB, 8 * GB).errors
    assert error == (
        "training needs about 9.0 GB of memory (7.0 GB for the processes, 1.0 GB for the lines, 1.0 GB for the widest "
        "batch), and there are 8.0 GB; lower batch_size_per_card or processes, or take a larger instance"
    )


def test_nearly_all_memory_is_a_warning() -> None:
    close = found(7 * GB, 8 * GB)
    assert (len(close.errors), len(close.warnings)) == (0, 1)


@pytest.mark.parametrize("limit", [8 * GB, None])
def test_enough_memory_is_not_talked_about(limit: int | None) -> None:
    enough = found(5 * GB, limit)
    assert enough.errors == enough.warnings == []


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_the_containers_limit_counts_when_it_is_lower_than_the_machines(tmp_path: Path, name: str) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       16000000 kB\nMemFree:        1 kB\n")
    limit = tmp_path / name
    limit.parent.mkdir(exist_ok=True)
    limit.write_text("4000000000\n")
    assert memory_limit(tmp_path, meminfo) == 4_000_000_000
    limit.write_text("max\n")
    assert memory_limit(tmp_path, meminfo) == 16_000_000 * 1024


def test_where_nothing_is_stated_there_is_no_limit(tmp_path: Path) -> None:
    assert memory_limit(tmp_path, tmp_path / "meminfo") is None


def test_less_disk_than_a_run_writes_is_an_error_for_each_file_system(tmp_path: Path) -> None:
    findings = Findings()
    folders = {"checkpoint": tmp_path / "not/yet/there", "model": tmp_path / "model"}
    check_disk(findings, folders, 1 << 60)
    (error,) = findings.errors
    assert error.startswith(f"the checkpoint folder {tmp_path / 'not/yet/there'} has ")
    assert "and training writes up to 1152921504.6 GB; free some" in error


def test_enough_disk_is_not_talked_about(tmp_path: Path) -> None:
    findings = Findings()
    check_disk(findings, {"checkpoint": tmp_path}, 1)
    assert findings.errors == []


def test_the_disk_that_a_run_needs_grows_with_its_weights() -> None:
    assert disk_needed(1) == LEAST_DISK_BYTES
    assert disk_needed(100_000_000) == 1_200_000_000


def test_this_machine_states_its_memory() -> None:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = memory_limit()
    assert limit is None or 0 < limit <= pages
