"""A deployment as CodePipeline tells of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.delivery import newest_deployment
from workbench.errors import WorkbenchError
from workbench.project import Project

START = datetime(2026, 1, 2, tzinfo=UTC)


class CodePipeline:
    """Answers in the service's form; keeps the answers to approvals."""

    def __init__(self, status: str, action: str) -> None:
        self.status, self.action = status, action
        self.answers: list[dict[str, Any]] = []

    def client(self, *_: str, **__: object) -> "CodePipeline":
        return self

    def list_pipeline_executions(self, **_: str) -> dict[str, Any]:
        begun = {"two": START.replace(hour=2), "one": START}
        listed = [{"pipelineExecutionId": name, "startTime": time} for name, time in begun.items()]
        return {"pipelineExecutionSummaries": listed}

    def get_pipeline_execution(self, **_: str) -> dict[str, Any]:
        return {"pipelineExecution": {"status": self.status}}

    def list_action_executions(self, **_: object) -> dict[str, Any]:
        error = {"executionResult": {"errorDetails": {"message": "read 3 of 9 lines"}}}
        newest = {"stageName": "DeployStaging", "actionName": "ApproveProduction", "status": self.action}
        oldest = {"stageName": "DeployStaging", "actionName": "TestStaging", "status": "Failed", "output": error}
        return {"actionExecutionDetails": [newest, oldest] if self.status == "InProgress" else [oldest]}

    def get_pipeline_state(self, **_: str) -> dict[str, Any]:
        latest = {"status": "InProgress", "token": "t1"}
        action = {"actionName": "ApproveProduction", "latestExecution": latest}
        stage = {"latestExecution": {"pipelineExecutionId": "two"}, "actionStates": [action]}
        return {"stageStates": [stage]}

    def put_approval_result(self, **given: Any) -> None:
        self.answers.append(given)


def project(codepipeline: CodePipeline) -> Project:
    return Project("ocr", "local", "us-east-1", {}, codepipeline)


def test_a_deployment_that_waits_is_answered_with_its_token() -> None:
    codepipeline = CodePipeline("InProgress", "InProgress")
    found = newest_deployment(project(codepipeline))
    assert found is not None
    assert found.wait().waiting is not None
    found.promote("fine")
    (answer,) = codepipeline.answers
    assert (answer["pipelineName"], answer["stageName"]) == ("sagemaker-local-modeldeploy", "DeployStaging")
    assert (answer["token"], answer["result"]) == ("t1", {"summary": "fine", "status": "Approved"})


def test_the_approval_of_another_execution_is_not_this_ones() -> None:
    codepipeline = CodePipeline("InProgress", "InProgress")
    found = newest_deployment(project(codepipeline), START)
    assert found is not None
    assert (found.id, found.waiting) == ("one", None)
    with pytest.raises(WorkbenchError, match="waits for nobody"):
        found.promote()


def test_a_deployment_that_fails_says_which_action_and_why() -> None:
    found = newest_deployment(project(CodePipeline("Failed", "Succeeded")))
    assert found is not None
    with pytest.raises(WorkbenchError, match="Failed; TestStaging: read 3 of 9 lines"):
        found.wait(lambda _: None)


def test_what_began_before_is_not_it() -> None:
    assert newest_deployment(project(CodePipeline("InProgress", "InProgress")), START.replace(year=2027)) is None
