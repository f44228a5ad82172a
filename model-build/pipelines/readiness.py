"""Whether an execution can start: every image has a version, and there are documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.config import Settings
from pipelines.documents import list_documents
from pipelines.execution import without_value
from pipelines.images import sagemaker_images


@dataclass(frozen=True)
class Readiness:
    """What an execution would be started with, and what there must be before."""

    parameters: dict[str, str]
    """Values of the pipeline's parameters, the version of the documents among them."""

    missing: list[str]
    """What is not there yet and how it comes to be, a clause each; empty when the execution can start."""


def readiness(settings: Settings, definition: Mapping[str, Any], values: Mapping[str, str], s3: Any) -> Readiness:
    """Look at the images and list the documents of an execution with these parameter values.

    A DocumentsVersion that is given is taken as it is, and the documents are not listed.
    """
    parameters, missing = dict(values), []
    if absent := without_value(definition, values):
        names = ", ".join(sagemaker_images(settings, absent))
        missing.append(
            f"no value for {', '.join(absent)}: there is no version yet of {names}, which the builds of the image "
            "repositories make; each new version starts this build again"
        )
    if "DocumentsVersion" not in values:
        uri = values.get("DocumentsUri", settings.documents_default)
        documents = list_documents(s3, uri)
        parameters["DocumentsVersion"] = documents.version
        if not documents.count:
            missing.append(
                f"{uri} is empty: copy documents there (aws s3 sync FOLDER {uri}), then start this build again"
            )
    return Readiness(parameters, missing)
