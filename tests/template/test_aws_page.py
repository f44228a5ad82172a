"""docs/aws.md against the templates and configurations whose cost and removal it tells."""

import json
import re
from typing import Any

import pytest

from images.catalogue import ROOT
from wiring import sources

PAGE = (ROOT / "docs/aws.md").read_text(encoding="utf-8")
HOURS = 730
COMPUTE = {"BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM"}


def section(title: str) -> str:
    (found,) = re.findall(rf"^##+ {re.escape(title)}\n(.*?)(?=^## |^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


PRICES = {row[0].strip("`"): float(row[1]) for row in rows("What it costs") if row[1]}
IDLE = {row[0].split(",")[0]: row[1:] for row in rows("While nothing happens")}
DONE = {row[0]: row[1:] for row in rows("By what is done")}


def default(path: str, parameter: str) -> Any:
    return sources.template(path)["Parameters"][parameter]["Default"]


def stage(name: str) -> dict[str, str]:
    parameters: dict[str, str] = json.loads((ROOT / f"model-deploy/{name}-config.json").read_text())["Parameters"]
    return parameters


@pytest.mark.parametrize(("part", "name"), [("staging", "staging"), ("production", "prod")])
def test_a_stage_runs_what_its_configuration_says(part: str, name: str) -> None:
    parameters = stage(name)
    assert IDLE[part][0] == f"{parameters['InstanceCount']} x `{parameters['InstanceType']}`"


@pytest.mark.parametrize("part", ["staging", "production"])
def test_the_hour_and_the_month_of_a_stage_are_its_instances(part: str) -> None:
    runs, hour, month = IDLE[part]
    count, kind = runs.split(" x ")
    assert float(hour) == pytest.approx(int(count) * PRICES[kind.strip("`")])
    assert float(month) == pytest.approx(float(hour) * HOURS)


@pytest.mark.parametrize("part", IDLE)
def test_a_month_is_its_hours(part: str) -> None:
    _, hour, month = IDLE[part]
    assert float(month) == pytest.approx(float(hour) * HOURS, abs=0.05)


@pytest.mark.parametrize(
    ("what", "path", "parameter"),
    [
        ("Preprocess, Baseline", sources.PROJECT, "ProcessingInstanceType"),
        ("Train", sources.PROJECT, "TrainingInstanceType"),
        ("Evaluate", sources.PROJECT, "EvaluationInstanceType"),
        ("build of an image", sources.PROJECT, "ImageBuildComputeType"),
        ("one drift job, daily", sources.DRIFT, "DriftInstanceType"),
    ],
)
def test_what_is_done_runs_on_the_default(what: str, path: str, parameter: str) -> None:
    kind = str(default(path, parameter))
    runs_on, costs = DONE[what]
    an_hour = PRICES[kind] * (60 if kind in COMPUTE else 1)
    assert runs_on == f"`{kind}`"
    assert costs.startswith(f"{an_hour:.2f}" if kind in COMPUTE else f"{an_hour:g}")


def test_production_scaled_out_is_the_configurations_most() -> None:
    most = stage("prod")["MaxInstanceCount"]
    (runs_on, costs) = DONE[f"production scaled out to its most, {most} instances"]
    assert runs_on == f"{most} x `{stage('prod')['InstanceType']}`"
    assert costs.startswith(f"{int(most) * PRICES[stage('prod')['InstanceType']]:.2f}")


def test_the_longest_training_costs_what_the_page_says() -> None:
    hours = int(default(sources.PROJECT, "TrainingMaxRuntimeSeconds")) / 3600
    costs = hours * PRICES[str(default(sources.PROJECT, "TrainingInstanceType"))]
    assert f"{hours:.0f} hours by default, {costs:.2f} on demand" in section("By what is done")


def test_the_front_doors_rules_are_counted() -> None:
    resources = sources.template(sources.FRONT_DOOR)["Resources"].values()
    (firewall,) = (one["Properties"] for one in resources if one["Type"] == "AWS::WAFv2::WebACL")
    count = len(firewall["Rules"])
    runs, _, month = IDLE["front door"]
    assert runs == f"WAF with {count} rules"
    assert float(month) == pytest.approx(PRICES["WAF"] + count)


def test_no_build_runs_on_what_has_no_price() -> None:
    resources = sources.template(sources.PROJECT)["Resources"].values()
    kinds = [
        one["Properties"]["Environment"]["ComputeType"] for one in resources if one["Type"] == "AWS::CodeBuild::Project"
    ]
    assert {kind for kind in kinds if isinstance(kind, str)} <= set(PRICES)


KEPT = {
    "AWS::S3::Bucket": "bucket",
    "AWS::ECR::Repository": "ECR repositories",
    "AWS::CodeCommit::Repository": "CodeCommit repositories",
    "AWS::SageMaker::ModelPackageGroup": "model package group",
    "AWS::KMS::Key": "KMS key",
}
"""What the page calls the resources that stay when their stack is deleted."""


@pytest.mark.parametrize("path", [sources.BOOTSTRAP, sources.PROJECT])
def test_whatever_stays_is_told_where_removing_is(path: str) -> None:
    resources = sources.template(path)["Resources"].values()
    kept = {one["Type"] for one in resources if str(one.get("DeletionPolicy", "")).startswith("Retain")}
    # A bucket's policy goes with it, and an alias with its key.
    kept -= {"AWS::S3::BucketPolicy", "AWS::KMS::Alias"}
    assert not [kind for kind in kept if KEPT.get(kind, kind) not in section("Remove everything")]


def test_every_stack_of_the_deployment_is_removed() -> None:
    text = (ROOT / sources.PROJECT).read_text(encoding="utf-8")
    made = set(re.findall(r"StackName: !Sub sagemaker-\$\{SageMakerProjectId\}-([a-z-]+)", text))
    (removed,) = re.findall(r"for stack in ([a-z -]+); do", section("Remove everything"))
    assert set(removed.split()) == made
