"""Step Preprocess: documents in, a validated dataset of text lines out."""

from typing import Any

from sagemaker.mlops.workflow.steps import ProcessingStep

from pipelines.config import Settings
from pipelines.job import (
    cache_config,
    output_uri,
    processing_input,
    processing_output,
    processor,
    retry_policies,
)
from pipelines.parameters import Parameters

DATASET = "dataset"


def preprocess_step(settings: Settings, session: Any, parameters: Parameters) -> ProcessingStep:
    """Run the processing image over the documents; its whole output folder is the dataset."""
    job = processor(
        settings,
        session,
        image=parameters.processing_image,
        instance_type=parameters.processing_instance_type,
        instance_count=parameters.processing_instance_count,
        module="ocr_processing.preprocess",
        volume_gb=100,
        # The job does not read it. SageMaker's cache key holds the environment, and of the documents only their
        # address: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
        environment={"DOCUMENTS_VERSION": parameters.documents_version},
    )
    return ProcessingStep(
        name="Preprocess",
        description="Reads and checks the documents, splits them, and writes the dataset of text lines and pages",
        step_args=job.run(
            inputs=[processing_input("documents", parameters.documents_uri)],
            outputs=[processing_output(DATASET, output_uri(settings, DATASET))],
            arguments=[
                "--task",
                parameters.task,
                "--format",
                parameters.document_format,
                "--pages",
                parameters.test_pages.to_string(),
                "--seed",
                parameters.seed.to_string(),
            ],
        ),
        cache_config=cache_config(settings),
        retry_policies=retry_policies(),
    )


def dataset_uri(preprocess: ProcessingStep) -> Any:
    """S3 folder of the dataset that an execution uses; an earlier execution's when the step was cached."""
    return preprocess.properties.ProcessingOutputConfig.Outputs[DATASET].S3Output.S3Uri
