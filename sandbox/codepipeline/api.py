"""CodePipeline's and CodeBuild's operations, put in place before moto's server starts.

moto keeps the pipelines and projects; it calls every execution and build a success that never ran.
"""

import logging
from collections.abc import Callable
from typing import Any

from moto.codebuild.models import CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.codepipeline.models import CodePipelineBackend
from moto.codepipeline.responses import CodePipelineResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from sandbox.codebuild.service import Build, Builds
from sandbox.codepipeline.record import Trigger
from sandbox.codepipeline.refusal import Refusal
from sandbox.codepipeline.service import CodePipelines
from sandbox.codepipeline.views import action_details, execution_detail, execution_summary, pipeline_state
from sandbox.errors import SandboxError

logger = logging.getLogger(__name__)

_MOTO_CREATE_PIPELINE = CodePipelineBackend.create_pipeline


def install(pipelines: CodePipelines, builds: Builds, *, runs_when_created: bool = True) -> None:
    """Replace moto's methods for this process."""
    _install_starts(pipelines, runs_when_created=runs_when_created)
    _install_questions(pipelines)
    _install_answers(pipelines)
    _install_builds(builds)


def _asking(call: Callable[[], Any]) -> Any:
    """`call`, its SandboxError as the exception that a client of the service would get."""
    try:
        return call()
    except Refusal as refusal:
        raise JsonRESTError(refusal.code, str(refusal)) from refusal
    except SandboxError as error:
        raise JsonRESTError("ValidationException", str(error)) from error


def _install_starts(pipelines: CodePipelines, *, runs_when_created: bool) -> None:
    def create_pipeline(self: Any, *arguments: Any, **named: Any) -> Any:
        created = _MOTO_CREATE_PIPELINE(self, *arguments, **named)
        name = created[0]["name"]
        try:
            _asking(lambda: pipelines.pipeline(name))
        except JsonRESTError:
            # AWS keeps no pipeline that it does not take either.
            self.delete_pipeline(name)
            raise
        if runs_when_created:
            pipelines.start(name, Trigger(type="CreatePipeline"))
        return created

    def start_pipeline_execution(self: Any) -> ActionResult:
        if self._get_param("sourceRevisions"):
            raise JsonRESTError("ValidationException", "sourceRevisions: the sandbox takes the head of the branch")
        given = {entry["name"]: entry["value"] for entry in self._get_param("variables") or []}
        trigger = Trigger(type="StartPipelineExecution")
        record = _asking(lambda: pipelines.start(self._get_param("name"), trigger, given))
        return ActionResult({"pipelineExecutionId": record.id})

    CodePipelineBackend.create_pipeline = create_pipeline
    CodePipelineResponse.start_pipeline_execution = start_pipeline_execution


def _install_questions(pipelines: CodePipelines) -> None:
    def get_pipeline_state(self: Any) -> ActionResult:
        name = self._get_param("name")
        pipeline = _asking(lambda: pipelines.pipeline(name))
        state = pipeline_state(
            pipeline, pipelines.journal.executions(name), lambda stage: pipelines.waiting(name, stage)
        )
        metadata = self.codepipeline_backend.pipelines[name].metadata
        return ActionResult({**state, "created": metadata["created"], "updated": metadata["updated"]})

    def get_pipeline_execution(self: Any) -> ActionResult:
        name, execution_id = self._get_param("pipelineName"), self._get_param("pipelineExecutionId")
        record = _asking(lambda: pipelines.find(name, execution_id))
        return ActionResult({"pipelineExecution": execution_detail(record, pipelines.pipeline(name))})

    def list_pipeline_executions(self: Any) -> ActionResult:
        name = self._get_param("pipelineName")
        _asking(lambda: pipelines.pipeline(name))
        records = pipelines.journal.executions(name)[::-1][: self._get_param("maxResults") or 100]
        return ActionResult({"pipelineExecutionSummaries": [execution_summary(record) for record in records]})

    def list_action_executions(self: Any) -> ActionResult:
        name = self._get_param("pipelineName")
        pipeline = _asking(lambda: pipelines.pipeline(name))
        wanted = (self._get_param("filter") or {}).get("pipelineExecutionId")
        records = [record for record in pipelines.journal.executions(name) if wanted in (None, record.id)]
        return ActionResult({"actionExecutionDetails": action_details(records, pipeline)})

    CodePipelineResponse.get_pipeline_state = get_pipeline_state
    CodePipelineResponse.get_pipeline_execution = get_pipeline_execution
    CodePipelineResponse.list_pipeline_executions = list_pipeline_executions
    CodePipelineResponse.list_action_executions = list_action_executions


def _install_answers(pipelines: CodePipelines) -> None:
    def put_approval_result(self: Any) -> ActionResult:
        _asking(lambda: pipelines.pipeline(self._get_param("pipelineName")))
        result = self._get_param("result")
        _asking(lambda: pipelines.answer(self._get_param("token"), result["status"], result["summary"]))
        return ActionResult({})

    def stop_pipeline_execution(self: Any) -> ActionResult:
        execution_id = self._get_param("pipelineExecutionId")
        _asking(
            lambda: pipelines.stop(
                self._get_param("pipelineName"),
                execution_id,
                abandon=bool(self._get_param("abandon")),
                reason=self._get_param("reason") or "",
            )
        )
        return ActionResult({"pipelineExecutionId": execution_id})

    def retry_stage_execution(self: Any) -> ActionResult:
        execution_id = self._get_param("pipelineExecutionId")
        _asking(
            lambda: pipelines.retry(
                self._get_param("pipelineName"),
                self._get_param("stageName"),
                execution_id,
                all_actions=self._get_param("retryMode") == "ALL_ACTIONS",
            )
        )
        return ActionResult({"pipelineExecutionId": execution_id})

    CodePipelineResponse.put_approval_result = put_approval_result
    CodePipelineResponse.stop_pipeline_execution = stop_pipeline_execution
    CodePipelineResponse.retry_stage_execution = retry_stage_execution


def _install_builds(builds: Builds) -> None:
    def start_build(self: Any) -> ActionResult:
        build = _asking(lambda: builds.start(self._get_param("projectName"), "StartBuild"))
        return ActionResult({"build": _told(build)})

    def batch_get_builds(self: Any) -> ActionResult:
        asked = self._get_param("ids")
        found = {build_id: builds.find(build_id) for build_id in asked}
        return ActionResult(
            {
                "builds": [_told(build) for build in found.values() if build],
                "buildsNotFound": [build_id for build_id, build in found.items() if build is None],
            }
        )

    def stop_build(self: Any) -> ActionResult:
        build = builds.find(self._get_param("id"))
        if build is None:
            raise JsonRESTError("ResourceNotFoundException", f"Build {self._get_param('id')} does not exist")
        builds.stop(build.id)
        return ActionResult({"build": _told(build)})

    def list_builds_for_project(self: Any, project_name: str) -> list[str]:  # noqa: ARG001 - moto calls it as a method
        return [build.id for build in builds.of_project(project_name)]

    CodeBuildResponse.start_build = start_build
    CodeBuildResponse.batch_get_builds = batch_get_builds
    CodeBuildResponse.stop_build = stop_build
    CodeBuildBackend.list_builds_for_project = list_builds_for_project


def _told(build: Build) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": build.id,
        "arn": build.arn,
        "buildNumber": build.number,
        "projectName": build.project,
        "buildStatus": build.status,
        "buildComplete": build.end is not None,
        "currentPhase": "COMPLETED" if build.end else "BUILD",
        "startTime": build.start,
        "initiator": build.initiator,
        "phases": [
            {"phaseType": name.upper(), "phaseStatus": "SUCCEEDED" if well else "FAILED"}
            for name, well in build.phases.items()
        ],
        "exportedEnvironmentVariables": [{"name": name, "value": value} for name, value in build.exported.items()],
        "logs": {"deepLink": build.log.as_uri()},
    }
    if build.end is not None:
        told["endTime"] = build.end
    if build.commit is not None:
        told["resolvedSourceVersion"] = build.commit
    return told
