"""Two checkpoints in turn: the newest whole one is found again, whatever became of the other."""

import logging
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_training.data.dictionary import Dictionary
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights
from ocr_training.restart.checkpoints import SLOTS, Checkpoint, Checkpoints

VALUES = np.arange(5000, dtype=np.float32).reshape(50, 100)


def of(step: int, begun: float = 1.0) -> Checkpoint:
    return Checkpoint({"weights/a": VALUES + step, "adam/a": VALUES}, {"begun": begun, "number": step, "step": step})


def step_found(folder: Path) -> int | None:
    found = Checkpoints(folder).newest()
    if found is None:
        return None
    step: int = found.record["step"]
    np.testing.assert_array_equal(found.arrays["weights/a"], VALUES + step)
    return step


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """The folder after three checkpoints."""
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2, 3):
        assert checkpoints.save(of(step))
    return tmp_path


def test_the_newest_two_are_there(three: Path) -> None:
    assert sorted(path.name for path in three.iterdir()) == list(SLOTS)
    assert step_found(three) == 3
    (three / SLOTS[0]).unlink()
    assert step_found(three) == 2


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "absent").newest() is None


def test_the_older_one_is_replaced_after_a_restart(three: Path) -> None:
    again = Checkpoints(three)
    again.newest()
    again.save(of(4))
    (three / SLOTS[1]).unlink()
    assert step_found(three) == 3


def test_a_later_run_is_newer_than_one_with_more_steps(three: Path) -> None:
    Checkpoints(three).save(of(1, begun=2.0))
    assert step_found(three) == 1


@pytest.mark.parametrize("left", [0, 1, 0.5, 0.99, -1])
def test_a_truncated_one_is_named_and_the_one_before_is_taken(
    three: Path, caplog: pytest.LogCaptureFixture, left: float
) -> None:
    newest = three / SLOTS[0]
    content = newest.read_bytes()
    newest.write_bytes(content[: int(left) if left in (0, 1, -1) else int(left * len(content))])
    with caplog.at_level(logging.WARNING):
        assert step_found(three) == 2
    assert f"{newest} is damaged" in caplog.text


def test_no_changed_byte_goes_unseen(three: Path) -> None:
    newest = three / SLOTS[0]
    content = newest.read_bytes()
    rng = np.random.default_rng(0)
    ends = [*range(60), *range(len(content) - 600, len(content))]
    found = set()
    for place in [*ends, *rng.integers(0, len(content), 200).tolist()]:
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        newest.write_bytes(changed)
        found.add(step_found(three))  # which compares the values: some bytes are none of them, as the date is
    assert found <= {2, 3}


def test_what_a_kill_left_half_written_is_passed_over(three: Path) -> None:
    (three / f"{SLOTS[1]}.partial").write_bytes(b"PK")
    assert step_found(three) == 3
    assert Checkpoints(three).save(of(9))


@pytest.fixture
def small_files() -> Any:
    """No file may grow beyond 10,000 bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_one_before(
    three: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    checkpoints = Checkpoints(three)
    checkpoints.newest()
    request.getfixturevalue("small_files")
    with caplog.at_level(logging.WARNING):
        assert checkpoints.save(of(4)) is None
        checkpoints.best(Weights.of(CRNN(3), Dictionary(("A",))))
    assert "checkpoint of step 4 not written" in caplog.text
    assert f"the one before is kept in {three / SLOTS[0]}" in caplog.text
    assert "best.npz was not written" in caplog.text
    assert sorted(path.name for path in three.iterdir()) == list(SLOTS)
    assert step_found(three) == 3


def test_it_is_written_again_once_there_is_room(three: Path, request: pytest.FixtureRequest) -> None:
    checkpoints = Checkpoints(three)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    request.getfixturevalue("small_files")
    checkpoints.save(of(4))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert checkpoints.save(of(5))
    assert step_found(three) == 5
