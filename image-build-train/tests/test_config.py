"""Hyperparameters are read from SageMaker's strings, or refused by name."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ocr_training.config import PATHS, TrainingConfig, path_of, read_config
from ocr_training.errors import UserError
from ocr_training.recipe import SHIPPED, flatten, nest


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
        ({"zzz": "0.1"}, "known are .*augment, batch_size_per_card"),
        ({"Optimizer.lr.learning_rat": "0.1"}, "did you mean 'Optimizer.lr.learning_rate'"),
        ({"factor": "0", "Optimizer.regularizer.factor": "0"}, "'factor' is in .* twice"),
        ({"Optimizer.lr.name": "Step"}, "'schedule' .* is 'Step': Input should be 'Cosine'"),
        ({"warmup_epoch": "10"}, "warmup_epoch is 10, and epoch_num 10; lower the former"),
        ({"epoch_num": "many"}, "'epoch_num' .* is 'many'"),
        ({"batch_size_per_card": "0"}, "'batch_size_per_card' .* greater than or equal to 1"),
        ({"pretrained": "imagenet"}, "'auto', 'official', 'base' or 'none'"),
        (["epoch_num"], "holds a JSON list"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_config(written(tmp_path, content))


def test_a_path_means_the_same_as_a_name(tmp_path: Path) -> None:
    by_path = read_config(written(tmp_path, {"Train.loader.batch_size_per_card": "16"}))
    assert by_path == read_config(written(tmp_path, {"batch_size_per_card": "16"}))
    assert by_path.batch_size_per_card == 16


def test_the_recipe_has_every_hyperparameter_and_nothing_else() -> None:
    assert SHIPPED.keys() == PATHS.keys()


def test_a_run_s_hyperparameters_are_told_in_the_recipe_s_form() -> None:
    config = TrainingConfig(learning_rate=0.01, freeze="backbone")
    told = flatten(yaml.safe_load(config.recipe()))
    assert told == {**SHIPPED, "Optimizer.lr.learning_rate": 0.01, "Architecture.freeze": "backbone"}


names = st.text("abc", min_size=1, max_size=3)
sections = st.recursive(
    st.dictionaries(names, st.integers(), min_size=1),
    lambda inner: st.dictionaries(names, inner | st.integers(), min_size=1),
    max_leaves=20,
)


@given(sections)
def test_sections_survive_being_flat(given_sections: dict[str, object]) -> None:
    assert nest(flatten(given_sections)) == given_sections


def test_warm_up_counts_epochs_where_they_are_given() -> None:
    assert TrainingConfig().warmup == 0.05
    assert TrainingConfig(epoch_num=20, warmup_epoch=5).warmup == 0.25


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hyperparameters.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="not readable JSON"):
        read_config(path)


def test_every_hyperparameter_is_documented() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    for name, field in TrainingConfig.model_fields.items():
        assert f"| `{name}` | `{path_of(name)}` | {field.default} | {field.description} |" in readme
