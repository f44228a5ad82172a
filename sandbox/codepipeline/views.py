"""The API's answers, made from the records."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.codepipeline.declaration import Pipeline, Stage
from sandbox.codepipeline.record import ActionRecord, ExecutionRecord, StageRecord

Waiting = Callable[[str], list[int]]


def pipeline_state(pipeline: Pipeline, executions: Sequence[ExecutionRecord], waiting: Waiting) -> dict[str, Any]:
    """GetPipelineState. `waiting` gives the numbers of the executions before a stage."""
    return {
        "pipelineName": pipeline.name,
        "pipelineVersion": pipeline.version,
        "stageStates": [_stage_state(stage, executions, waiting(stage.name)) for stage in pipeline.stages],
    }


def _stage_state(stage: Stage, executions: Sequence[ExecutionRecord], waiting: list[int]) -> dict[str, Any]:
    inbound = [
        {"pipelineExecutionId": record.id, "status": "InProgress"} for record in executions if record.number in waiting
    ]
    state: dict[str, Any] = {
        "stageName": stage.name,
        "inboundExecutions": inbound,
        "inboundTransitionState": {"enabled": True},
        "actionStates": [_action_state(stage.name, action.name, executions) for action in stage.actions],
    }
    if inbound:
        state["inboundExecution"] = inbound[0]
    latest = _latest(stage.name, executions)
    if latest is not None:
        execution, record = latest
        state["latestExecution"] = {"pipelineExecutionId": execution.id, "status": record.status}
        if stage.before_entry is not None:
            state["beforeEntryConditionState"] = _condition_state(record)
    return state


def _latest(stage: str, executions: Sequence[ExecutionRecord]) -> tuple[ExecutionRecord, StageRecord] | None:
    for execution in reversed(executions):
        record = execution.stage(stage)
        if record is not None:
            return execution, record
    return None


def _condition_state(record: StageRecord) -> dict[str, Any]:
    met = record.condition is None
    return {
        "latestExecution": {"status": "Succeeded" if met else "Failed", "summary": record.condition or ""},
    }


def _action_state(stage: str, name: str, executions: Sequence[ExecutionRecord]) -> dict[str, Any]:
    for execution in reversed(executions):
        record = execution.stage(stage)
        action = next((known for known in record.actions if known.name == name), None) if record else None
        if action is not None:
            return {"actionName": name, "latestExecution": _action_execution(action)}
    return {"actionName": name}


def _action_execution(action: ActionRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "actionExecutionId": action.id,
        "status": action.status,
        "summary": action.summary or "",
        "lastStatusChange": action.end or action.start,
        "logStreamARN": action.log,
    }
    if action.approval is not None:
        told["token"] = action.approval.token
    if action.external_id is not None:
        told["externalExecutionId"] = action.external_id
    if action.failure_reason is not None:
        told["errorDetails"] = {"code": "JobFailed", "message": action.failure_reason}
    return told


def execution_summary(record: ExecutionRecord) -> dict[str, Any]:
    """One entry of ListPipelineExecutions."""
    told: dict[str, Any] = {
        "pipelineExecutionId": record.id,
        "status": record.status,
        "startTime": record.start,
        "lastUpdateTime": record.updated,
        "sourceRevisions": [
            {"actionName": revision.action, "revisionId": revision.commit, "revisionSummary": revision.summary}
            for revision in record.revisions
        ],
        "trigger": _trigger(record),
        "executionMode": record.mode,
        "executionType": "STANDARD",
        "statusSummary": _summary(record),
    }
    if record.stop_reason is not None:
        told["stopTrigger"] = {"reason": record.stop_reason}
    return told


def execution_detail(record: ExecutionRecord, pipeline: Pipeline) -> dict[str, Any]:
    """GetPipelineExecution."""
    outputs = {action.name: [artifact.name for artifact in action.output_artifacts] for _, action in pipeline.actions()}
    return {
        "pipelineName": record.pipeline,
        "pipelineVersion": record.version,
        "pipelineExecutionId": record.id,
        "status": record.status,
        "statusSummary": _summary(record),
        "artifactRevisions": [
            {"name": name, "revisionId": revision.commit, "revisionSummary": revision.summary}
            for revision in record.revisions
            for name in outputs.get(revision.action, [])
        ],
        "variables": [{"name": name, "resolvedValue": value} for name, value in record.variables.items()],
        "trigger": _trigger(record),
        "executionMode": record.mode,
        "executionType": "STANDARD",
    }


def action_details(records: Sequence[ExecutionRecord], pipeline: Pipeline) -> list[dict[str, Any]]:
    """ListActionExecutions, newest first."""
    declared = {(stage.name, action.name): action for stage, action in pipeline.actions()}
    details = []
    for record in records:
        for stage in record.stages:
            for action in stage.actions:
                detail: dict[str, Any] = {
                    "pipelineExecutionId": record.id,
                    "actionExecutionId": action.id,
                    "pipelineVersion": record.version,
                    "stageName": stage.name,
                    "actionName": action.name,
                    "startTime": action.start,
                    "lastUpdateTime": action.end or action.start,
                    "status": action.status,
                    "output": _output(action),
                }
                known = declared.get((stage.name, action.name))
                if known is not None:
                    detail["input"] = {
                        "actionTypeId": known.action_type_id.model_dump(by_alias=True),
                        "configuration": known.configuration,
                        "inputArtifacts": [{"name": artifact.name} for artifact in known.input_artifacts],
                    }
                details.append(detail)
    return details[::-1]


def _output(action: ActionRecord) -> dict[str, Any]:
    result: dict[str, Any] = {"externalExecutionSummary": action.summary or "", "logStreamARN": action.log}
    if action.external_id is not None:
        result["externalExecutionId"] = action.external_id
    if action.failure_reason is not None:
        result["errorDetails"] = {"code": "JobFailed", "message": action.failure_reason}
    return {"executionResult": result, "outputVariables": action.variables}


def _trigger(record: ExecutionRecord) -> dict[str, str]:
    return {"triggerType": record.trigger.type, "triggerDetail": record.trigger.detail}


def _summary(record: ExecutionRecord) -> str:
    return record.failure_reason or record.note() or ""
