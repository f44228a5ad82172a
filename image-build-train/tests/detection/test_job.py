"""A job that trains the detector: it learns from nothing, exports what it learned, and carries the rest over."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import yaml

from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.mixture import mixed
from ocr_training.detection.weights import BoxSettings, DetectorWeights

MODEL_WEIGHTS = "model/detector/weights.npz"
START_WEIGHTS = "input/data/pretrained/detector/weights.npz"
LEARNS = {
    "detection_pretrained": "none",
    "detection_crop": "128",
    "detection_batch_size": "4",
    "detection_epoch_num": "70",
    "detection_eval_batch_step": "35",
    "detection_learning_rate": "0.005",
    "detection_smallest": "0.35",
    "detection_largest": "0.45",
    "detection_rotate": "0",
    "detection_colour": "0",
    "processes": "1",
}


def run(base: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, pages_of: Any, write_pages: Any) -> tuple[Path, str]:
    """A job's folder, and what it printed."""
    base = tmp_path_factory.mktemp("learned") / "ml"
    for name, count, seed in (("train", 8, 1), ("validation", 2, 2)):
        write_pages(base / "input/data/detection" / name / "pages-00000", pages_of(count, seed))
    (base / "input/config").mkdir()
    (base / "input/config/hyperparameters.json").write_text(json.dumps({"task": "detection", **LEARNS}))
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    return base, done.stdout


def record(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((base / "model/training.json").read_text(encoding="utf-8"))
    return found


def test_it_learns_from_nothing(learned: tuple[Path, str]) -> None:
    curve = record(learned[0])["detection"]["curve"]
    assert curve[0]["validation_hmean"] < 0.2
    assert max(point["validation_hmean"] for point in curve) > 0.6
    assert curve[-1]["train_loss"] < 0.5 * curve[1]["train_loss"]


def test_metric_lines_begin_with_the_task(learned: tuple[Path, str]) -> None:
    assert re.search(
        r"detection epoch=\d+ step=35 train_loss=[\d.]+ lr=[\d.]+ pages_per_second=[\d.]+ "
        r"validation_precision=[\d.]+ validation_recall=[\d.]+ validation_hmean=[\d.]+\n",
        learned[1],
    )


def test_the_model_has_a_detector_beside_the_start_points_recogniser(learned: tuple[Path, str]) -> None:
    model = learned[0] / "model"
    files = ["inference.json", "inference.pdiparams", "inference.yml", "model.onnx", "weights.npz"]
    assert sorted(path.name for path in model.iterdir()) == sorted(["detector", "training.json", *files])
    assert sorted(path.name for path in (model / "detector").iterdir()) == files
    told = yaml.safe_load((model / "detector/inference.yml").read_text(encoding="utf-8"))
    boxes = record(learned[0])["detection"]["boxes"]
    # By whichever numbers validation's best score was.
    assert told["PostProcess"] == {"name": "DBPostProcess", **boxes}
    assert (boxes["max_candidates"], boxes["unclip_ratio"]) == (1000, 1.5)
    curve = record(learned[0])["detection"]["curve"]
    assert (boxes["thresh"], boxes["box_thresh"]) in {(point["thresh"], point["box_thresh"]) for point in curve}
    session = onnxruntime.InferenceSession(str(model / "detector/model.onnx"), providers=["CPUExecutionProvider"])
    pages = np.zeros((2, 3, 64, 96), np.float32)
    (maps,) = session.run(None, {session.get_inputs()[0].name: pages})
    assert maps.shape == (2, 1, 64, 96)
    found = record(learned[0])
    assert (found["curve"], found["start_point"]["name"]) == ([], "base checkpoint")
    detection = found["detection"]
    assert detection["trained"]
    # Of nothing there is nothing to keep.
    assert detection["learned_share"] == 1
    assert detection["export"]["max_difference"] < 1e-3
    assert detection["export"]["boxes_apart"] == 0
    best = max(point["validation_hmean"] for point in detection["curve"])
    exported = detection["export"]["validation"]
    assert 2 * exported["precision"] * exported["recall"] / (
        exported["precision"] + exported["recall"]
    ) == pytest.approx(best, abs=0.01)


def test_people_are_shown_what_was_missed_and_how_it_went(learned: tuple[Path, str]) -> None:
    output = learned[0] / "output/data"
    assert (output / "detection_curves.png").stat().st_size > 10_000
    assert "Lines that were missed or invented" in (output / "detected.html").read_text(encoding="utf-8")
    assert (output / "start_point/detector/model.onnx").is_file()
    assert len(json.loads((output / "detection_curve.json").read_text())) == len(
        record(learned[0])["detection"]["curve"]
    )


def test_a_detector_that_is_not_trained_is_carried_over(
    learned: tuple[Path, str], tmp_path: Path, job_at: Callable[..., Path]
) -> None:
    lines = ["AB", "CAB", "BA", "FACE"]
    base = job_at(
        tmp_path / "ml", lines, lines, epoch_num="1", processes="1", eval_batch_step="100", suspect_seconds="0"
    )
    channel = base / "input/data/pretrained"
    channel.mkdir()
    with tarfile.open(channel / "model.tar.gz", "w:gz") as archive:
        archive.add(learned[0] / "model", "")
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the detector is that of the pretrained channel, as it is" in done.stdout
    detection = record(base)["detection"]
    assert not detection["trained"]
    assert detection["boxes"] == record(learned[0])["detection"]["boxes"]
    before, after = (DetectorWeights.read(b / MODEL_WEIGHTS).arrays for b in (learned[0], base))
    for key, values in before.items():
        np.testing.assert_array_equal(after[key], values)
    assert (base / "output/data/start_point/detector/model.onnx").is_file()


def test_what_is_exported_lies_between_the_start_point_and_what_was_learned(
    learned: tuple[Path, str], tmp_path: Path
) -> None:
    base = tmp_path / "ml"
    shutil.copytree(learned[0] / "input", base / "input")
    detector = DetectorWeights.read(learned[0] / MODEL_WEIGHTS)
    # One that has forgotten how to draw, and so has something to learn.
    last = "head.binarize.conv3.weight"
    DetectorWeights({**detector.arrays, last: detector.arrays[last] * np.float32(0.01)}).write(base / START_WEIGHTS)
    goes_on = {"task": "detection", **LEARNS, "detection_epoch_num": "35", "detection_learned_share": "0.5"}
    (base / "input/config/hyperparameters.json").write_text(json.dumps(goes_on))
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    detection = record(base)["detection"]
    assert (detection["learned_share"], detection["start_point"]["name"]) == (0.5, "pretrained channel")
    assert detection["best_step"] > 0
    start, best, exported = (
        DetectorWeights.read(base / path).arrays
        for path in (START_WEIGHTS, "checkpoints/detection/best.npz", MODEL_WEIGHTS)
    )
    expected = mixed(start, best, 0.5)
    assert max(float(np.abs(best[key] - start[key]).max()) for key in start) > 1e-3
    for key, values in exported.items():
        np.testing.assert_array_equal(values, expected[key])


def test_both_are_trained_by_one_job_from_what_the_channel_has_of_either(
    tmp_path: Path, job_at: Callable[..., Path], pages_of: Any, write_pages: Any
) -> None:
    lines = ["AB", "CAB", "BA", "FACE"]
    quick = {"epoch_num": "1", "eval_batch_step": "100", "detection_epoch_num": "1", "detection_eval_batch_step": "100"}
    limits = {"detection_crop": "64", "processes": "2", "max_overlap": "1", "suspect_seconds": "0"}
    base = job_at(tmp_path / "ml", lines, lines, task="both", **quick, **limits)
    for name in ("train", "validation"):
        write_pages(base / "input/data/detection" / name / "pages-00000", pages_of(2, 3))
    weights = DetectorWeights.of(DBNet("DBFPN"), BoxSettings())
    weights.write(base / "input/data/pretrained/detector/weights.npz")
    done = run(base)
    assert done.returncode == 0, done.stdout + done.stderr
    found = record(base)
    assert len(found["curve"]) == len(found["detection"]["curve"]) == 2
    # The channel has no recogniser, and that of the image is where it starts.
    assert found["start_point"]["name"] == "base checkpoint"
    assert found["detection"]["start_point"]["name"] == "pretrained channel"
    start = DetectorWeights.read(base / "output/data/start_point/detector/weights.npz").arrays
    np.testing.assert_array_equal(start["neck.in2_conv.weight"], weights.arrays["neck.in2_conv.weight"])
    assert (base / "checkpoints/best.npz").is_file()
    assert (base / "checkpoints/detection/best.npz").is_file()
    assert (base / "model/weights.npz").is_file()
