"""Where SageMaker puts a processing job's inputs and takes its outputs from."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """A processing job's folders below `base` (/opt/ml, or SAGEMAKER_BASE_DIR where it is set)."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Folders":
        """The folders of the job that this process is."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")).resolve())

    @property
    def resources(self) -> Path:
        """What names the job's hosts."""
        return self.base / "config" / "resourceconfig.json"

    @property
    def configuration(self) -> Path:
        """The request that the platform made the job of."""
        return self.base / "config" / "processingjobconfig.json"

    @property
    def documents(self) -> Path:
        """The labelled documents, or a recipe for them."""
        return self.base / "processing" / "input" / "documents"

    @property
    def captures(self) -> Path:
        """The captured requests and answers of an endpoint."""
        return self.base / "processing" / "input" / "captures"

    @property
    def answered(self) -> Path:
        """Pages, each with the endpoint's answer beside it."""
        return self.base / "processing" / "input" / "pages"

    @property
    def baseline(self) -> Path:
        """What captures are compared with."""
        return self.base / "processing" / "input" / "baseline" / "baseline.json"

    @property
    def output(self) -> Path:
        """Where the job's results are written."""
        return self.base / "processing" / "output"

    @property
    def message(self) -> Path:
        """What DescribeProcessingJob shows as the job's ExitMessage."""
        return self.base / "output" / "message"
