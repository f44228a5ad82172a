"""Training jobs side by side: by their own metrics, and by MLflow where it is."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import WorkbenchError
from workbench.job import Job
from workbench.table import Shown, Table

METRIC = "validation:exact_match"
SHOWN = (METRIC, "validation:cer", "validation:ned", "train:loss", "epoch")


@dataclass(frozen=True)
class Comparison(Shown):
    """Jobs and their best values, the best job by `metric` first."""

    jobs: tuple[Job, ...]
    metric: str
    values: Mapping[str, Mapping[str, float]]
    """By job and metric."""

    @property
    def best(self) -> Job:
        """The job with the highest value, of an error rate or a loss the lowest."""
        return self.jobs[0]

    def table(self) -> Table:
        """What the jobs were told differently, and what they came to."""
        told = [job.hyperparameters for job in self.jobs]
        different = sorted(
            {name for choice in told for name in choice if any(other.get(name) != choice[name] for other in told)}
        )
        metrics = [name for name in SHOWN if any(name in values for values in self.values.values())]
        metrics = list(dict.fromkeys([self.metric, *metrics]))
        rows = [
            (
                job.name,
                job.status,
                *(job.hyperparameters.get(name) for name in different),
                *(self.values[job.name].get(name) for name in metrics),
                job.seconds,
            )
            for job in self.jobs
        ]
        return Table(f"by {self.metric}", ("job", "status", *different, *metrics, "seconds"), rows)


def compare(jobs: Sequence[Job], metric: str = METRIC) -> Comparison:
    """Compare jobs by what they printed: each metric's best value, of `epoch` the last.

    A job that has not printed `metric` comes last. Raises WorkbenchError without a job, or when none has printed it.
    """
    jobs = [job.refreshed() for job in jobs]
    values = {
        job.name: {curve.name: _best(curve.name, curve.values) for curve in job.metrics().curves.values()}
        for job in jobs
    }
    if not any(metric in found for found in values.values()):
        known = ", ".join(sorted({name for found in values.values() for name in found})) or "none"
        message = f"none of {len(jobs)} jobs has printed {metric}; the metrics there are: {known}"
        raise WorkbenchError(message)
    sign = 1 if _is_error(metric) else -1
    jobs.sort(key=lambda job: sign * values[job.name][metric] if metric in values[job.name] else float("inf"))
    return Comparison(tuple(jobs), metric, values)


def _best(name: str, values: Sequence[float]) -> float:
    if name in ("epoch", "step"):
        return values[-1]
    return min(values) if _is_error(name) else max(values)


def _is_error(name: str) -> bool:
    return any(part in name for part in ("loss", "cer", "wer"))


@dataclass(frozen=True)
class Runs(Shown):
    """MLflow's runs of an experiment, newest first, as its client gives them."""

    experiment: str
    runs: tuple[Any, ...]

    def table(self) -> Table:
        """A row a run: its status and its best figures."""
        names = sorted({name for run in self.runs for name in run.data.metrics if name.startswith("best_")})
        rows = [
            (run.info.run_name, run.info.status, *(run.data.metrics.get(name) for name in names)) for run in self.runs
        ]
        return Table(f"MLflow, experiment {self.experiment}", ("run", "status", *names), rows)


def mlflow_runs(experiment: str | None = None, most: int = 20) -> Runs:
    """The newest runs on the server of MLFLOW_TRACKING_URI, of an experiment or of MLFLOW_EXPERIMENT_NAME's.

    Raises WorkbenchError where no server is named, or it has no such experiment.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        message = "MLFLOW_TRACKING_URI is not set: expected the address of an MLflow server, or the ARN of SageMaker's"
        raise WorkbenchError(message)
    # Imported here: it takes longer to import than everything else together, and not everybody has a server.
    from mlflow.tracking import MlflowClient

    client = MlflowClient()
    name = experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "Default"
    found = client.get_experiment_by_name(name)
    if found is None:
        message = f"{os.environ['MLFLOW_TRACKING_URI']} has no experiment {name!r}; has a job reported to it?"
        raise WorkbenchError(message)
    runs = client.search_runs([found.experiment_id], order_by=["attributes.start_time DESC"], max_results=most)
    return Runs(name, tuple(runs))
