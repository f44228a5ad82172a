"""The folder in S3 that production's captures go to, and that the drift job reads."""

from typing import Any

from model_deploy.stage import TemplateConfiguration

NAME = "README.txt"
CONTENT = "What this endpoint was asked and answered. This file is for the drift job, which needs a file to start.\n"


def keep_folder(client: Any, drift: TemplateConfiguration) -> None:
    """Put a file into the folder of captures that `drift`, drift.yaml's configuration, watches; none without captures.

    SageMaker refuses a job one of whose inputs has no object, and nothing is captured before somebody asks.
    """
    if drift.parameter("DataCaptureSamplingPercentage") != "0":
        key = f"data-capture/{drift.parameter('EndpointName')}/{NAME}"
        client.put_object(Bucket=drift.parameter("ArtifactBucket"), Key=key, Body=CONTENT.encode())
