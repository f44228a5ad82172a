"""Whatever is running or has run, by its name alone."""

from botocore.exceptions import ClientError

from workbench.errors import WorkbenchError
from workbench.execution import Execution, describe_execution, executions
from workbench.job import Job, Kind, describe_job
from workbench.project import Project

_KINDS: tuple[Kind, ...] = ("training", "processing")


def attach(project: Project, name: str) -> Job | Execution:
    """The training job, processing job or pipeline execution of this name, running or ended.

    An execution's name is its ARN, its ARN's last part, or `latest`. Raises WorkbenchError where there is none.
    """
    if name.startswith("arn:"):
        kind = name.split(":", 5)[-1].split("/", 1)[0]
        if kind == "pipeline":
            return describe_execution(project, name)
        name = name.rsplit("/", 1)[-1]
    for job_kind in _KINDS:
        try:
            return describe_job(project, job_kind, name)
        except ClientError as error:
            if not _is_missing(error):
                raise
    known = executions(project)
    for execution in known:
        if name in (execution.id, "latest"):
            return execution
    ids = ", ".join(execution.id for execution in known[:5]) or "none"
    message = (
        f"there is no training job, processing job or execution {name!r} in {project.region}; "
        f"the newest executions of {project.pipeline} are: {ids}"
    )
    raise WorkbenchError(message)


def _is_missing(error: ClientError) -> bool:
    detail = error.response["Error"]
    said = detail.get("Message", "").lower()
    return detail["Code"] in ("ValidationException", "ResourceNotFound", "ValidationError") and (
        "could not find" in said or "not found" in said or "does not exist" in said
    )
