"""The command line: which job, its log, and how it ends."""

import argparse
import logging
import os
import sys
import textwrap
import warnings

from ocr_training.config import TrainingConfig, read_config
from ocr_training.errors import UserError
from ocr_training.paths import TrainingPaths
from ocr_training.replicas import RANK, replicas, wanted_processes
from ocr_training.resources import read_resources
from ocr_training.termination import Termination

log = logging.getLogger(__name__)

FAILURE_CHARACTERS = 1024
"""What SageMaker shows of the failure file."""

USAGE = """
train fine-tunes the recogniser on labelled lines, keeps the best weights by validation, exports them and checks the
export. It takes no arguments: SageMaker says everything in files.

reads, below /opt/ml:
  input/data/train/, input/data/validation/   LMDB folders of lines, as Preprocess writes them
  input/data/dictionary/dict.txt              the dataset's characters
  input/data/lineage/dataset.json             optional: its sha256 goes into training.json
  input/data/pretrained/                      optional start point: weights.npz and replay/
  input/config/hyperparameters.json           hyperparameters, as strings; see below
  input/config/resourceconfig.json            the job's hosts: one

writes, below /opt/ml:
  model/                                      what is served: PaddleOCR's inference form, model.onnx, training.json
  output/data/                                the start point exported the same way, and curve.json
  checkpoints/best.npz                        the best weights so far
  checkpoints/last.npz, last.json             when stopped: the last weights, and their epoch and step
  output/failure                              when the job fails: why, in one sentence

environment:
  SAGEMAKER_BASE_DIR                          a folder in the place of /opt/ml
  OCR_PRETRAINED_DIR                          the folder of PaddleOCR's weights; the image sets it

exit code: 0 when done, and when stopped; 1 when failed.

SIGTERM or SIGINT before the end of the first step: exit at once, nothing is kept. Later: the step ends, the weights go
to checkpoints/last.npz, nothing goes to model/. During the export: the job finishes.

hyperparameters:
"""


def run(termination: Termination) -> int:
    """Do what the command line says; the exit code, with a failure's reason in `output/failure` and the last line."""
    parser = argparse.ArgumentParser(
        prog="python -m ocr_training",
        description="Fine-tune, checkpoint and export the recogniser ch_ppocr_mobile_v2.0_rec.",
        epilog=USAGE + _hyperparameters(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["train"], help="what SageMaker passes")
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
        read_resources(paths.resources)
        processes = wanted_processes(config.processes)
        log.info("starting in %s, processes: %d", paths.base, processes)
        with replicas(processes, termination) as this:
            # Not before the replicas are set up: importing paddle fixes the number of threads.
            from ocr_training.train import train

            train(paths, config, this, termination)
    except UserError as error:
        return _fail(paths, str(error)) if leads else 1
    except Exception as error:
        logging.exception("training failed")
        return _fail(paths, f"{type(error).__name__}: {error}")
    return 0


def _hyperparameters() -> str:
    lines = []
    for name, field in TrainingConfig.model_fields.items():
        lines.append(f"  {name} (default {field.default})")
        lines += textwrap.wrap(field.description or "", 110, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


def _fail(paths: TrainingPaths, reason: str) -> int:
    paths.failure.parent.mkdir(parents=True, exist_ok=True)
    paths.failure.write_text(reason[:FAILURE_CHARACTERS], encoding="utf-8")
    sys.stdout.flush()
    print(f"error: {reason}", file=sys.stderr, flush=True)
    return 1
