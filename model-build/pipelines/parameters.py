"""The parameters of the pipeline: what a person may turn at each execution, and the defaults."""

from dataclasses import dataclass, fields

from sagemaker.core.workflow import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.parameters import Parameter

from pipelines.config import Settings

# Of an execution that nothing has told the version of its documents.
UNKNOWN_VERSION = "unknown"
APPROVAL_STATUSES = ["PendingManualApproval", "Approved", "Rejected"]


@dataclass(frozen=True)
class Parameters:
    """The pipeline's parameters, in the order of the definition."""

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
    min_exact_match: Parameter
    max_regression: Parameter
    model_approval_status: Parameter

    @classmethod
    def from_settings(cls, settings: Settings) -> "Parameters":
        """Declare the parameters. An image that the settings do not name has no default."""
        return cls(
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
            min_exact_match=ParameterFloat("MinExactMatch", default_value=settings.min_exact_match),
            max_regression=ParameterFloat("MaxRegression", default_value=settings.max_regression),
            model_approval_status=ParameterString(
                "ModelApprovalStatus", default_value=APPROVAL_STATUSES[0], enum_values=APPROVAL_STATUSES
            ),
        )

    def all(self) -> list[Parameter]:
        """Every parameter, in the order of the definition."""
        return [getattr(self, field.name) for field in fields(self)]
