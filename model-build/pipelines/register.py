"""Step Register: a new version in the model registry, with its figures and where it comes from."""

from types import SimpleNamespace
from typing import Any

from sagemaker.core.drift_check_baselines import DriftCheckBaselines
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.model_registry import create_model_package_from_containers, get_model_package_args
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipelines.baseline import baseline_text, baseline_uri
from pipelines.config import Settings
from pipelines.evaluate import evaluation_uri, registered, report_uri
from pipelines.model_card import model_card
from pipelines.parameters import Parameters

# What of registration.json stands in the version's metadata. The rest is in its model card.
FIGURES = (
    "dataset_sha256",
    "exact_match",
    "cer",
    "detection_f",
    "end_to_end_f",
    "detector",
    "confidence_threshold",
    "confidence_precision",
    "confidence_coverage",
    "champion",
    "champion_difference",
)

CONTENT_TYPES = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/tiff",
    "image/bmp",
    "application/pdf",
    "application/json",
    "application/jsonlines",
]
RESPONSE_TYPES = ["application/json", "application/jsonlines", "text/plain"]
REALTIME_INSTANCE_TYPES = [
    "ml.t2.medium",
    "ml.m5.large",
    "ml.m5.xlarge",
    "ml.m5.2xlarge",
    "ml.c5.large",
    "ml.c5.xlarge",
    "ml.c5.2xlarge",
    "ml.c6i.large",
    "ml.c6i.xlarge",
    "ml.c6i.2xlarge",
]
BATCH_INSTANCE_TYPES = ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.xlarge", "ml.c5.2xlarge"]


def register_step(
    settings: Settings,
    session: Any,
    parameters: Parameters,
    dataset: Any,
    train: TrainingStep,
    evaluate: ProcessingStep,
    baseline: ProcessingStep,
) -> ModelStep:
    """Register the trained model with the inference image as a version that waits for approval.

    Values of the metadata are at most 256 letters, digits, spaces and `_.:/=+-@`.
    """
    arguments = get_model_package_args(
        container_def_list=[
            {
                "Image": parameters.inference_image,
                "ModelDataUrl": train.properties.ModelArtifacts.S3ModelArtifacts,
            }
        ],
        content_types=CONTENT_TYPES,
        response_types=RESPONSE_TYPES,
        inference_instances=REALTIME_INSTANCE_TYPES,
        transform_instances=BATCH_INSTANCE_TYPES,
        model_package_group_name=settings.model_package_group,
        approval_status=parameters.model_approval_status,
        model_metrics=ModelMetrics(model_statistics=MetricsSource("application/json", evaluation_uri(evaluate))),
        drift_check_baselines=DriftCheckBaselines(
            model_data_statistics=MetricsSource("application/json", baseline_uri(baseline))
        ),
        model_card=model_card(settings, parameters, dataset, train, evaluate, baseline_text(baseline)),
        customer_metadata_properties={
            "commit": settings.commit,
            "task": parameters.task,
            "dataset_uri": dataset,
            "evaluation": evaluation_uri(evaluate),
            "evaluation_report": report_uri(evaluate),
            "drift_baseline": baseline_text(baseline),
            **{name: registered(evaluate, name) for name in FIGURES},
            "processing_image": parameters.processing_image,
            "training_image": parameters.training_image,
            "inference_image": parameters.inference_image,
        },
    )
    return ModelStep(
        name="Register",
        description="Adds the model to the registry, to be approved",
        step_args=_recorded(session, arguments),
        retry_policies=[
            StepRetryPolicy(
                [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
                interval_seconds=10,
                max_attempts=5,
            )
        ],
    )


def _recorded(session: Any, arguments: dict[str, Any]) -> Any:
    """Let the session record a CreateModelPackage request, and return it as the arguments of a ModelStep.

    The SDK's `ModelBuilder.register` would do the same, but it needs S3 and sets variables in the container
    that a ready-made image has no use for.
    """
    session.init_model_step_arguments(SimpleNamespace(sagemaker_session=session))
    create_model_package_from_containers(session, **arguments)
    recorded = session.context
    session.context = None
    return recorded
