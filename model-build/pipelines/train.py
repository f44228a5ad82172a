"""Step Train: fine-tunes the recogniser, the detector or both on the dataset."""

from typing import Any

from sagemaker.core.shapes import CheckpointConfig, MetricDefinition, OutputDataConfig, StoppingCondition
from sagemaker.core.training.configs import Compute, InputData, Networking
from sagemaker.core.workflow import Join
from sagemaker.mlops.workflow.steps import TrainingStep
from sagemaker.train import ModelTrainer

from pipelines.config import Settings
from pipelines.job import cache_config, output_uri, retry_policies
from pipelines.metrics import METRICS
from pipelines.parameters import Parameters


def train_step(settings: Settings, session: Any, parameters: Parameters, dataset: Any) -> TrainingStep:
    """Run the training image over the train, validation and detection channels of the dataset at `dataset`."""
    hyperparameters = {
        **{name: parameter.to_string() for name, parameter in parameters.hyperparameters.items()},
        **dict(sorted(settings.training_hyperparameters.items())),
    }
    trainer = ModelTrainer(
        training_image=parameters.training_image,
        role=settings.role_arn,
        base_job_name="train",
        sagemaker_session=session,
        compute=_compute(settings, parameters),
        networking=_networking(settings),
        stopping_condition=_stopping_condition(settings),
        output_data_config=_output(settings),
        checkpoint_config=_checkpoints(parameters, dataset, list(hyperparameters.values())),
        hyperparameters=hyperparameters,
        environment=_environment(settings),
        tags=[{"key": tag["Key"], "value": tag["Value"]} for tag in settings.tags],
    ).with_metric_definitions([MetricDefinition(name=name, regex=regex) for name, regex in METRICS.items()])
    return TrainingStep(
        name="Train",
        description="Fine-tunes what Task says and exports the best checkpoint",
        step_args=trainer.train(input_data_config=_channels(settings, dataset)),
        cache_config=cache_config(settings),
        retry_policies=retry_policies(),
    )


def _environment(settings: Settings) -> dict[str, str]:
    if not settings.mlflow_tracking_uri:
        return {}
    return {
        "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
        "MLFLOW_EXPERIMENT_NAME": settings.mlflow_experiment_name or settings.pipeline_name,
    }


def _channels(settings: Settings, dataset: Any) -> list[InputData]:
    sources = {
        "train": Join(on="/", values=[dataset, "train/"]),
        "validation": Join(on="/", values=[dataset, "validation/"]),
        # Both splits, each with its folders; without pages where no line of the documents has a place.
        "detection": Join(on="/", values=[dataset, "detection/"]),
        "dictionary": Join(on="/", values=[dataset, "dict.txt"]),
        "lineage": Join(on="/", values=[dataset, "dataset.json"]),
    }
    if settings.pretrained_uri:
        sources["pretrained"] = settings.pretrained_uri
    return [InputData(channel_name=name, data_source=uri) for name, uri in sources.items()]


def _compute(settings: Settings, parameters: Parameters) -> Compute:
    return Compute(
        instance_type=parameters.training_instance_type,
        instance_count=parameters.training_instance_count,
        volume_size_in_gb=100,
        enable_managed_spot_training=settings.use_spot,
    )


def _networking(settings: Settings) -> Networking | None:
    if not settings.subnet_ids:
        return None
    return Networking(subnets=list(settings.subnet_ids), security_group_ids=list(settings.security_group_ids))


def _stopping_condition(settings: Settings) -> StoppingCondition:
    seconds = settings.max_training_seconds
    if not settings.use_spot:
        return StoppingCondition(max_runtime_in_seconds=seconds)
    # A spot job may wait for capacity as long as it may run.
    return StoppingCondition(max_runtime_in_seconds=seconds, max_wait_time_in_seconds=2 * seconds)


def _output(settings: Settings) -> OutputDataConfig:
    uri = output_uri(settings, "model")
    if settings.kms_key_arn:
        return OutputDataConfig(s3_output_path=uri, kms_key_id=settings.kms_key_arn)
    return OutputDataConfig(s3_output_path=uri)


def _checkpoints(parameters: Parameters, dataset: Any, hyperparameters: list[Any]) -> CheckpointConfig:
    """Keep checkpoints beside the dataset, in a folder named by the image, the instances and the hyperparameters.

    An interrupted spot job finds its own checkpoints again, and nobody else's. The execution's identifier
    must not be in the path: SageMaker's cache key of a training step holds the checkpoint configuration,
    and the step would never be found again
    (https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html).
    """
    return CheckpointConfig(
        s3_uri=Join(
            on="/",
            values=[
                Join(on="-", values=[dataset, "checkpoints"]),
                parameters.training_image,
                parameters.training_instance_type,
                parameters.training_instance_count.to_string(),
                Join(on="-", values=hyperparameters),
            ],
        ),
        local_path="/opt/ml/checkpoints",
    )
