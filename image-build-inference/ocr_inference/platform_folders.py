"""Where SageMaker puts a container's inputs and collects its outputs."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PlatformFolders:
    """The folders below ``base``, which is ``/opt/ml`` on the platform."""

    base: Path

    @classmethod
    def from_environment(cls) -> "PlatformFolders":
        """Read the base folder from ``SAGEMAKER_BASE_DIR``; ``/opt/ml`` when it is not set."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR") or "/opt/ml"))

    @property
    def model(self) -> Path:
        """The model that an endpoint serves, unpacked by the platform."""
        return self.base / "model"

    def processing_input(self, name: str) -> Path:
        """The folder of one input of a processing job."""
        return self.base / "processing" / "input" / name

    @property
    def processing_output(self) -> Path:
        """The folder whose content is a processing job's output."""
        return self.base / "processing" / "output"

    @property
    def exit_message(self) -> Path:
        """The file whose content becomes a failed processing job's ``ExitMessage``."""
        return self.base / "output" / "message"
