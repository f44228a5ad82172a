"""What every job of the pipeline shares: where it writes, when it is retried, how long it is remembered."""

from collections.abc import Mapping
from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow import ExecutionVariables, Join
from sagemaker.mlops.workflow.retry import (
    RetryPolicy,
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import CacheConfig

from pipelines.config import Settings

PROCESSING = "/opt/ml/processing"


def output_uri(settings: Settings, name: str) -> Any:
    """S3 folder that one execution writes one output to: `s3://<bucket>/<pipeline>/<execution id>/<name>`."""
    return Join(
        on="/",
        values=[
            f"s3://{settings.artifact_bucket}/{settings.pipeline_name}",
            ExecutionVariables.PIPELINE_EXECUTION_ID,
            name,
        ],
    )


def cache_config(settings: Settings) -> CacheConfig:
    """Let a step with the same arguments be answered by its own outcome of the last 30 days."""
    return CacheConfig(enable_caching=settings.use_cache, expire_after="P30D")


def retry_policies() -> list[RetryPolicy]:
    """Retry what is not the job's fault: service faults, throttling, capacity. A failed script is final."""
    return [
        StepRetryPolicy(
            [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
            interval_seconds=10,
            backoff_rate=2.0,
            max_attempts=5,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[
                SageMakerJobExceptionTypeEnum.INTERNAL_ERROR,
                SageMakerJobExceptionTypeEnum.CAPACITY_ERROR,
                SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT,
            ],
            interval_seconds=60,
            backoff_rate=2.0,
            max_attempts=5,
        ),
    ]


def processor(
    settings: Settings,
    session: Any,
    *,
    image: Any,
    instance_type: Any,
    module: str,
    volume_gb: int,
    instance_count: Any = 1,
    environment: Mapping[str, Any] | None = None,
) -> Processor:
    """A processing job that runs one module of an image, with `environment` beside what every job gets."""
    network = (
        NetworkConfig(subnets=list(settings.subnet_ids), security_group_ids=list(settings.security_group_ids))
        if settings.subnet_ids
        else None
    )
    return Processor(
        role=settings.role_arn,
        image_uri=image,
        entrypoint=["python", "-m", module],
        instance_count=instance_count,
        instance_type=instance_type,
        volume_size_in_gb=volume_gb,
        max_runtime_in_seconds=86_400,
        output_kms_key=settings.kms_key_arn,
        network_config=network,
        env={"AWS_DEFAULT_REGION": settings.region, **(environment or {})},
        tags=settings.tags,
        sagemaker_session=session,
    )


def processing_input(name: str, uri: Any) -> ProcessingInput:
    """An input of a processing job, at /opt/ml/processing/input/<name>."""
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri,
            local_path=f"{PROCESSING}/input/{name}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
            s3_data_distribution_type="FullyReplicated",
        ),
    )


def processing_output(name: str, uri: Any) -> ProcessingOutput:
    """The output folder of a processing job, uploaded when the job ends."""
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(s3_uri=uri, local_path=f"{PROCESSING}/output", s3_upload_mode="EndOfJob"),
    )
