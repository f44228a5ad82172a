"""Jobs that a client creates by itself, beside those of pipeline executions: they run too."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.responses import SageMakerResponse

from sandbox.errors import SandboxError
from sandbox.jobs.job import JobContext, JobFailed
from sandbox.jobs.processing import run_processing_job
from sandbox.jobs.records import JobRecords
from sandbox.jobs.training import run_training_job

logger = logging.getLogger(__name__)

Run = Callable[..., Any]


class DirectJobs:
    """Runs and stops them; thread-safe."""

    def __init__(self, context: JobContext, records: JobRecords):
        self._context = context
        self._records = records
        self._stops: dict[str, threading.Event] = {}

    def install(self) -> None:
        """Let moto's answers be backed by what runs."""
        moto_create = {"Training": SageMakerResponse.create_training_job}
        moto_create["Processing"] = SageMakerResponse.create_processing_job

        def create_training_job(response: Any) -> ActionResult:
            request = _new(response, "Training")
            answer: ActionResult = moto_create["Training"](response)
            self.start_training(request)
            return answer

        def create_processing_job(response: Any) -> ActionResult:
            request = _new(response, "Processing")
            answer: ActionResult = moto_create["Processing"](response)
            self.start_processing(request)
            return answer

        def stop_training_job(response: Any) -> ActionResult:
            return self._stopped(response, "TrainingJobName")

        def stop_processing_job(response: Any) -> ActionResult:
            return self._stopped(response, "ProcessingJobName")

        SageMakerResponse.create_training_job = create_training_job
        SageMakerResponse.create_processing_job = create_processing_job
        SageMakerResponse.stop_training_job = stop_training_job
        SageMakerResponse.stop_processing_job = stop_processing_job

    def start_training(self, request: Mapping[str, Any]) -> None:
        """Run the training job that has just been recorded, unless a pipeline's execution runs it."""
        name = request["TrainingJobName"]
        if name not in self._context.own_jobs:
            self._records.training_started(name, request)
            self._start(name, run_training_job, request)

    def start_processing(self, request: Mapping[str, Any]) -> None:
        """Run the processing job that has just been recorded, unless a pipeline's execution runs it."""
        name = request["ProcessingJobName"]
        if name not in self._context.own_jobs:
            self._records.processing_started(name, request)
            self._start(name, run_processing_job, request)

    def stop(self, name: str) -> None:
        """Stop a job's containers. Raises SandboxError for a job that is none of these or has ended."""
        try:
            self._stops[name].set()
        except KeyError:
            message = (
                f"job {name!r} does not run, or belongs to an execution of a pipeline, which is to be stopped then"
            )
            raise SandboxError(message) from None

    def _stopped(self, response: Any, parameter: str) -> ActionResult:
        try:
            self.stop(json.loads(response.body)[parameter])
        except SandboxError as error:
            raise ValidationError(str(error)) from error
        return ActionResult({})

    def _start(self, name: str, run: Run, request: Mapping[str, Any]) -> None:
        stop = self._stops[name] = threading.Event()
        thread = threading.Thread(target=self._run, args=(name, run, request, stop), name=f"job-{name}", daemon=True)
        thread.start()

    def _run(self, name: str, run: Run, request: Mapping[str, Any], stop: threading.Event) -> None:
        log = self._context.layout.logs / "jobs" / f"{name}.log"
        try:
            run(self._context, self._records, name, request, log, stop, is_recorded=True)
        except JobFailed as failure:
            logger.warning("job %s: %s", name, failure.reason)
        except Exception:
            # The record says so too, to whoever asks for the job.
            logger.exception("job %s", name)
        finally:
            self._stops.pop(name, None)


def _new(response: Any, kind: str) -> dict[str, Any]:
    """The request, whose job has a name that no other has. Raises ResourceInUseException where one has."""
    request: dict[str, Any] = json.loads(response.body)
    jobs = getattr(response.sagemaker_backend, f"{kind.lower()}_jobs")
    if (name := request[f"{kind}JobName"]) in jobs:
        message = f"{kind} job names must be unique within an account and region, and a job {name} exists already."
        raise ResourceInUseException(message)
    return request
