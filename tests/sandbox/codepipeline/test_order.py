"""Several executions of one pipeline, manual approvals, and stopping."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def inside(world: Any, name: str, stage: str, number: int) -> Any:
    """Whether this execution is the one in the stage."""
    executions = world.executions(name)
    latest = world.stage(name, stage).get("latestExecution")
    expected = executions[number - 1]["pipelineExecutionId"] if len(executions) >= number else None
    return latest == {"pipelineExecutionId": expected, "status": "InProgress"}


def inbound(world: Any, name: str, stage: str) -> list[str]:
    return [entry["pipelineExecutionId"] for entry in world.stage(name, stage).get("inboundExecutions", [])]


@pytest.mark.parametrize(
    ("mode", "statuses"),
    [("SUPERSEDED", ["Succeeded", "Superseded", "Succeeded"]), ("QUEUED", ["Succeeded", "Succeeded", "Succeeded"])],
)
def test_who_waits_before_a_stage_is_superseded_or_has_its_turn(
    world: Any, tools: Any, gate: Any, mode: str, statuses: list[str]
) -> None:
    name = f"mode-{mode.lower()}"
    world.project(name, gate.script)
    world.create(name, [{"name": "Build", "actions": [tools.build(name)]}], mode)
    tools.wait_for(lambda: inside(world, name, "Build", 1))
    second = world.start(name)
    tools.wait_for(lambda: second in inbound(world, name, "Build"))
    third = world.start(name)
    tools.wait_for(lambda: third in inbound(world, name, "Build"))
    found = []
    for number, status in enumerate(statuses, 1):
        if status == "Succeeded":
            gate.open()
        found.append(world.ended(name, number)["status"])
    assert found == statuses


def waiting_approval(world: Any, tools: Any, name: str) -> str:
    """Create a pipeline that asks; returns the token once it does."""
    ask = tools.action("Ask", "Approval/Manual", {"CustomData": "to production?"})
    world.create(name, [{"name": "Release", "actions": [ask]}])
    return str(tools.wait_for(lambda: token(world, name)))


def token(world: Any, name: str) -> str | None:
    latest = world.stage(name, "Release")["actionStates"][0].get("latestExecution", {})
    return latest.get("token")


@pytest.mark.parametrize(("answer", "status"), [("Approved", "Succeeded"), ("Rejected", "Failed")])
def test_an_approval_waits_for_its_answer(world: Any, tools: Any, answer: str, status: str) -> None:
    name = f"ask-{answer.lower()}"
    given = waiting_approval(world, tools, name)
    assert world.executions(name)[0]["status"] == "InProgress"
    world.pipelines.put_approval_result(
        pipelineName=name,
        stageName="Release",
        actionName="Ask",
        result={"summary": "looked at", "status": answer},
        token=given,
    )
    ended = world.ended(name)
    assert ended["status"] == status
    assert answer == "Approved" or "Release.Ask was rejected: looked at" in ended["statusSummary"]
    assert token(world, name) is None


def test_a_token_of_nothing_is_refused(world: Any, tools: Any) -> None:
    waiting_approval(world, tools, "ask-nobody")
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        world.pipelines.put_approval_result(
            pipelineName="ask-nobody",
            stageName="Release",
            actionName="Ask",
            result={"summary": "", "status": "Approved"},
            token="12345678-1234-1234-1234-123456789012",
        )


def test_an_abandoned_execution_takes_its_build_with_it(world: Any, tools: Any, gate: Any) -> None:
    world.project("abandoned", gate.script)
    world.create("abandoned", [{"name": "Build", "actions": [tools.build("abandoned")]}])
    tools.wait_for(lambda: inside(world, "abandoned", "Build", 1))
    execution = world.executions("abandoned")[0]["pipelineExecutionId"]
    world.pipelines.stop_pipeline_execution(
        pipelineName="abandoned", pipelineExecutionId=execution, abandon=True, reason="enough"
    )
    ended = world.ended("abandoned")
    assert (ended["status"], ended["stopTrigger"]["reason"]) == ("Stopped", "enough")
    state = world.stage("abandoned", "Build")["actionStates"][0]["latestExecution"]
    assert state["status"] == "Abandoned"
    assert not list((world.settings.state_folder / "children").iterdir())


def test_a_stopped_execution_finishes_its_running_action_and_begins_no_other(world: Any, tools: Any, gate: Any) -> None:
    world.project("stopped", gate.script)
    actions = [tools.build("stopped", "First"), tools.build("stopped", "Second", runOrder=2)]
    world.create("stopped", [{"name": "Build", "actions": actions}])
    tools.wait_for(lambda: inside(world, "stopped", "Build", 1))
    execution = world.executions("stopped")[0]["pipelineExecutionId"]
    world.pipelines.stop_pipeline_execution(pipelineName="stopped", pipelineExecutionId=execution)
    gate.open()
    assert world.ended("stopped")["status"] == "Stopped"
    first, second = world.stage("stopped", "Build")["actionStates"]
    assert first["latestExecution"]["status"] == "Succeeded"
    assert "latestExecution" not in second


def test_an_execution_that_has_ended_cannot_be_stopped(world: Any, tools: Any) -> None:
    world.project("quick", "true")
    world.create("quick", [{"name": "Build", "actions": [tools.build("quick")]}])
    execution = world.ended("quick")["pipelineExecutionId"]
    with pytest.raises(ClientError, match="PipelineExecutionNotStoppableException"):
        world.pipelines.stop_pipeline_execution(pipelineName="quick", pipelineExecutionId=execution)


def test_a_stage_that_a_newer_execution_has_reached_is_not_tried_again(world: Any, tools: Any) -> None:
    world.project("older", "exit 1")
    world.create("older", [{"name": "Build", "actions": [tools.build("older")]}])
    execution = world.ended("older")["pipelineExecutionId"]
    world.start("older")
    world.ended("older", 2)
    with pytest.raises(ClientError, match="NotLatestPipelineExecutionException"):
        world.pipelines.retry_stage_execution(
            pipelineName="older", stageName="Build", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
        )
