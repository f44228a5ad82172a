"""Processing jobs alone: made like one of the pipeline's, with other inputs and another place to write to."""

import os
import time
from collections.abc import Mapping
from typing import Any

from workbench.job import Job, describe_job

# What DescribeProcessingJob answers and CreateProcessingJob takes.
_TAKEN_OVER = (
    "AppSpecification",
    "RoleArn",
    "ProcessingResources",
    "StoppingCondition",
    "NetworkConfig",
    "Environment",
)


def process(pattern: Job, inputs: Mapping[str, str], output_uri: str, label: str) -> Job:
    """Start a processing job like `pattern`, whose named inputs come from elsewhere, and which writes to `output_uri`.

    Returns at once. Inputs that are not named stay what they were.
    """
    project = pattern.project
    name = f"{project.name}-{label}-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}"
    project.client("sagemaker").create_processing_job(**processing_request(pattern, name, inputs, output_uri))
    return describe_job(project, "processing", name)


def processing_request(pattern: Job, name: str, inputs: Mapping[str, str], output_uri: str) -> dict[str, Any]:
    """The request of a job called `name` that differs from `pattern` in the addresses of what it reads and writes."""
    described = pattern.described
    request = {key: described[key] for key in _TAKEN_OVER if described.get(key)}
    outputs = [
        {**output, "S3Output": {**output["S3Output"], "S3Uri": output_uri}}
        for output in described["ProcessingOutputConfig"]["Outputs"]
    ]
    return {
        **request,
        "ProcessingJobName": name,
        "ProcessingInputs": [_input(entry, inputs) for entry in described["ProcessingInputs"]],
        "ProcessingOutputConfig": {**described["ProcessingOutputConfig"], "Outputs": outputs},
        "Tags": pattern.project.tags,
    }


def _input(entry: dict[str, Any], inputs: Mapping[str, str]) -> dict[str, Any]:
    uri = inputs.get(entry["InputName"], entry["S3Input"]["S3Uri"])
    return {"InputName": entry["InputName"], "S3Input": {**entry["S3Input"], "S3Uri": uri}}
