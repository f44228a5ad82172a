"""The stages' configurations: what is shipped is valid, and what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from model_deploy.errors import DeployError
from model_deploy.export import STAGE_CONFIGS
from model_deploy.stage import StageConfig

ROOT = Path(__file__).resolve().parents[1]
VALID = {
    "Parameters": {"StageName": "staging", "InstanceCount": "1"},
    "Tags": {},
    "Test": {"MinPageExactMatch": 0.7, "MaxLatencyMs": 5000},
}


def read(tmp_path: Path, **changes: object) -> StageConfig:
    path = tmp_path / "staging-config.json"
    path.write_text(json.dumps(VALID | changes))
    return StageConfig.read(path)


@pytest.mark.parametrize("name", STAGE_CONFIGS)
def test_the_shipped_configuration_is_named_after_its_stage(name: Any) -> None:
    assert StageConfig.read(ROOT / name).parameter("StageName") == name.removesuffix("-config.json")


def test_production_survives_the_loss_of_an_instance() -> None:
    assert int(StageConfig.read(ROOT / "prod-config.json").parameter("InstanceCount")) >= 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Test": {"MinPageExactMatch": 1.5, "MaxLatencyMs": 1}}, "Test.MinPageExactMatch"),
        ({"Test": {"MinPageExactMatch": 0.5}}, "Test.MaxLatencyMs"),
        ({"Parameters": {"InstanceCount": 1}}, "Parameters.InstanceCount"),
        ({"Thresholds": {}}, "Thresholds"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Any, changes: Any, named: Any) -> None:
    with pytest.raises(DeployError, match=rf"staging-config\.json: {named}: "):
        read(tmp_path, **changes)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Task": "words"}, "Task: Input should be 'ocr', 'detection' or 'recognition'"),
        ({"InstanceCount": "many"}, "InstanceCount: Input should be a valid integer"),
        ({"MinInstanceCount": "3", "MaxInstanceCount": "2"}, "MinInstanceCount is 3 and MaxInstanceCount is 2; the"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(tmp_path: Path, parameters: dict[str, str], sentence: str) -> None:
    with pytest.raises(DeployError, match=rf"staging-config\.json: {sentence}"):
        read(tmp_path, Parameters={"StageName": "staging", **parameters})


def test_a_file_that_is_not_json_is_named(tmp_path: Any) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(DeployError, match=r"broken\.json: not a JSON file"):
        StageConfig.read(path)
