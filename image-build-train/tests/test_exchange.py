"""Two real processes compute what one does: gradients, statistics and scores."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

SCRIPT = Path(__file__).with_name("replica_results.py")
TEXTS = ("ABC", "BCD", "CDE", "DEF", "EFG", "FGH", "GHA", "HAB") * 2
"""One batch of 16 lines."""
SECONDS = 180
Results = Mapping[str, NDArray[Any]]


def draw(text: str) -> NDArray[np.uint8]:
    """A line of one width: each process pads its lines to its own widest, and padding is part of what is read."""
    crop = np.full((32, 96, 3), 255, np.uint8)
    cv2.putText(crop, text, (4, 26), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 3)
    return crop


@pytest.fixture(scope="module")
def one_and_two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, list[Results]]:
    """The results of one process with 16 lines, and of two with 8 each."""
    folder = tmp_path_factory.mktemp("replicas")
    np.savez(folder / "in.npz", crops=np.stack([draw(text) for text in TEXTS]), texts=np.array(TEXTS))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found: list[Results] = []
    for size in (1, 2):
        running = [
            subprocess.Popen(
                [sys.executable, str(SCRIPT), *map(str, (rank, size, port)), *map(str, (folder / "in.npz", out))],
                # As many threads in each, so that sums are taken in the same order.
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            for rank, out in enumerate(folder / f"{size}-{rank}.npz" for rank in range(size))
        ]
        try:
            assert [process.wait(SECONDS) for process in running] == [0] * size
        finally:
            for process in running:
                process.kill()
        for rank in range(size):
            with np.load(folder / f"{size}-{rank}.npz") as arrays:
                found.append(dict(arrays))
    return found[0], found[1:]


def named(results: Results, kind: str) -> dict[str, NDArray[Any]]:
    return {name: array for name, array in results.items() if name.startswith(f"{kind} ")}


def test_gradients_of_two_times_eight_lines_equal_those_of_sixteen(one_and_two: tuple[Results, list[Results]]) -> None:
    one, two = one_and_two
    assert [int(each["lines"]) for each in (one, *two)] == [16, 8, 8]
    expected = named(one, "frozen")
    assert len(expected) > 100
    largest = max(np.abs(array).max() for array in expected.values())
    for name, gradient in expected.items():
        for each in two:
            np.testing.assert_allclose(each[name], gradient, rtol=1e-3, atol=1e-5 * largest, err_msg=name)


@pytest.mark.parametrize("kind", ["own", "statistics"])
def test_replicas_stay_the_same_bit_for_bit(one_and_two: tuple[Results, list[Results]], kind: str) -> None:
    _, (first, second) = one_and_two
    assert named(first, kind).keys() == named(second, kind).keys() != set()
    for name, array in named(first, kind).items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


def test_mean_statistics_of_two_times_eight_lines_equal_those_of_sixteen(
    one_and_two: tuple[Results, list[Results]],
) -> None:
    """Of the first normalisation; later ones see what the ones before made of their own lines."""
    one, (two, _) = one_and_two
    name = "statistics backbone.conv1.bn._mean"
    np.testing.assert_allclose(two[name], one[name], rtol=1e-4, atol=1e-6)


def test_two_processes_score_alike_and_about_as_one(one_and_two: tuple[Results, list[Results]]) -> None:
    one, (first, second) = one_and_two
    np.testing.assert_array_equal(first["score"], second["score"])
    np.testing.assert_allclose(first["score"][:1], one["score"][:1], rtol=0.05)
