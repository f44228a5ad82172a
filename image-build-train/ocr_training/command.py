"""The command line: which job, its log, and how it ends."""

import argparse
import logging
import sys
import textwrap
import warnings

from ocr_training.config import PATHS, TrainingConfig, read_config
from ocr_training.errors import UserError
from ocr_training.model.memory import keep_freed_memory
from ocr_training.parallel.devices import find_devices
from ocr_training.parallel.replicas import heads_host, replicas
from ocr_training.parallel.resources import read_resources
from ocr_training.paths import TrainingPaths
from ocr_training.recipe import SHIPPED
from ocr_training.termination import Termination

log = logging.getLogger(__name__)

FAILURE_CHARACTERS = 1024
"""What SageMaker shows of the failure file."""

USAGE = """
train fine-tunes the recogniser on labelled lines, the detector on labelled pages, or both, as the hyperparameter task
says, keeps the best weights by validation, exports them and checks the export. It takes no arguments: SageMaker says
everything in files.

reads, below /opt/ml:
  input/data/train/, input/data/validation/   LMDB folders of lines, as Preprocess writes them
  input/data/dictionary/dict.txt              the dataset's characters
  input/data/detection/train/, validation/    LMDB folders of pages, where a detector is trained
  input/data/lineage/dataset.json             optional: its sha256 goes into training.json
  input/data/pretrained/                      optional start point: model.tar.gz, *.pdparams or weights.npz; replay/;
                                              of a detector: model.tar.gz, *.pdparams or detector/weights.npz
  input/config/hyperparameters.json           hyperparameters, as strings, by name or path; see below
  input/config/resourceconfig.json            the job's hosts, which share each batch

writes, below /opt/ml:
  model/                                      what is served: PaddleOCR's inference form, model.onnx, training.json
  model/detector/                             the same of a detector that was trained, or came with the start point
  output/data/                                the start point exported the same way, config.yml, curve.json,
                                              curves.png, suspected_labels.html; detection_curve.json,
                                              detection_curves.png, detected.html
  checkpoints/best.npz                        the best weights so far
  checkpoints/checkpoint-0.npz, -1.npz        the run itself, in turn: a job goes on from the newest one that is there
  checkpoints/detection/                      the same of the detector
  output/failure                              when the job fails: why, in one sentence

environment:
  SAGEMAKER_BASE_DIR                          a folder in the place of /opt/ml
  MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_NAME optional: the MLflow server that is told of the run
  OCR_PRETRAINED_DIR                          the folder of PaddleOCR's weights; the image sets it
  MASTER_ADDR, MASTER_PORT                    where the other hosts find the first one; its name and 7777 without them

exit code: 0 when done, and when stopped; 1 when failed.

SIGTERM or SIGINT before the end of the first step: exit at once, nothing new is kept. Later: the step ends, a
checkpoint is written, nothing goes to model/. During the export: the job finishes.

hyperparameters:
"""


def run(termination: Termination) -> int:
    """Do what the command line says; the exit code, with a failure's reason in `output/failure` and the last line."""
    parser = argparse.ArgumentParser(
        prog="python -m ocr_training",
        description="Fine-tune, checkpoint and export ch_ppocr_mobile_v2.0_rec and ch_ppocr_mobile_v2.0_det.",
        epilog=USAGE + _hyperparameters(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["train"], help="what SageMaker passes")
    parser.parse_args()
    heads = heads_host()
    logging.basicConfig(
        level=logging.INFO if heads else logging.ERROR,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stdout,
    )
    warnings.filterwarnings("ignore", message="No ccache found")  # paddle compiles nothing here
    paths = TrainingPaths.from_environment()

    def fail(reason: str) -> int:
        return _fail(paths, reason) if heads else 1

    try:
        config = read_config(paths.hyperparameters)
        resources = read_resources(paths.resources)
        devices = find_devices(config.device, config.processes)
        log.info(
            "starting in %s, host %d of %d, device: %s, processes: %d",
            paths.base,
            resources.in_order.index(resources.current_host) + 1,
            *(len(resources.hosts), devices.kind, devices.processes),
        )
        keep_freed_memory()
        with replicas(resources, devices, config.join_seconds, fail, termination) as this:
            # Not before the replicas are set up: importing paddle fixes the number of threads.
            from ocr_training.train import train

            train(paths, config, this, termination)
    except UserError as error:
        return fail(str(error))
    except Exception as error:
        logging.exception("training failed")
        return fail(f"{type(error).__name__}: {error}")
    return 0


def _hyperparameters() -> str:
    lines = []
    for name in (PATHS[path] for path in SHIPPED):
        field = TrainingConfig.model_fields[name]
        lines.append(f"  {name} (default {field.default})")
        lines += textwrap.wrap(field.description or "", 110, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


def _fail(paths: TrainingPaths, reason: str) -> int:
    paths.failure.parent.mkdir(parents=True, exist_ok=True)
    paths.failure.write_text(reason[:FAILURE_CHARACTERS], encoding="utf-8")
    sys.stdout.flush()
    print(f"error: {reason}", file=sys.stderr, flush=True)
    return 1
