"""Which declarations are executed, and what is said of the others."""

import copy
from typing import Any

import pytest

from sandbox.codepipeline.declaration import parse_pipeline
from sandbox.errors import SandboxError


def kind(category: str, provider: str) -> dict[str, str]:
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


DECLARED: dict[str, Any] = {
    "name": "deploy",
    "roleArn": "arn:aws:iam::123456789012:role/delivery",
    "pipelineType": "V2",
    "executionMode": "QUEUED",
    "version": 3,
    "stages": [
        {
            "name": "Source",
            "actions": [
                {
                    "name": "Source",
                    "actionTypeId": kind("Source", "CodeCommit"),
                    "configuration": {"RepositoryName": "r", "BranchName": "main", "PollForSourceChanges": False},
                    "outputArtifacts": [{"name": "Source"}],
                }
            ],
        },
        {
            "name": "Deploy",
            "actions": [
                {"name": "Ask", "actionTypeId": kind("Approval", "Manual"), "runOrder": 2},
                {
                    "name": "Build",
                    "actionTypeId": kind("Build", "CodeBuild"),
                    "configuration": {"ProjectName": "p"},
                    "inputArtifacts": [{"name": "Source"}],
                    "namespace": "Build",
                },
            ],
        },
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    declared = copy.deepcopy(DECLARED)
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    part: Any = declared
    for key in above:
        part = part[key]
    part[last] = value
    return declared


def test_actions_come_in_their_run_order() -> None:
    pipeline = parse_pipeline(DECLARED)
    assert [action.name for _, action in pipeline.actions()] == ["Source", "Build", "Ask"]


def test_a_value_of_a_configuration_is_text_as_cloudformation_makes_it() -> None:
    source = parse_pipeline(DECLARED).stages[0].actions[0]
    assert source.configuration["PollForSourceChanges"] == "false"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("stages.1.actions.0.actionTypeId", kind("Invoke", "Lambda"), "the sandbox executes Approval/Manual"),
        ("stages.1.actions.0.actionTypeId", kind("Deploy", "CodeBuild"), "the sandbox executes Approval/Manual"),
        ("stages.1.actions.1.inputArtifacts", [{"name": "Other"}], "takes the artifact 'Other'"),
        ("stages.1.actions.1.outputArtifacts", [{"name": "Source"}], "two actions make the artifact 'Source'"),
        ("stages.1.actions.1.name", "Ask", "two actions of one name"),
        ("stages.1.name", "Source", "two stages have one name"),
        ("stages.1.onFailure", {"result": "ROLLBACK"}, "stages.1.onFailure"),
        ("stages.1.actions.0.commands", ["ls"], "stages.1.actions.0.commands"),
        ("executionMode", "PARALLEL", "executionMode"),
        ("pipelineType", "V1", "pipelineType"),
        ("stages.0.actions.0.actionTypeId", kind("Approval", "Manual"), "the first stage must hold source actions"),
        ("triggers", [{"providerType": "CodeStarSourceConnection"}], "triggers"),
    ],
)
def test_what_is_not_executed_is_refused_by_name(path: str, value: Any, said: str) -> None:
    with pytest.raises(SandboxError, match="pipeline 'deploy' cannot be executed") as failure:
        parse_pipeline(changed(path, value))
    assert said in str(failure.value)
