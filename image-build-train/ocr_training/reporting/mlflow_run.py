"""A job as a run on an MLflow server, which may be SageMaker's own: its address is an ARN then.

MLflow is imported when the run begins, and the module `mlflow` must not be needed for anything else.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocr_training.json_files import write_json
from ocr_training.recipe import flatten
from ocr_training.reporting.tracking import Outcome

log = logging.getLogger(__name__)

ADDRESS = "MLFLOW_TRACKING_URI"
EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
JOB_NAME = "TRAINING_JOB_NAME"
JOB_ARN = "TRAINING_JOB_ARN"
DEFAULT_EXPERIMENT_ID = "0"
REMEMBERED = "mlflow.json"
SETTINGS = {
    # MLflow's own are 120 s and 7 retries, which is minutes; here whatever fails is tried again anyway.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_CONFIGURE_LOGGING": "false",
}
"""Used where the environment does not say otherwise."""


class MlflowRun:
    """The job's run. A job that goes on from its checkpoints goes on with the run that is remembered beside them."""

    def __init__(self, address: str, parameters: Mapping[str, Any], checkpoints: Path) -> None:
        """`parameters` may be nested; `checkpoints` is where the run's number is kept."""
        self.where = address
        self.run_id = ""
        self._parameters = {name: str(value) for name, value in flatten(parameters).items()}
        self._remembered = checkpoints / REMEMBERED
        self._client: Any = None

    @classmethod
    def of_environment(cls, parameters: Mapping[str, Any], checkpoints: Path) -> "MlflowRun | None":
        """The run on the server that MLFLOW_TRACKING_URI names; None when it names none."""
        address = os.environ.get(ADDRESS)
        return cls(address, parameters, checkpoints) if address else None

    def begin(self) -> None:
        """Find the remembered run again, unless it is finished or had other parameters; else create one.

        The experiment is MLFLOW_EXPERIMENT_NAME, or the server's default; the run's name is the job's.
        """
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        # Each request that fails would be told, though it is tried again; and the plug-in for ARNs fails, without harm,
        # at each request to an address that is none.
        for library in ("mlflow", "urllib3", "botocore"):
            logging.getLogger(library).setLevel(logging.CRITICAL)
        from mlflow import MlflowClient, set_tracking_uri
        from mlflow.entities import Param

        # Plug-ins ask for it instead of being told.
        set_tracking_uri(self.where)
        self._client = MlflowClient()
        self.run_id = self.run_id or self._find_again() or self._create()
        self._client.log_batch(self.run_id, params=[Param(*item) for item in self._parameters.items()])

    def metrics(self, step: int, values: Mapping[str, float], milliseconds: int) -> None:
        """Record figures of a step."""
        from mlflow.entities import Metric

        self._client.log_batch(
            self.run_id, metrics=[Metric(name, value, milliseconds, step) for name, value in values.items()]
        )

    def artifact(self, path: Path) -> None:
        """Store a file beside the run."""
        self._client.log_artifact(self.run_id, str(path))

    def end(self, outcome: Outcome) -> None:
        """Say how the run ended."""
        self._client.set_terminated(self.run_id, outcome)

    def _find_again(self) -> str | None:
        from mlflow.exceptions import MlflowException

        if not self._remembered.is_file():
            return None
        remembered = json.loads(self._remembered.read_text(encoding="utf-8"))
        if remembered["tracking_uri"] != self.where:
            return None
        try:
            run = self._client.get_run(remembered["run_id"])
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
        if run.info.lifecycle_stage != "active" or run.info.status == "FINISHED":
            return None
        # Parameters of a run cannot be changed; others make another run.
        if any(self._parameters.get(name, value) != value for name, value in run.data.params.items()):
            return None
        self._client.update_run(run.info.run_id, status="RUNNING")
        log.info("tracking: going on with run %s on %s", run.info.run_id, self.where)
        return str(run.info.run_id)

    def _create(self) -> str:
        tags = {JOB_ARN.lower(): os.environ[JOB_ARN]} if JOB_ARN in os.environ else {}
        run = self._client.create_run(self._experiment_id(), tags=tags, run_name=os.environ.get(JOB_NAME))
        # At once: a job that is interrupted now goes on with this run and no other.
        write_json(self._remembered, {"tracking_uri": self.where, "run_id": run.info.run_id})
        log.info("tracking: run %s (%s) on %s", run.info.run_name, run.info.run_id, self.where)
        return str(run.info.run_id)

    def _experiment_id(self) -> str:
        from mlflow.exceptions import MlflowException

        name = os.environ.get(EXPERIMENT)
        if not name:
            return DEFAULT_EXPERIMENT_ID
        if found := self._client.get_experiment_by_name(name):
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(name))
        except MlflowException:
            # Another job may have been faster.
            if found := self._client.get_experiment_by_name(name):
                return str(found.experiment_id)
            raise
