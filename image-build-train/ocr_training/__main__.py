"""`python -m ocr_training train`: what SageMaker runs as `docker run IMAGE train`."""

import argparse
import logging
import os
import sys
import warnings

from ocr_training.config import read_config
from ocr_training.errors import UserError
from ocr_training.paths import TrainingPaths
from ocr_training.replicas import RANK, replicas, wanted_processes

FAILURE_CHARACTERS = 1024
"""What SageMaker shows of the failure file."""


def main() -> int:
    """Run a command; the exit code, with the reason of a failure in `output/failure` and in the last line."""
    parser = argparse.ArgumentParser(prog="python -m ocr_training", description=__doc__)
    parser.add_argument(
        "command", choices=["train"], help="train: fine-tune, export, check (hyperparameters from SageMaker)"
    )
    parser.parse_args()
    leads = os.environ.get(RANK, "0") == "0"
    logging.basicConfig(
        level=logging.INFO if leads else logging.ERROR,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stdout,
    )
    warnings.filterwarnings("ignore", message="No ccache found")  # paddle compiles nothing here
    paths = TrainingPaths.from_environment()
    try:
        config = read_config(paths.hyperparameters)
        with replicas(wanted_processes(config.processes)) as this:
            # Not before the replicas are set up: importing paddle fixes the number of threads.
            from ocr_training.train import train

            train(paths, config, this)
    except UserError as error:
        return _fail(paths, str(error)) if leads else 1
    except Exception as error:
        logging.exception("training failed")
        return _fail(paths, f"{type(error).__name__}: {error}")
    return 0


def _fail(paths: TrainingPaths, reason: str) -> int:
    paths.failure.parent.mkdir(parents=True, exist_ok=True)
    paths.failure.write_text(reason[:FAILURE_CHARACTERS], encoding="utf-8")
    sys.stdout.flush()
    print(f"error: {reason}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
