"""Try the built training image as SageMaker would run it: `python3 smoke_test.py IMAGE`.

Trains two steps, reads lines with what was exported, is told a wrong hyperparameter, and is stopped. It always trains
on the CPU, so that an image for GPUs can be tried where there is none. It installs nothing and leaves nothing behind.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from smoke.containers import STOP_SECONDS, Containers, Ended, found, require, smoke_test

BATCH, STEPS = 8, 2
VALIDATION_LINES = 24
MAX_CER = 0.3
"""The base checkpoint was trained on such lines and reads them at 0.05, which two steps at a tiny rate do not change;
PaddleOCR's weights have not seen them but read print. With a head whose rows are mixed up, a wrong dictionary or wrong
input nearly every character is wrong."""
HYPERPARAMETERS = {
    "epoch_num": "1",
    "batch_size_per_card": str(BATCH),
    "learning_rate": "1e-07",
    "replay_share": "0",
    "processes": "1",
}
ON_THE_CPU = ("--env", "CUDA_VISIBLE_DEVICES=")


def checks(containers: Containers) -> None:
    """All checks, the most telling first."""
    base = with_dataset(containers)
    tells_its_device(containers, base)
    trains_two_steps(containers, base)
    reads_lines(containers, base)
    says_what_is_wrong(containers, base)
    stops_when_told(containers, base)


def with_dataset(containers: Containers) -> Path:
    """A job's /opt/ml with channels made of lines from the image itself."""
    base = containers.base("training")
    arguments = ("/smoke/make_dataset.py", str(BATCH * STEPS), str(VALIDATION_LINES))
    containers.run(base, *arguments, entrypoint="python", seconds=120).expect(0, "Making a dataset")
    return base


def tells_its_device(containers: Containers, base: Path) -> None:
    """Paddle can be imported, also a build for GPUs on a machine without one."""
    tell = "import paddle; print(paddle.__version__, paddle.version.cuda())"
    asked = containers.run(base, "-c", tell, entrypoint="python", options=ON_THE_CPU, seconds=120)
    version, cuda = asked.expect(0, "Importing Paddle").log.splitlines()[-1].split()
    built_for = "CPUs" if cuda == "False" else f"CUDA {cuda}, tried on the CPU of this machine"
    found(f"Paddle {version}, built for {built_for}")


def trains_two_steps(containers: Containers, base: Path) -> None:
    """A job ends well and leaves the model that is served, with how it came about."""
    job = train(containers, base, HYPERPARAMETERS).expect(0, f"Training of {STEPS} steps")
    model = base / "model"
    for name in ("model.onnx", "inference.yml", "inference.json", "inference.pdiparams", "training.json"):
        require((model / name).is_file(), f"model/ lacks {name} after training")
    record = json.loads((model / "training.json").read_text(encoding="utf-8"))
    curve = json.loads((base / "output/data/curve.json").read_text(encoding="utf-8"))
    require(curve[-1]["step"] == STEPS, f"curve.json ends at step {curve[-1]['step']}, expected {STEPS}")
    start = record["start_point"]["name"]
    found(f"{STEPS} steps from the {start}, export included, took {job.seconds:.1f} s")


def reads_lines(containers: Containers, base: Path) -> None:
    """The exported model reads what the start point could read."""
    asked = containers.run(base, "/smoke/read_lines.py", entrypoint="python", seconds=120).expect(0, "Reading lines")
    result = json.loads(asked.log.splitlines()[-1])
    label, text = result["lines"][0]
    found(
        f"the exported model reads {text!r} where {label!r} is written; "
        f"CER {result['cer']:.3f} on {len(result['lines'])} lines"
    )
    require(
        result["cer"] <= MAX_CER,
        f"the exported model reads with a CER of {result['cer']:.3f}, expected {MAX_CER} at most",
    )


def says_what_is_wrong(containers: Containers, base: Path) -> None:
    """A hyperparameter that does not exist ends the job, and the platform is told why."""
    train(containers, base, {"epochs": "3"}).expect(1, "Training with a hyperparameter that does not exist")
    failure = (base / "output/failure").read_text(encoding="utf-8").strip()
    require("'epochs'" in failure, f"output/failure says {failure!r}, expected what is wrong with 'epochs'")
    found(f"a wrong hyperparameter was refused: {failure}")


def stops_when_told(containers: Containers, base: Path) -> None:
    """SIGTERM ends training in time, with its last weights kept and no model published."""
    shutil.rmtree(base / "model")
    write_hyperparameters(base, {**HYPERPARAMETERS, "epoch_num": "100000", "processes": "2"})
    name = containers.start(base, "train", options=ON_THE_CPU)
    # The second validation: the first is that of the start point.
    containers.wait_for_line(name, "train_loss=", 180)
    stopped = containers.stop(name, base).expect(0, "Training, told to stop,")
    require(stopped.seconds < STOP_SECONDS, f"stopping took {stopped.seconds:.0f} s")
    require(any((base / "checkpoints").glob("checkpoint-*.npz")), "checkpoints/ has none after training was stopped")
    require(not any((base / "model").glob("*")), "model/ is not empty after training was stopped")
    found(f"training stopped in {stopped.seconds:.1f} s and kept its weights")


def train(containers: Containers, base: Path, hyperparameters: dict[str, str]) -> Ended:
    """Run a training job to its end."""
    write_hyperparameters(base, hyperparameters)
    return containers.run(base, "train", options=ON_THE_CPU, seconds=300)


def write_hyperparameters(base: Path, hyperparameters: dict[str, str]) -> None:
    """Strings, as SageMaker hands them over."""
    folder = base / "input/config"
    folder.mkdir(exist_ok=True)
    (folder / "hyperparameters.json").write_text(json.dumps(hyperparameters), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(smoke_test(checks))
