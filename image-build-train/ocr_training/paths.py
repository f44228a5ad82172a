"""Where SageMaker puts things in a training container."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TrainingPaths:
    """The folders of one training job, all below one base folder but for what the image brings."""

    base: Path
    official: Path | None = None
    """Where the image keeps PaddleOCR's weights; the folder holds none when the image was built without them."""

    @classmethod
    def from_environment(cls) -> "TrainingPaths":
        """`/opt/ml`, or what SAGEMAKER_BASE_DIR says; OCR_PRETRAINED_DIR is set in the image."""
        official = os.environ.get("OCR_PRETRAINED_DIR")
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")), Path(official) if official else None)

    @property
    def hyperparameters(self) -> Path:
        """The job's hyperparameters: a JSON object of strings."""
        return self.base / "input/config/hyperparameters.json"

    @property
    def resources(self) -> Path:
        """The job's machines: a JSON object."""
        return self.base / "input/config/resourceconfig.json"

    @property
    def model(self) -> Path:
        """What SageMaker packs into model.tar.gz."""
        return self.base / "model"

    @property
    def checkpoints(self) -> Path:
        """What SageMaker keeps in step with the job's checkpoint location in S3."""
        return self.base / "checkpoints"

    @property
    def output_data(self) -> Path:
        """What SageMaker packs into output.tar.gz."""
        return self.base / "output/data"

    @property
    def failure(self) -> Path:
        """The file whose first 1024 characters become the job's FailureReason."""
        return self.base / "output/failure"

    def channel(self, name: str) -> Path:
        """The folder of an input channel; it does not exist when the job has no such channel."""
        return self.base / "input/data" / name
