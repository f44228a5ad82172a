"""The pipeline: documents -> dataset -> model -> figures -> gate -> baseline -> registry.

Import it after `pipelines.session.open_session`, which sets what the SageMaker SDK needs when it is imported.
"""

from typing import Any

from sagemaker.mlops.workflow.pipeline import Pipeline

from pipelines.baseline import baseline_step
from pipelines.config import Settings
from pipelines.evaluate import evaluate_step
from pipelines.parameters import Parameters
from pipelines.preprocess import dataset_uri, preprocess_step
from pipelines.quality_gate import quality_gate_step
from pipelines.register import register_step
from pipelines.train import train_step


def get_pipeline(settings: Settings, session: Any) -> Pipeline:
    """Define the pipeline. The definition depends on the settings alone: same settings, same bytes."""
    parameters = Parameters.from_settings(settings)

    preprocess = preprocess_step(settings, session, parameters)
    dataset = dataset_uri(preprocess)
    train = train_step(settings, session, parameters, dataset)
    evaluate = evaluate_step(settings, session, parameters, dataset, train)
    baseline = baseline_step(settings, session, parameters, evaluate)
    register = register_step(settings, session, parameters, dataset, train, evaluate, baseline)
    gate = quality_gate_step(parameters, evaluate, baseline, register)

    return Pipeline(
        name=settings.pipeline_name,
        parameters=parameters.all(),
        steps=[preprocess, train, evaluate, gate],
        sagemaker_session=session,
        pipeline_experiment_config=None,
    )
