"""The speed of training is measured on one model, on lines of one width, and read from the job's own log."""

import sys
from pathlib import Path

import numpy as np
import paddle
import pytest
from rich.console import Console

from benchmarks import loading
from benchmarks.job import JobError, hyperparameters, lines_of, run
from benchmarks.line_channel import write_channels
from benchmarks.plain_step import PlainStep, plain_model
from benchmarks.train import SPEED, Shape, show, step_row
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import read_lines
from ocr_training.model.crnn import CRNN
from ocr_training.model.depthwise import DepthwiseConv2D
from ocr_training.model.pointwise import FastLinear, PointwiseConv2D


def test_the_plain_model_has_none_of_the_fast_layers_and_computes_the_same() -> None:
    plain, ours = plain_model(30), CRNN(30)
    assert not any(isinstance(layer, DepthwiseConv2D | PointwiseConv2D | FastLinear) for layer in plain.sublayers())
    plain.set_state_dict(ours.state_dict())
    x = paddle.randn([2, 3, 32, 64])
    np.testing.assert_allclose(plain(x).numpy(), ours(x).numpy(), atol=1e-4)


def test_plain_steps_learn() -> None:
    step = PlainStep(64, 20, 2)
    losses = [step() for _ in range(12)]
    assert losses[-1] < losses[0]


def test_lines_have_the_asked_width_and_the_dictionary_the_asked_classes(tmp_path: Path) -> None:
    write_channels(tmp_path, 320, 100, 5, 2)
    channels = tmp_path / "input/data"
    assert [line.width for line in read_lines(channels / "train")] == [320] * 5
    assert len(read_lines(channels / "validation")) == 2
    assert Dictionary.read(channels / "dictionary/dict.txt").n_classes == 100


def test_the_loader_is_timed_epoch_by_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_channels(tmp_path, 64, 20, 16, 1)
    monkeypatch.setattr(sys, "argv", ["loading", str(tmp_path)])
    loading.main()
    speeds = [float(line) for line in capsys.readouterr().out.split()]
    assert len(speeds) == loading.EPOCHS
    assert min(speeds) > 0


def test_the_speed_is_read_from_the_line_of_a_validation() -> None:
    line = "epoch=1 step=120 train_loss=0.5312 lr=0.000800 lines_per_second=55.1 validation_loss=0.4120"
    found = SPEED.search(f"12:00:00 {line}")
    assert found is not None
    assert (found[1], found[2]) == ("120", "55.1")


def test_a_job_that_its_reader_leaves_is_told_to_end(tmp_path: Path) -> None:
    write_channels(tmp_path, 64, 20, 16, 4)
    hyperparameters(tmp_path, {"pretrained": "none", "epoch_num": 100_000, "processes": 1})
    log = lines_of(tmp_path, "ocr_training", "train")
    assert any("epoch=" in line for line in log)
    log.close()  # type: ignore[attr-defined]  # a generator
    assert not (tmp_path / "model/model.onnx").exists()


def test_a_job_that_fails_says_so_with_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"ended with exit code 2:(.|\n)*invalid choice: 'bake'"):
        list(lines_of(tmp_path, "ocr_training", "bake"))
    with pytest.raises(JobError, match="exit code 2"):
        run(tmp_path, "ocr_training", "bake")


def test_the_table_has_the_medians_and_their_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    row = step_row(Shape(320, 6625, ours=[60, 66, 90], plain=[20, 22, 1]), 8)
    assert (row.what, row.ours, row.reference, row.ratio) == ("step-w320-6625", 66, 20, 3.3)
    show([row], [3.0], Console(width=100))
    assert "3.30" in capsys.readouterr().out
