"""The parameters of the pipeline: what a person may turn at each execution, and the defaults."""

from dataclasses import dataclass, fields
from typing import get_args

from sagemaker.core.workflow import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.parameters import Parameter

from pipelines.config import Settings, Task

# Of an execution that nothing has told the version of its documents.
UNKNOWN_VERSION = "unknown"
APPROVAL_STATUSES = ["PendingManualApproval", "Approved", "Rejected"]


@dataclass(frozen=True)
class Parameters:
    """The pipeline's parameters, in the order of the definition."""

    task: Parameter
    documents_uri: Parameter
    documents_version: Parameter
    document_format: Parameter
    test_pages: Parameter
    seed: Parameter
    processing_image: Parameter
    training_image: Parameter
    inference_image: Parameter
    processing_instance_type: Parameter
    processing_instance_count: Parameter
    training_instance_type: Parameter
    training_instance_count: Parameter
    evaluation_instance_type: Parameter
    epoch_num: Parameter
    max_train_seconds: Parameter
    learning_rate: Parameter
    batch_size: Parameter
    replay_share: Parameter
    detection_epoch_num: Parameter
    detection_max_train_seconds: Parameter
    detection_learning_rate: Parameter
    detection_batch_size: Parameter
    min_exact_match: Parameter
    min_detection_f: Parameter
    min_end_to_end_f: Parameter
    max_regression: Parameter
    model_approval_status: Parameter

    @classmethod
    def from_settings(cls, settings: Settings) -> "Parameters":
        """Declare the parameters. An image that the settings do not name has no default."""
        return cls(
            task=ParameterString("Task", default_value=settings.task, enum_values=list(get_args(Task))),
            documents_uri=ParameterString("DocumentsUri", default_value=settings.documents_default),
            documents_version=ParameterString("DocumentsVersion", default_value=UNKNOWN_VERSION),
            document_format=ParameterString("DocumentFormat", default_value="auto"),
            test_pages=ParameterInteger("TestPages", default_value=60),
            seed=ParameterInteger("Seed", default_value=17),
            processing_image=ParameterString("ProcessingImageUri", default_value=settings.processing_image),
            training_image=ParameterString("TrainingImageUri", default_value=settings.training_image),
            inference_image=ParameterString("InferenceImageUri", default_value=settings.inference_image),
            processing_instance_type=ParameterString(
                "ProcessingInstanceType", default_value=settings.processing_instance_type
            ),
            processing_instance_count=ParameterInteger("ProcessingInstanceCount", default_value=1),
            training_instance_type=ParameterString(
                "TrainingInstanceType", default_value=settings.training_instance_type
            ),
            training_instance_count=ParameterInteger("TrainingInstanceCount", default_value=1),
            evaluation_instance_type=ParameterString(
                "EvaluationInstanceType", default_value=settings.evaluation_instance_type
            ),
            epoch_num=ParameterInteger("EpochNum", default_value=10),
            max_train_seconds=ParameterInteger("MaxTrainSeconds", default_value=0),
            learning_rate=ParameterFloat("LearningRate", default_value=0.001),
            batch_size=ParameterInteger("BatchSize", default_value=8),
            replay_share=ParameterFloat("ReplayShare", default_value=0.25),
            detection_epoch_num=ParameterInteger("DetectionEpochNum", default_value=50),
            detection_max_train_seconds=ParameterInteger("DetectionMaxTrainSeconds", default_value=0),
            detection_learning_rate=ParameterFloat("DetectionLearningRate", default_value=0.001),
            detection_batch_size=ParameterInteger("DetectionBatchSize", default_value=4),
            min_exact_match=ParameterFloat("MinExactMatch", default_value=settings.min_exact_match),
            min_detection_f=ParameterFloat("MinDetectionF", default_value=settings.min_detection_f),
            min_end_to_end_f=ParameterFloat("MinEndToEndF", default_value=settings.min_end_to_end_f),
            max_regression=ParameterFloat("MaxRegression", default_value=settings.max_regression),
            model_approval_status=ParameterString(
                "ModelApprovalStatus", default_value=APPROVAL_STATUSES[0], enum_values=APPROVAL_STATUSES
            ),
        )

    @property
    def hyperparameters(self) -> dict[str, Parameter]:
        """Those that training gets, by the names of its hyperparameters."""
        return {
            "task": self.task,
            "epoch_num": self.epoch_num,
            "max_seconds": self.max_train_seconds,
            "learning_rate": self.learning_rate,
            "batch_size_per_card": self.batch_size,
            "replay_share": self.replay_share,
            "detection_epoch_num": self.detection_epoch_num,
            "detection_max_seconds": self.detection_max_train_seconds,
            "detection_learning_rate": self.detection_learning_rate,
            "detection_batch_size": self.detection_batch_size,
            "seed": self.seed,
        }

    def all(self) -> list[Parameter]:
        """Every parameter, in the order of the definition."""
        return [getattr(self, field.name) for field in fields(self)]
