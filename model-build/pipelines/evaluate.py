"""Step Evaluate: the inference image reads the test lines and pages with the model that would be served."""

from typing import Any

from sagemaker.core.workflow import Join, JsonGet, PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipelines.config import Settings
from pipelines.job import output_uri, processing_input, processing_output, processor, retry_policies
from pipelines.parameters import Parameters

EVALUATION = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")
# The same in a few short texts that are always there: what a pipeline can hand on to the registry.
REGISTRATION = PropertyFile(name="Registration", output_name=EVALUATION.output_name, path="registration.json")


def evaluate_step(
    settings: Settings, session: Any, parameters: Parameters, dataset: Any, train: TrainingStep
) -> ProcessingStep:
    """Measure the trained model on the test split, against its start point and against the champion.

    The step is not cached: with the same model and the same lines its outcome still changes when another
    version is approved.
    """
    job = processor(
        settings,
        session,
        image=parameters.inference_image,
        instance_type=parameters.evaluation_instance_type,
        module="ocr_inference.evaluate",
        volume_gb=100,
    )
    return ProcessingStep(
        name="Evaluate",
        description="Reads the test lines and pages as the endpoint would, and compares with the champion",
        step_args=job.run(
            inputs=[
                processing_input("model", train.properties.ModelArtifacts.S3ModelArtifacts),
                processing_input("test", Join(on="/", values=[dataset, "test/"])),
                processing_input("dataset", Join(on="/", values=[dataset, "dataset.json"])),
                processing_input("pages", Join(on="/", values=[dataset, "pages/"])),
                processing_input("start_point", _start_point(train)),
            ],
            outputs=[processing_output(EVALUATION.output_name, output_uri(settings, EVALUATION.output_name))],
            arguments=[
                "--model-package-group",
                settings.model_package_group,
                "--task",
                parameters.task,
                "--min-exact-match",
                parameters.min_exact_match.to_string(),
                "--min-detection-f",
                parameters.min_detection_f.to_string(),
                "--min-end-to-end-f",
                parameters.min_end_to_end_f.to_string(),
                "--max-regression",
                parameters.max_regression.to_string(),
                "--seed",
                parameters.seed.to_string(),
            ],
        ),
        property_files=[EVALUATION, REGISTRATION],
        retry_policies=retry_policies(),
    )


def evaluation_uri(evaluate: ProcessingStep) -> Any:
    """S3 address of evaluation.json."""
    return _left(evaluate, EVALUATION.path)


def report_uri(evaluate: ProcessingStep) -> Any:
    """S3 address of the report for people."""
    return _left(evaluate, "report.html")


def answered_uri(evaluate: ProcessingStep) -> Any:
    """S3 folder of the test pages with the answers to them."""
    return _left(evaluate, "answered/")


def registered(evaluate: ProcessingStep, name: str) -> JsonGet:
    """A text of registration.json."""
    return JsonGet(step_name=evaluate.name, property_file=REGISTRATION, json_path=name)


def _left(evaluate: ProcessingStep, name: str) -> Any:
    folder = evaluate.properties.ProcessingOutputConfig.Outputs[EVALUATION.output_name].S3Output.S3Uri
    return Join(on="/", values=[folder, name])


def _start_point(train: TrainingStep) -> Any:
    # SageMaker puts what training leaves in /opt/ml/output/data beside model.tar.gz, under this name.
    return Join(
        on="/",
        values=[
            train.properties.OutputDataConfig.S3OutputPath,
            train.properties.TrainingJobName,
            "output/output.tar.gz",
        ],
    )
