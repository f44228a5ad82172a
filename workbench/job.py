"""One training or processing job: its state, its log, its metrics and what it left."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from workbench.errors import WorkbenchError
from workbench.log import Log, follow_log, read_log
from workbench.metrics import Metrics, read_metrics
from workbench.polling import looks
from workbench.project import Project
from workbench.storage import StoredFile, fetch, list_files
from workbench.table import Shown, Table

Kind = Literal["training", "processing"]
_GROUPS = {"training": "/aws/sagemaker/TrainingJobs", "processing": "/aws/sagemaker/ProcessingJobs"}
ENDED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True)
class Artifacts(Shown):
    """What a job left in S3, by the names of its outputs."""

    job: str
    outputs: dict[str, list[StoredFile]]

    def table(self) -> Table:
        """A row a file."""
        rows = [(output, file.name, file.size, file.uri) for output, files in self.outputs.items() for file in files]
        return Table(f"artifacts of {self.job}", ("output", "file", "bytes", "address"), rows)

    def uri(self, name: str) -> str:
        """Address of the file of this name. Raises WorkbenchError where there is none."""
        files = [file for output in self.outputs.values() for file in output]
        for file in files:
            if file.name == name:
                return file.uri
        known = ", ".join(file.name for file in files) or "nothing"
        message = f"{self.job} left no {name}; it left {known}"
        raise WorkbenchError(message)


@dataclass(frozen=True, repr=False)
class Job(Shown):
    """A job as it was described last; `refreshed` describes it anew."""

    project: Project = field(repr=False)
    kind: Kind
    described: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.described["TrainingJobName" if self.kind == "training" else "ProcessingJobName"])

    @property
    def status(self) -> str:
        """`InProgress`, `Completed`, `Failed`, `Stopping` or `Stopped`."""
        return str(self.described["TrainingJobStatus" if self.kind == "training" else "ProcessingJobStatus"])

    @property
    def seconds(self) -> float | None:
        """How long its container ran; None before its end."""
        start: datetime | None = self.described.get("TrainingStartTime") or self.described.get("ProcessingStartTime")
        end: datetime | None = self.described.get("TrainingEndTime") or self.described.get("ProcessingEndTime")
        return (end - start).total_seconds() if start and end else None

    @property
    def hyperparameters(self) -> dict[str, str]:
        """Of a training job; none of a processing job."""
        return dict(self.described.get("HyperParameters", {}))

    def __repr__(self) -> str:
        return f"<{self.kind} job {self.name}: {self.status}>"

    def refreshed(self) -> "Job":
        """The job as it is now."""
        return describe_job(self.project, self.kind, self.name)

    def log(self) -> Log:
        """What it has printed up to now."""
        return read_log(self.project, _GROUPS[self.kind], f"{self.name}/")

    def follow(self) -> "Job":
        """Print its log as it comes, until it ends."""

        def has_ended() -> bool:
            return self.refreshed().status in ENDED

        for line in follow_log(self.project, _GROUPS[self.kind], f"{self.name}/", has_ended):
            print(line.text)
        return self.refreshed()

    def wait(self) -> "Job":
        """Wait for its end. Raises WorkbenchError, with its last words, when it does not complete."""
        job = next(job for _ in looks() if (job := self.refreshed()).status in ENDED)
        if job.status != "Completed":
            said = job.described.get("FailureReason") or job.described.get("ExitMessage") or "no reason is given"
            message = f"{job.name} ended as {job.status}: {said}"
            raise WorkbenchError(message)
        return job

    def metrics(self) -> Metrics:
        """The curves of a training job."""
        definitions = self.described.get("AlgorithmSpecification", {}).get("MetricDefinitions", [])
        return read_metrics(self.name, self.log(), definitions)

    def artifacts(self) -> Artifacts:
        """What it has left in S3 up to now."""
        outputs = {name: list_files(self.project, uri) for name, uri in self._outputs().items()}
        return Artifacts(self.name, outputs)

    def fetch(self, folder: Path, output: str | None = None) -> list[Path]:
        """Fetch what it left, or one output of it, into `folder`; archives are unpacked beside themselves."""
        outputs = self._outputs()
        if output is not None and output not in outputs:
            message = f"{self.name} has no output {output!r}; it has {', '.join(outputs)}"
            raise WorkbenchError(message)
        wanted = {output: outputs[output]} if output else outputs
        return [path for name, uri in wanted.items() for path in fetch(self.project, uri, folder / name)]

    def stop(self) -> None:
        """Ask it to stop."""
        sagemaker = self.project.client("sagemaker")
        if self.kind == "training":
            sagemaker.stop_training_job(TrainingJobName=self.name)
        else:
            sagemaker.stop_processing_job(ProcessingJobName=self.name)

    def table(self) -> Table:
        """State, time, reason and what it was told."""
        said = self.described.get("FailureReason") or self.described.get("ExitMessage")
        rows: list[tuple[str, object]] = [("status", self.status), ("seconds", self.seconds), ("said", said)]
        final = self.described.get("FinalMetricDataList") or []
        rows += [(metric["MetricName"], float(metric["Value"])) for metric in final]
        rows += sorted(self.hyperparameters.items())
        return Table(f"{self.kind} job {self.name}", ("", ""), [row for row in rows if row[1] is not None])

    def _outputs(self) -> dict[str, str]:
        if self.kind == "training":
            folder = self.described["OutputDataConfig"]["S3OutputPath"].rstrip("/")
            return {"output": f"{folder}/{self.name}/output"}
        declared = self.described.get("ProcessingOutputConfig", {}).get("Outputs", [])
        return {output["OutputName"]: output["S3Output"]["S3Uri"] for output in declared}


def describe_job(project: Project, kind: Kind, name: str) -> Job:
    """The job of this name. Raises botocore's ClientError where there is none."""
    sagemaker = project.client("sagemaker")
    if kind == "training":
        return Job(project, kind, sagemaker.describe_training_job(TrainingJobName=name))
    return Job(project, kind, sagemaker.describe_processing_job(ProcessingJobName=name))
