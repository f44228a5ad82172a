"""The pipeline's definition <-> the images that it starts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from ocr_inference.evaluation.options import parse_options as evaluate_arguments
from ocr_inference.evaluation.trained import Trained
from ocr_processing.config import PreprocessConfig
from ocr_processing.preprocess import parse_arguments as preprocess_arguments
from ocr_training.config import TrainingConfig
from ocr_training.detection.validation import DetectionScore
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
    assert {"epoch_num", "task", "detection_epoch_num"} <= asked


def test_what_can_be_trained_is_what_every_image_knows(definition: dict[str, Any]) -> None:
    (task,) = (parameter for parameter in definition["Parameters"] if parameter["Name"] == "Task")
    for model in (TrainingConfig, PreprocessConfig):
        assert sorted(get_args(model.model_fields["task"].annotation)) == sorted(task["EnumValues"])
        assert model().task == task["DefaultValue"]
    assert sorted(Trained) == sorted(task["EnumValues"])


def test_the_detector_is_trained_by_the_recipe_unless_an_execution_says_otherwise(definition: dict[str, Any]) -> None:
    asked = step(definition, "Train")["HyperParameters"]
    names = [name for name in asked if name.startswith("detection_")]
    given = with_defaults(definition, [asked[name] for name in names])
    assert [float(value) for value in given] == [getattr(TrainingConfig(), name) for name in names]


def test_preprocess_understands_its_arguments(definition: dict[str, Any]) -> None:
    app = step(definition, "Preprocess")["AppSpecification"]
    assert app["ContainerEntrypoint"] == ["python", "-m", "ocr_processing.preprocess"]
    assert preprocess_arguments(with_defaults(definition, app["ContainerArguments"])).seed == 17


def test_evaluate_understands_its_arguments(definition: dict[str, Any]) -> None:
    app = step(definition, "Evaluate")["AppSpecification"]
    assert app["ContainerEntrypoint"] == ["python", "-m", "ocr_inference.evaluate"]
    understood = evaluate_arguments(with_defaults(definition, app["ContainerArguments"]))
    assert (understood.seed, understood.thresholds.task) == (17, Trained.RECOGNITION)


def test_metric_definitions_match_what_training_prints(definition: dict[str, Any]) -> None:
    read = Score(0.4, Accuracy(10, 0.81, 0.02, 0.98))
    found = DetectionScore(4, 40, precision=0.9, recall=0.8, overlap=0.7, thresh=0.3, box_thresh=0.6)
    points = [Point(1, 120, 9.5, 0.0008, 55.1, 0.5, read), Point(2, 40, 9.5, 0.001, 3.2, 2.1, found)]
    metrics = step(definition, "Train")["AlgorithmSpecification"]["MetricDefinitions"]
    log = "".join(f"12:00:00 {point.line()}\n" for point in points)
    values = {metric["Name"]: [float(value) for value in re.findall(metric["Regex"], log)] for metric in metrics}
    # Each in one of the lines, and only there.
    assert {name for name, printed in values.items() if len(printed) != 1} == set()
    assert (values["step"], values["detection:step"]) == ([120], [40])
    assert (values["validation:exact_match"], values["detection:validation:recall"]) == ([0.81], [0.8])
