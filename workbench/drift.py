"""Drift: an endpoint's captures against a baseline, by the very job that model-deploy schedules."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model_deploy.captures import keep_folder
from model_deploy.export import drift_configuration
from model_deploy.registry import describe
from model_deploy.stage import StageConfig, TemplateConfiguration
from workbench.captures import captures_uri
from workbench.drift_template import drift_template, job_request
from workbench.endpoint import MODEL_DEPLOY, Endpoint
from workbench.errors import WorkbenchError
from workbench.job import Job, describe_job
from workbench.report import Report
from workbench.storage import read, read_json
from workbench.table import Shown, Table


@dataclass(frozen=True)
class Drift(Shown):
    """What the drift job found."""

    job: Job = field(repr=False)
    statistics: dict[str, Any] = field(repr=False)
    report: Report = field(repr=False)

    @property
    def status(self) -> str:
        """`no-violations`, `violations`, or `too-few-pages` when nothing was compared."""
        return str(self.statistics["status"])

    @property
    def violations(self) -> list[str]:
        """The quantities that have drifted."""
        return [name for name, found in self.statistics["quantities"].items() if found["drifted"]]

    def table(self) -> Table:
        """A row a quantity."""
        rows = [
            (
                name,
                "drifted" if found["drifted"] else "",
                found["baseline"]["mean"],
                found["found"]["mean"],
                found["effect"],
                found["p_value"],
            )
            for name, found in self.statistics["quantities"].items()
        ]
        reason = f": {self.statistics['reason']}" if self.statistics["reason"] else ""
        pages = f"{self.statistics['pages']} pages, {self.statistics['baseline_pages']} in the baseline"
        return Table(f"{self.status}{reason} ({pages})", ("quantity", "", "baseline", "found", "effect", "p"), rows)


def drift(
    endpoint: Endpoint,
    *,
    baseline_uri: str | None = None,
    hours: float | None = None,
    min_pages: int | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Drift:
    """Run the drift job now over an endpoint's captures, as drift.yaml and drift-config.json ask for it.

    `parameters` are those of drift.yaml; `baseline_uri` is another baseline than that of the endpoint's version. Raises
    WorkbenchError where the version has no baseline, or the job fails.
    """
    chosen = {**(parameters or {})}
    chosen |= {"BaselineUri": baseline_uri} if baseline_uri else {}
    chosen |= {"WindowHours": str(hours)} if hours is not None else {}
    chosen |= {"MinPages": str(min_pages)} if min_pages is not None else {}
    project = endpoint.project
    configuration = drift_parameters(endpoint, chosen)
    keep_folder(project.client("s3"), TemplateConfiguration(Parameters=configuration))
    run = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}"
    request = job_request(configuration, run)
    project.client("sagemaker").create_processing_job(**request)
    job = describe_job(project, "processing", request["ProcessingJobName"]).wait()
    left = job.artifacts()
    report = Report(read(project, left.uri("report.html")).decode())
    return Drift(job, read_json(project, left.uri("statistics.json")), report)


def make_baseline(endpoint: Endpoint, *, min_pages: int = 50) -> str:
    """Make a baseline of what an endpoint was asked and answered up to now, usual traffic; returns its address.

    Raises WorkbenchError when the captures have fewer than `min_pages` pages that can be used.
    """
    run = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}"
    request = job_request(
        drift_parameters(endpoint, {"BaselineUri": captures_uri(endpoint.project, endpoint.name)}), run
    )
    project = endpoint.project
    # Where the drift job's role may write, in a folder from which it may read baselines.
    uri = f"s3://{project.bucket}/drift/{endpoint.name}/{run}/baseline"
    (entry,) = request["ProcessingOutputConfig"]["Outputs"]
    request |= {
        "ProcessingJobName": f"{project.name}-baseline-{run}",
        "AppSpecification": {
            "ImageUri": request["AppSpecification"]["ImageUri"],
            "ContainerEntrypoint": ["python", "-m", "ocr_processing.drift.make_baseline"],
            "ContainerArguments": ["--min-pages", str(min_pages)],
        },
        "ProcessingInputs": [entry for entry in request["ProcessingInputs"] if entry["InputName"] == "captures"],
        "ProcessingOutputConfig": {
            **request["ProcessingOutputConfig"],
            "Outputs": [{**entry, "S3Output": {**entry["S3Output"], "S3Uri": uri}}],
        },
    }
    project.client("sagemaker").create_processing_job(**request)
    describe_job(project, "processing", request["ProcessingJobName"]).wait()
    return f"{uri}/baseline.json"


def drift_parameters(endpoint: Endpoint, chosen: Mapping[str, str]) -> dict[str, str]:
    """Every parameter of drift.yaml: its defaults, drift-config.json, the project's own, and those that were chosen.

    Raises WorkbenchError where the endpoint's version has no baseline or no processing image, and for a parameter
    that drift.yaml does not have.
    """
    project = endpoint.project
    version = describe(project.client("sagemaker"), endpoint.version)
    config = TemplateConfiguration.read(MODEL_DEPLOY / "drift-config.json")
    prod = StageConfig.read(MODEL_DEPLOY / "prod-config.json")
    configured = drift_configuration(config, prod, project.deployed, version).parameters
    declared = drift_template()["Parameters"]
    defaults = {name: str(parameter["Default"]) for name, parameter in declared.items() if "Default" in parameter}
    own = {"EndpointName": endpoint.name, "DataCaptureSamplingPercentage": "100"}
    found = {**defaults, **configured, **own, **chosen}
    if unknown := sorted(set(found) - set(declared)):
        message = f"drift.yaml has no parameter {', '.join(unknown)}; it has {', '.join(sorted(declared))}"
        raise WorkbenchError(message)
    for name, what in (("BaselineUri", "baseline"), ("ProcessingImageUri", "processing image")):
        if not found[name]:
            message = f"{endpoint.version} has no {what}: register it with the pipeline, or with workbench.register"
            raise WorkbenchError(message)
    return found
