"""Step Baseline: what the model answered to the test pages becomes what its endpoint is later compared with."""

from typing import Any

from sagemaker.core.workflow import Join, JsonGet, PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipelines.config import Settings
from pipelines.evaluate import answered_uri
from pipelines.job import output_uri, processing_input, processing_output, processor, retry_policies
from pipelines.parameters import Parameters

OUTCOME = PropertyFile(name="BaselineOutcome", output_name="baseline", path="outcome.json")


def baseline_step(settings: Settings, session: Any, parameters: Parameters, evaluate: ProcessingStep) -> ProcessingStep:
    """Run the processing image over the answered pages.

    Too few pages are no reason to refuse a model, and a pipeline has no way round a step that fails: the job
    tells it, and the version is registered without a baseline.
    """
    job = processor(
        settings,
        session,
        image=parameters.processing_image,
        instance_type=parameters.processing_instance_type,
        module="ocr_processing.drift.make_baseline",
        volume_gb=30,
    )
    return ProcessingStep(
        name="Baseline",
        description="Makes the baseline of the drift job from the answers to the test pages",
        step_args=job.run(
            inputs=[processing_input("pages", answered_uri(evaluate))],
            outputs=[processing_output(OUTCOME.output_name, output_uri(settings, OUTCOME.output_name))],
            arguments=["--too-few", "tell"],
        ),
        property_files=[OUTCOME],
        retry_policies=retry_policies(),
    )


def baseline_uri(baseline: ProcessingStep) -> Any:
    """S3 address of baseline.json."""
    folder = baseline.properties.ProcessingOutputConfig.Outputs[OUTCOME.output_name].S3Output.S3Uri
    return Join(on="/", values=[folder, "baseline.json"])


def baseline_text(baseline: ProcessingStep) -> JsonGet:
    """How many pages the baseline is of, or that there is none and why."""
    return JsonGet(step_name=baseline.name, property_file=OUTCOME, json_path="text")
