"""Hyperparameters are read from SageMaker's strings, or refused by name."""

import json
from pathlib import Path

import pytest

from ocr_training.config import TrainingConfig, read_config
from ocr_training.errors import UserError


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "hyperparameters.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_strings_become_typed_values(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, {"epoch_num": "3", "learning_rate": "0.002", "pretrained": "none"}))
    assert (config.epoch_num, config.learning_rate, config.pretrained) == (3, 0.002, "none")


def test_without_a_file_defaults_hold(tmp_path: Path) -> None:
    assert read_config(tmp_path / "absent.json") == TrainingConfig()


def test_what_sagemaker_adds_is_passed_over(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, {"sagemaker_job_name": '"x"'})) == TrainingConfig()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"learning_rte": "0.1"}, "did you mean 'learning_rate'"),
        ({"zzz": "0.1"}, "known are .*augment, batch_size"),
        ({"epoch_num": "many"}, "'epoch_num' .* is 'many'"),
        ({"batch_size": "0"}, "'batch_size' .* greater than or equal to 1"),
        ({"pretrained": "imagenet"}, "'auto', 'official', 'base' or 'none'"),
        (["epoch_num"], "holds a JSON list"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_config(written(tmp_path, content))


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hyperparameters.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="not readable JSON"):
        read_config(path)


def test_every_hyperparameter_is_documented() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    for name, field in TrainingConfig.model_fields.items():
        assert f"| `{name}` | {field.default} | {field.description} |" in readme
