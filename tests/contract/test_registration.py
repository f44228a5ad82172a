"""Evaluate -> Baseline -> the registry: what the images write is what the definition's Register step can hand on."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import boto3
import onnxruntime
import pytest
import yaml
from botocore.validate import ParamValidator

from ocr_inference.evaluate import main as evaluate
from ocr_inference.rapidocr_models import WHEEL
from ocr_processing.drift.baseline import load_baseline
from ocr_processing.drift.make_baseline import main as make_baseline
from sandbox.pipelines.expressions import Scope, holds, resolve
from sandbox.registry.requests import check_card, check_metadata

ROOT = Path(__file__).parents[2]
RECOGNISER = WHEEL / "models" / "PP-OCRv6_rec_small.onnx"
ARTIFACTS = "s3://bucket/run"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """rapidocr's own recogniser as Train would leave it: it reads real text."""
    folder = tmp_path_factory.mktemp("model")
    shutil.copyfile(RECOGNISER, folder / "model.onnx")
    characters = onnxruntime.InferenceSession(str(RECOGNISER)).get_modelmeta().custom_metadata_map["character"]
    config = {
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters.splitlines()},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    archive = folder / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("model.onnx", "inference.yml"):
            tar.add(folder / name, arcname=name)
    return archive


@pytest.fixture(scope="module")
def evaluated(dataset: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Evaluate leaves for twelve cards' test split."""
    base = tmp_path_factory.mktemp("evaluate")
    given = base / "processing" / "input"
    shutil.copytree(dataset / "test", given / "test")
    shutil.copytree(dataset / "pages", given / "pages")
    for source, name in ((model, "model"), (dataset / "dataset.json", "dataset")):
        (given / name).mkdir()
        shutil.copy(source, given / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGEMAKER_BASE_DIR", str(base))
        assert evaluate([]) == 0
    return base / "processing" / "output"


def baseline_of(answered: Path, base: Path, *arguments: str) -> Path:
    """What the Baseline step leaves for the answered pages."""
    shutil.copytree(answered, base / "processing" / "input" / "pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGEMAKER_BASE_DIR", str(base))
        assert make_baseline([*arguments, "--too-few", "tell"]) == 0
    return base / "processing" / "output"


@pytest.fixture(scope="module")
def baseline(evaluated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return baseline_of(evaluated / "answered", tmp_path_factory.mktemp("baseline"))


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What SageMaker would get."""
    path = tmp_path_factory.mktemp("definition") / "definition.json"
    command = [sys.executable, "-m", "pipelines.get_pipeline_definition", "--output", str(path)]
    subprocess.run(command, cwd=ROOT / "model-build", env=dict(os.environ), check=True)
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scope(definition: Any, evaluated: Path, baseline: Path) -> Scope:
    """What an execution knows when it has come to the gate."""
    files = {
        "Evaluation": evaluated / "evaluation.json",
        "Registration": evaluated / "registration.json",
        "BaselineOutcome": baseline / "outcome.json",
    }
    outputs = {"Preprocess": "dataset", "Evaluate": "evaluation", "Baseline": "baseline"}
    described: dict[str, Any] = {
        step: {
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": name, "S3Output": {"S3Uri": f"{ARTIFACTS}/{name}"}}],
            }
        }
        for step, name in outputs.items()
    }
    described["Train"] = {
        "ModelArtifacts": {"S3ModelArtifacts": f"{ARTIFACTS}/model/model.tar.gz"},
        "TrainingJobArn": "arn:aws:sagemaker:eu-central-1:123456789012:training-job/train",
    }
    images = {f"{kind}ImageUri": f"registry/{kind}@sha256:0a1b" for kind in ("Processing", "Training", "Inference")}
    return Scope(
        parameters={p["Name"]: p.get("DefaultValue") for p in definition["Parameters"]} | images,
        execution={"PipelineExecutionId": "run"},
        read_property_file=lambda _, name: json.loads(files[name].read_text(encoding="utf-8")),
        read_s3_json=lambda _: None,
        steps=described,
    )


@pytest.fixture(scope="module")
def gate(definition: Any) -> Any:
    (found,) = (step["Arguments"] for step in definition["Steps"] if step["Name"] == "QualityGate")
    return found


@pytest.fixture(scope="module")
def request_of_register(gate: Any, scope: Scope) -> Any:
    """The Register step's request, with everything filled in as an execution would."""
    (register,) = (step for step in gate["IfSteps"] if step["Name"] == "Register")
    return resolve(register["Arguments"], scope)


def test_the_gate_weighs_what_evaluate_found(gate: Any, scope: Scope, evaluated: Path) -> None:
    found = json.loads((evaluated / "evaluation.json").read_text())["gate"]
    weighed = [condition for condition in gate["Conditions"] if condition["Type"] == "Equals"]
    names = [condition["LeftValue"]["Std:JsonGet"]["Path"].removeprefix("gate.") for condition in weighed]
    assert names == ["no_regression", "detection_passed", "end_to_end_passed"]
    assert [holds(condition, scope) for condition in weighed] == [found[name] for name in names] == [True] * 3


def test_what_the_gate_refuses_is_told_with_the_figures_of_pages(gate: Any, scope: Scope) -> None:
    (refusal,) = gate["ElseSteps"]
    message = resolve(refusal["Arguments"]["ErrorMessage"], scope)
    assert re.search(
        r"detection F [01]\.\d{4} \(MinDetectionF 0\.0\), passed: true, end-to-end F [01]\.\d{4} ", message
    )


def test_the_request_is_one_that_the_service_takes(request_of_register: Any) -> None:
    client = boto3.client(
        "sagemaker", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    shape = client.meta.service_model.operation_model("CreateModelPackage").input_shape
    assert ParamValidator().validate(request_of_register, shape).generate_report() == ""
    check_metadata(request_of_register["CustomerMetadataProperties"])
    check_card(request_of_register["ModelCard"])


def test_the_version_says_what_was_found(request_of_register: Any, evaluated: Path, dataset: Path) -> None:
    properties = request_of_register["CustomerMetadataProperties"]
    evaluation = json.loads((evaluated / "evaluation.json").read_text())
    assert properties["exact_match"] == f"{evaluation['ocr_metrics']['exact_match']['value']:.4f}"
    assert properties["detection_f"] == f"{evaluation['pages']['detection']['f']['value']:.4f}"
    assert properties["dataset_sha256"] == json.loads((dataset / "dataset.json").read_text())["sha256"]


def test_the_card_says_the_same_as_the_evaluation(request_of_register: Any, evaluated: Path) -> None:
    card = json.loads(request_of_register["ModelCard"]["ModelCardContent"])
    evaluation = json.loads((evaluated / "evaluation.json").read_text())
    (figures, _), (pages, others) = (details["metric_groups"] for details in card["evaluation_details"])
    exact = next(figure for figure in figures["metric_data"] if figure["name"] == "Exact match")
    assert exact["value"] == pytest.approx(evaluation["ocr_metrics"]["exact_match"]["value"], abs=5e-5)
    assert (len(pages["metric_data"]), len(others["metric_data"])) == (5, 6)


def test_cards_are_found_and_read(evaluated: Path) -> None:
    pages = json.loads((evaluated / "evaluation.json").read_text())["pages"]
    assert pages["status"] == "measured"
    assert pages["detection"]["f"]["value"] > 0.8
    assert pages["end_to_end"]["recall"]["value"] > 0.4


def test_too_few_pages_are_told_in_the_registry(request_of_register: Any, dataset: Path) -> None:
    pages = len(list((dataset / "pages").glob("*.jpg")))
    told = request_of_register["CustomerMetadataProperties"]["drift_baseline"]
    assert told == f"none: {pages} pages can be used and a baseline needs 50"


def test_the_answers_make_a_baseline_of_the_model_that_answered(
    evaluated: Path, baseline: Path, tmp_path: Path
) -> None:
    answered = evaluated / "answered"
    for copy in range(2):
        for path in list((answered / "pages").iterdir()):
            target = tmp_path / "answered" / str(copy) / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    made = load_baseline(baseline_of(tmp_path / "answered", tmp_path / "job", "--min-pages", "2") / "baseline.json")
    small = load_baseline(baseline / "baseline.json")
    assert made.pages == 2 * small.pages
    assert made.blank_pages == 0
    assert made.quantities["brightness"].pages == made.pages
    assert made.model == small.model != "none"
    assert made.model.startswith("sha256:")


def test_what_drift_and_detection_need_is_what_preprocess_keeps_by_default(definition: Any) -> None:
    from ocr_processing.config import PreprocessConfig
    from ocr_processing.drift.config import BaselineConfig

    (pages,) = (p["DefaultValue"] for p in definition["Parameters"] if p["Name"] == "TestPages")
    assert pages == PreprocessConfig().pages >= BaselineConfig().min_pages
