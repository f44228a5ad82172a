"""A training job of one's own becomes a version: evaluated and gated as the pipeline does, then registered."""

import re
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import WorkbenchError
from workbench.execution import Execution
from workbench.job import Job
from workbench.processing import process
from workbench.registry import Version, describe_version
from workbench.storage import read_json
from workbench.table import Shown, Table
from workbench.training import FOLDER

# Of what a version carries, these are about the model and not about where it comes from.
_SAME = ("ModelPackageGroupName", "ModelPackageDescription", "InferenceSpecification")
_METADATA_VALUE = re.compile(r"[^a-zA-Z0-9 _.:/=+\-@]")

WORD_FIGURES = {
    "car": "CAR: characters read right",
    "war": "WAR: words read right",
    "localisation_f": "F: words found, IoU 0.5",
}


@dataclass(frozen=True)
class Evaluation(Shown):
    """What a model came to on the test split, through the reader that the endpoint runs."""

    job: Job = field(repr=False)
    uri: str
    figures: dict[str, Any] = field(repr=False)

    @property
    def exact_match(self) -> float:
        """Share of the test lines that were read exactly."""
        return float(self.figures["ocr_metrics"]["exact_match"]["value"])

    @property
    def reasons(self) -> list[str]:
        """Why the gate does not let it through; empty where it does."""
        gate = self.figures["gate"]
        reasons = [f"{name} is false" for name, value in gate.items() if value is False]
        if self.exact_match < gate["min_exact_match"]:
            reasons.insert(0, f"exact match {self.exact_match:.4f} is below the floor {gate['min_exact_match']}")
        return [*reasons, *gate["reasons"]] if reasons else []

    def beside_paper(self) -> Table:
        """CAR, WAR and F of handwritten words, before and after training, beside those of GNHK's paper.

        Raises WorkbenchError where the test lines are no such words.
        """
        words = self.figures.get("word_level")
        if words is None:
            message = f"{self.job.name} has read no words labelled one by one, of which some are handwritten"
            raise WorkbenchError(message)
        before, pages = self.figures.get("before"), self.figures["pages"].get("before")
        started = {
            "car": before and 1 - before["cer"],
            "war": before and before["exact_match"],
            "localisation_f": pages and pages["detection"]["f"],
        }
        rows = [
            (meaning, *(figures[name] for figures in (started, words["ours"], words["paper"])))
            for name, meaning in WORD_FIGURES.items()
        ]
        return Table(f"{words['words']} words", ("", "before training", "after", "GNHK's paper"), rows)

    def table(self) -> Table:
        """The figures with their 95% intervals, those of the start point beside them."""
        before = self.figures.get("before") or {}
        rows: list[tuple[object, ...]] = [
            (name, figure["value"], figure["lower"], figure["upper"], before.get(name))
            for name, figure in self.figures["ocr_metrics"].items()
            if isinstance(figure, dict)
        ]
        rows += self._page_rows()
        rows.append(("gate", "; ".join(self.reasons) or "passed", None, None, None))
        return Table("evaluation", ("figure", "value", "lower", "upper", "before training"), rows)

    def _page_rows(self) -> list[tuple[object, ...]]:
        pages = self.figures.get("pages", {})
        if pages.get("status") != "measured":
            return []
        before = pages["before"] or {}
        found = [(f"{kind}_f", pages[kind]["f"], before.get(kind, {}).get("f")) for kind in ("detection", "end_to_end")]
        return [(name, f["value"], f["lower"], f["upper"], start) for name, f, start in found]


def evaluation(job: Job) -> Evaluation:
    """What an Evaluate job found. Raises WorkbenchError where it left no evaluation.json."""
    uri = job.artifacts().uri("evaluation.json")
    return Evaluation(job, uri, read_json(job.project, uri))


def evaluate(trained: Job, like: Execution) -> Evaluation:
    """Evaluate a training job's model as an execution evaluated its own: same image, lines, floors, champion."""
    model = trained.artifacts()
    inputs = {"model": model.uri("model.tar.gz"), "start_point": model.uri("output.tar.gz")}
    folder = f"s3://{trained.project.bucket}/{FOLDER}/{trained.name}/evaluation"
    return evaluation(process(like.job("Evaluate"), inputs, folder, "evaluate").wait())


def register(trained: Job, like: Execution) -> Version:
    """Evaluate a training job's model and register it, to be approved, beside the version that `like` registered.

    Raises WorkbenchError where the gate would not have let it through, or where `like` registered nothing.
    """
    arn = like.model_package
    if arn is None:
        message = f"execution {like.id} registered nothing: expected one that did, as a pattern of the new version"
        raise WorkbenchError(message)
    found = evaluate(trained, like)
    if found.reasons:
        message = f"{trained.name} does not pass the gate: {'; '.join(found.reasons)}"
        raise WorkbenchError(message)
    project = trained.project
    folder = f"s3://{project.bucket}/{FOLDER}/{trained.name}/baseline"
    answered = f"{found.uri.rsplit('/', 1)[0]}/answered/"
    baseline = process(like.job("Baseline"), {"pages": answered}, folder, "baseline").wait()
    request = package_request(describe_version(project, arn), trained, found, baseline)
    registered = project.client("sagemaker").create_model_package(**request)
    return describe_version(project, registered["ModelPackageArn"])


def package_request(pattern: Version, trained: Job, found: Evaluation, baseline: Job) -> dict[str, Any]:
    """A CreateModelPackage request that says of the new model what the pipeline's own says of its model.

    But for the model card, whose words are about the pipeline's training.
    """
    described = pattern.described
    (container,) = described["InferenceSpecification"]["Containers"]
    served = {key: value for key, value in container.items() if key in ("Image", "Environment", "ContainerHostname")}
    folder = found.uri.rsplit("/", 1)[0]
    left = baseline.artifacts()
    project = pattern.project
    told = read_json(project, f"{folder}/registration.json")
    texts = {name: told[name] for name in pattern.metadata if isinstance(told.get(name), str)}
    outcome = read_json(project, left.uri("outcome.json"))["text"]
    own = {
        "evaluation": found.uri,
        "evaluation_report": f"{folder}/report.html",
        "drift_baseline": _METADATA_VALUE.sub(" ", outcome),
        "training_job": trained.name,
    }
    return {
        **{key: described[key] for key in _SAME if described.get(key)},
        "InferenceSpecification": {
            **described["InferenceSpecification"],
            "Containers": [{**served, "ModelDataUrl": trained.artifacts().uri("model.tar.gz")}],
        },
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {"ModelQuality": {"Statistics": _source(found.uri)}},
        "DriftCheckBaselines": {"ModelDataQuality": {"Statistics": _source(left.uri("baseline.json"))}},
        "CustomerMetadataProperties": {**pattern.metadata, **texts, **own},
    }


def _source(uri: str) -> dict[str, str]:
    return {"ContentType": "application/json", "S3Uri": uri}
