"""Training jobs that start at once: `python forked_jobs.py` reads base folders, a line each, and forks a job for each.

It prints the job's process id, and how it ended when it has. Nothing is computed before a fork, so that a job finds
itself as a process of its own would. The export is left out: what it costs says nothing of what is tried here.
"""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from ocr_training import recogniser_job, train
from ocr_training.checks.parity import Parity
from ocr_training.config import read_config
from ocr_training.data.augmentation import Augmentation
from ocr_training.model.weights import Weights
from ocr_training.parallel.replicas import ALONE
from ocr_training.paths import TrainingPaths
from ocr_training.reporting import curves
from ocr_training.termination import Termination


def export(weights: Weights, folder: Path, *_: Any, **__: Any) -> Parity:
    weights.write(folder / "weights.npz")
    return Parity(0, 0.0, {})


def job(base: Path) -> int:
    with (base / "log").open("a") as log:
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=log, force=True)
        try:
            paths = TrainingPaths(base)
            train.train(paths, read_config(paths.hyperparameters), ALONE, Termination())
        except BaseException:  # noqa: BLE001 - the child of a fork says all that ended it
            traceback.print_exc(file=log)
            return 1
    return 0


def main(bases: Sequence[str]) -> None:
    recogniser_job.export, curves.draw_curves = export, lambda *_: None  # type: ignore[assignment]
    Augmentation(1)  # what it imports, the jobs find imported
    for base in bases:
        child = os.fork()
        if child == 0:
            os._exit(job(Path(base.strip())))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.stdin)
