"""The job as SageMaker runs it: a process of the image's entry point, its files, its exit code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import yaml
from numpy.typing import NDArray

from ocr_training.data.dictionary import Dictionary
from ocr_training.data.preprocess import batch, resize
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"] * 8
Job = Callable[..., Path]
Draw = Callable[[str], NDArray[np.uint8]]


def run(base: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def reading(model: Path, crop: NDArray[np.uint8]) -> str:
    characters = yaml.safe_load((model / "inference.yml").read_text(encoding="utf-8"))["PostProcess"]["character_dict"]
    session = onnxruntime.InferenceSession(str(model / "model.onnx"), providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: batch([resize(crop)])})
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-4)
    return Dictionary(tuple(characters)).decode(probabilities[0].argmax(-1).tolist())


def test_a_job_learns_and_leaves_its_model(job: Job, drawn: Draw) -> None:
    base = job(TEXTS, TEXTS[:8], epoch_num="4", learning_rate="0.002", augment="0", processes="2", replay_share="0")
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    model = base / "model"
    assert sorted(path.name for path in model.iterdir()) == [
        "inference.json", "inference.pdiparams", "inference.yml", "model.onnx", "training.json", "weights.npz",
    ]  # fmt: skip
    record = json.loads((model / "training.json").read_text(encoding="utf-8"))
    first, *_, last = record["curve"]
    assert first["step"] == 0
    assert last["train_loss"] < record["curve"][1]["train_loss"]
    assert max(point["exact_match"] for point in record["curve"]) >= max(0.9, first["exact_match"])
    assert [reading(model, drawn(text)) for text in ("FACE", "DEAF")] == ["FACE", "DEAF"]
    assert record["dataset"]["sha256"] == "ab" * 32
    assert record["export"]["max_difference"] < 1e-4
    assert record["export"]["validation"]["exact_match"] == max(point["exact_match"] for point in record["curve"])
    assert (base / "output/data/curves.png").stat().st_size > 10_000
    told = yaml.safe_load((base / "output/data/config.yml").read_text(encoding="utf-8"))
    assert told["Optimizer"]["lr"]["learning_rate"] == 0.002
    assert record["start_point"]["name"] == "base checkpoint"
    assert (base / "output/data/start_point/model.onnx").is_file()
    assert "validation_exact_match=" in done.stdout


def test_a_job_starts_from_the_official_weights_of_its_image(job: Job, tmp_path: Path) -> None:
    known = Dictionary(tuple("ABCDEFG"))
    Weights.of(CRNN(known.n_classes), known).write(tmp_path / "official/weights.npz")
    origin = {"url": "https://host/x.tar", "sha256": "ab" * 32}
    (tmp_path / "official/official.json").write_text(json.dumps(origin), encoding="utf-8")
    base = job(TEXTS[:8], TEXTS[:8], epoch_num="1", processes="1", eval_batch_step="1000")
    done = run(base, OCR_PRETRAINED_DIR=str(tmp_path / "official"))
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads((base / "model/training.json").read_text(encoding="utf-8"))
    assert record["start_point"]["name"] == "official weights"
    assert record["start_point"]["origin"] == origin
    assert record["start_point"]["dictionary"] == {"carried": 7, "new": 1, "dropped": 0}
    # A run that is over before its first validation is due is scored all the same.
    assert [point["step"] for point in record["curve"]] == [0, record["curve"][-1]["step"]]
    assert record["curve"][-1]["epoch"] == 1


def test_a_job_whose_patience_is_at_its_end_keeps_the_best_model(job: Job) -> None:
    # At this rate nothing that is not frozen changes either.
    nothing_learned = {"learning_rate": "1e-30", "freeze": "backbone+neck", "factor": "0"}
    base = job(
        TEXTS[:8], TEXTS[:8], epoch_num="50", eval_batch_step="2", patience="3", processes="1", **nothing_learned
    )
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ending early: the last 3 validations were no better than step 0" in done.stdout
    record = json.loads((base / "model/training.json").read_text(encoding="utf-8"))
    assert [point["step"] for point in record["curve"]] == [0, 2, 4, 6]
    assert record["best_step"] == 0


@pytest.mark.parametrize(
    ("train", "hyperparameters", "message"),
    [
        (["AB", "XY"], {}, "label 'XY' has '[XY]', which dict.txt lacks"),
        (["A" * 400], {}, "needs 799 columns and its line has"),
        (["AB"] * 8, {"learning_rate": "fast"}, "'learning_rate' .* is 'fast'"),
        ([], {}, "train channel .* holds no lines"),
    ],
)
def test_bad_input_ends_with_one_clear_sentence(
    job: Job, train: list[str], hyperparameters: dict[str, str], message: str
) -> None:
    base = job(train, ["AB"], **hyperparameters)
    done = run(base)
    assert done.returncode == 1
    failure = (base / "output/failure").read_text(encoding="utf-8")
    assert re.search(message, failure), failure
    assert done.stderr.splitlines()[-1] == f"error: {failure}"
    assert "Traceback" not in done.stderr
    assert not (base / "model").exists()
