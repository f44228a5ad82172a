"""A run of the detector that is stopped goes on where it was, and ends as one that was not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from ocr_training.config import TrainingConfig
from ocr_training.detection.batches import PageBatches
from ocr_training.detection.crops import Cropping
from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.pages import LabelledPage, read_pages
from ocr_training.detection.subject import Detection
from ocr_training.detection.validation import PageValidation
from ocr_training.detection.weights import BoxSettings
from ocr_training.errors import UserError
from ocr_training.fitting import fit
from ocr_training.reporting.telling import Telling
from ocr_training.reporting.tracking import Tracking
from ocr_training.restart.checkpoints import Checkpoints
from ocr_training.termination import Termination

CONFIG = TrainingConfig(task="detection", detection_epoch_num=3, detection_eval_batch_step=4)
KIND = {"seed": 1}


class StoppedAt(Telling):
    """As if the job were told to end while it makes this step."""

    def __init__(self, step: int, termination: Termination) -> None:
        super().__init__(Tracking(None), bar=False)
        self._step, self._termination = step, termination

    def step(self, step: int, *_: Any) -> None:
        if step == self._step:
            self._termination.asked = "SIGTERM"


@pytest.fixture
def pages(tmp_path: Path, pages_of: Any, write_pages: Any) -> list[LabelledPage]:
    write_pages(tmp_path / "pages", pages_of(4, 1))
    return read_pages(tmp_path / "pages").pages


@pytest.fixture
def run(tmp_path: Path, pages: list[LabelledPage]) -> Callable[..., Any]:
    def make(name: str, stop: int = 0, kind: dict[str, int] = KIND) -> Any:
        paddle.seed(1)
        model = DBNet("DBFPN")
        batches = PageBatches(pages, 2, Cropping(64, 0.3, 0.6, 5.0, 0.0, 0.5), 7)
        subject = Detection(model, batches, PageValidation(pages[:1], [BoxSettings()]))
        termination = Termination()
        told = StoppedAt(stop, termination)
        return fit(subject, CONFIG.detection_pace, Checkpoints(tmp_path / name), kind, termination, told)

    return make


def test_stopped_and_started_again_it_ends_as_an_undisturbed_one(run: Callable[..., Any], tmp_path: Path) -> None:
    whole = run("undisturbed")
    assert run("stopped", stop=3) is None
    gone_on = run("stopped")
    assert [point.step for point in gone_on.curve] == [point.step for point in whole.curve] == [0, 4, 6]
    for before, after in zip(whole.curve, gone_on.curve, strict=True):
        assert (before.score, before.train_loss) == (after.score, after.train_loss)
    ends = [Checkpoints(tmp_path / name).newest() for name in ("undisturbed", "stopped")]
    assert ends[0]
    assert ends[1]
    assert ends[0].arrays.keys() == ends[1].arrays.keys()
    for key, values in ends[0].arrays.items():
        np.testing.assert_array_equal(ends[1].arrays[key], values, err_msg=key)


def test_the_checkpoint_of_another_run_is_refused(run: Callable[..., Any]) -> None:
    assert run("stopped", stop=1) is None
    with pytest.raises(UserError, match=r"holds the checkpoint of another run: seed \(there 1, now 2\)"):
        run("stopped", kind={"seed": 2})
