"""The pipeline's definition <-> the images that it starts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocr_inference.evaluate import parse_options as evaluate_arguments
from ocr_processing.preprocess import parse_arguments as preprocess_arguments
from ocr_training.config import TrainingConfig
from ocr_training.reporting.metrics import Accuracy
from ocr_training.reporting.point import Point
from ocr_training.validation import Score

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def definition(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What SageMaker would get."""
    path = tmp_path_factory.mktemp("definition") / "definition.json"
    command = [sys.executable, "-m", "pipelines.get_pipeline_definition", "--output", str(path)]
    subprocess.run(command, cwd=ROOT / "model-build", env=dict(os.environ), check=True)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def step(definition: dict[str, Any], name: str) -> dict[str, Any]:
    return next(s["Arguments"] for s in definition["Steps"] if s["Name"] == name)


def with_defaults(definition: dict[str, Any], arguments: list[Any]) -> list[str]:
    defaults = {p["Name"]: p.get("DefaultValue", "1") for p in definition["Parameters"]}

    def value(argument: Any) -> str:
        if isinstance(argument, str):
            return argument
        if "Std:Join" in argument:
            return "".join(value(v) for v in argument["Std:Join"]["Values"])
        return str(defaults[argument["Get"].removeprefix("Parameters.")])

    return [value(argument) for argument in arguments]


def test_hyperparameters_are_ones_that_training_knows(definition: dict[str, Any]) -> None:
    asked = {name for name in step(definition, "Train")["HyperParameters"] if not name.startswith("sagemaker_")}
    assert asked <= TrainingConfig.model_fields.keys()
    assert "epoch_num" in asked


def test_preprocess_understands_its_arguments(definition: dict[str, Any]) -> None:
    app = step(definition, "Preprocess")["AppSpecification"]
    assert app["ContainerEntrypoint"] == ["python", "-m", "ocr_processing.preprocess"]
    assert preprocess_arguments(with_defaults(definition, app["ContainerArguments"])).seed == 17


def test_evaluate_understands_its_arguments(definition: dict[str, Any]) -> None:
    app = step(definition, "Evaluate")["AppSpecification"]
    assert app["ContainerEntrypoint"] == ["python", "-m", "ocr_inference.evaluate"]
    assert evaluate_arguments(with_defaults(definition, app["ContainerArguments"])).seed == 17


def test_metric_definitions_match_what_training_prints(definition: dict[str, Any]) -> None:
    score = Score(0.4, Accuracy(10, 0.81, 0.02, 0.98))
    printed = Point(1, 120, 9.5, 0.0008, 55.1, 0.5, score).line()
    metrics = step(definition, "Train")["AlgorithmSpecification"]["MetricDefinitions"]
    found = {metric["Name"]: re.search(metric["Regex"], printed) for metric in metrics}
    assert {name for name, match in found.items() if not match} == {
        name for name in found if name.startswith("detection:")
    }
    exact_match = found["validation:exact_match"]
    assert exact_match is not None
    assert float(exact_match[1]) == 0.81
