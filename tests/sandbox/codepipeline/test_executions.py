"""Pipelines that run: artifacts, variables, conditions, failures, and what is on record of them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudformation.models import cloudformation_backends

from sandbox.codepipeline.record import load_executions

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
}


def entry(result: str, variable: str = "#{Build.DEPLOY}") -> dict[str, Any]:
    rule = {
        "name": "Deploys",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
        "configuration": {"Variable": variable, "Operator": "EQ", "Value": "true"},
    }
    return {"conditions": [{"result": result, "rules": [rule]}]}


@pytest.fixture(scope="module")
def delivered(world: Any, tools: Any) -> dict[str, Any]:
    """A pipeline that was created: source, build, stack, test."""
    config = json.dumps({"Parameters": {"Name": "of-the-config"}, "Tags": {"stage": "staging"}})
    script = (
        f"cp name.txt out/; echo '{json.dumps(TEMPLATE)}' > out/template.yml; echo '{config}' > out/config.json\n"
        "export DEPLOY=true; echo built $COLOUR $CODEBUILD_INITIATOR $CODEBUILD_RESOLVED_SOURCE_VERSION"
    )
    world.project("whole-build", script, exports=("DEPLOY",), COLOUR="blue")
    world.project("whole-test", "cat name.txt; echo $WHICH $COLOUR", COLOUR="blue", WHICH="none")
    stack = {
        "ActionMode": "CREATE_UPDATE",
        "StackName": "whole-stack",
        "TemplatePath": "Build::template.yml",
        "TemplateConfiguration": "Build::config.json",
        "ParameterOverrides": '{"Name": "of-#{codepipeline.PipelineExecutionId}"}',
    }
    test = {
        "ProjectName": "whole-test",
        "EnvironmentVariables": '[{"name": "WHICH", "value": "#{Build.DEPLOY}", "type": "PLAINTEXT"}]',
    }
    given = {"inputArtifacts": [{"name": "Build"}]}
    world.create(
        "whole",
        [
            {
                "name": "Build",
                "actions": [tools.build("whole-build", outputArtifacts=[{"name": "Build"}], namespace="Build")],
            },
            {
                "name": "Staging",
                "beforeEntry": entry("SKIP"),
                "actions": [
                    tools.action("Test", "Test/CodeBuild", test, runOrder=2, **given),
                    tools.action("Deploy", "Deploy/CloudFormation", stack, **given),
                ],
            },
        ],
    )
    return dict(world.ended("whole"))


def test_a_created_pipeline_runs_to_its_end(world: Any, delivered: dict[str, Any]) -> None:
    assert (delivered["status"], delivered["trigger"]["triggerType"]) == ("Succeeded", "CreatePipeline")
    details = world.pipelines.list_action_executions(
        pipelineName="whole", filter={"pipelineExecutionId": delivered["pipelineExecutionId"]}
    )["actionExecutionDetails"]
    assert [detail["actionName"] for detail in details] == ["Test", "Deploy", "Build", "Source"]
    assert {detail["status"] for detail in details} == {"Succeeded"}


def test_a_build_gets_the_projects_environment_and_what_codebuild_sets(world: Any, delivered: dict[str, Any]) -> None:
    commit = delivered["sourceRevisions"][0]["revisionId"]
    assert f"built blue codepipeline/whole {commit}\n" in world.log("whole", 1, "Build.Build")


def test_an_actions_variables_win_over_the_projects(world: Any, delivered: dict[str, Any]) -> None:
    assert delivered["status"] == "Succeeded"
    assert "\nwholetrue blue\n" in world.log("whole", 1, "Staging.Test")


def test_overrides_win_over_the_template_configuration(world: Any, delivered: dict[str, Any]) -> None:
    described = world.client("cloudformation").describe_stacks(StackName="whole-stack")["Stacks"][0]
    expected = f"of-{delivered['pipelineExecutionId']}"
    assert described["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": expected}]
    assert described["Tags"] == [{"Key": "stage", "Value": "staging"}]


def test_an_artifact_is_a_folder_of_the_execution(world: Any, delivered: dict[str, Any]) -> None:
    folder = world.settings.state_folder / "deliveries" / "whole" / "1"
    assert delivered["status"] == "Succeeded"
    assert sorted(path.name for path in (folder / "Build").iterdir()) == [
        "config.json",
        "kept.txt",
        "name.txt",
        "template.yml",
    ]


def test_the_file_of_deliveries_tells_the_same(world: Any, delivered: dict[str, Any]) -> None:
    records = load_executions(world.settings.state_folder / "deliveries.json")
    (record,) = [record for record in records if record.pipeline == "whole"]
    assert record.id == delivered["pipelineExecutionId"]
    build = record.action("Build")
    assert build is not None
    assert build.variables == {"DEPLOY": "true"}
    assert build.end is not None
    assert record.has_ended


@pytest.mark.parametrize(
    ("result", "status", "stage"), [("SKIP", "Succeeded", "Skipped"), ("FAIL", "Failed", "Failed")]
)
def test_a_condition_that_does_not_hold_skips_or_fails_the_stage(
    world: Any, tools: Any, result: str, status: str, stage: str
) -> None:
    name = f"condition-{result.lower()}"
    world.project(name, "export DEPLOY=false", exports=("DEPLOY",))
    world.project(f"{name}-after", "true")
    world.create(
        name,
        [
            {"name": "Build", "actions": [tools.build(name, namespace="Build")]},
            {"name": "Deploy", "beforeEntry": entry(result), "actions": [tools.build(f"{name}-after")]},
        ],
    )
    ended = world.ended(name)
    assert ended["status"] == status
    assert "#{Build.DEPLOY} is 'false'" in ended["statusSummary"]
    state = world.stage(name, "Deploy")
    assert state["latestExecution"]["status"] == stage
    assert "latestExecution" not in state["actionStates"][0]


def test_a_failed_action_ends_the_execution_and_those_that_began_with_it_still_run(world: Any, tools: Any) -> None:
    world.project("fails", "echo no; exit 3")
    world.project("works", "true")
    actions = [tools.build("fails", "First"), tools.build("works", "Second"), tools.build("works", "Third", runOrder=2)]
    after = [tools.build("works", "After")]
    world.create("failing", [{"name": "Build", "actions": actions}, {"name": "Next", "actions": after}])
    ended = world.ended("failing")
    assert ended["status"] == "Failed"
    assert "Build.First: COMMAND_EXECUTION_ERROR: build ended with exit status 3: no" in ended["statusSummary"]
    states = {state["actionName"]: state for state in world.stage("failing", "Build")["actionStates"]}
    assert states["First"]["latestExecution"]["errorDetails"]["message"] in ended["statusSummary"]
    assert states["Second"]["latestExecution"]["status"] == "Succeeded"
    assert "latestExecution" not in states["Third"]
    assert "latestExecution" not in world.stage("failing", "Next")


def test_a_failed_stage_is_tried_again_without_what_had_succeeded(world: Any, tools: Any, tmp_path: Any) -> None:
    mended = tmp_path / "mended"
    world.project("counts", f"echo once >> {tmp_path}/count")
    world.project("needs", f"test -e {mended}")
    actions = [tools.build("counts", "First"), tools.build("needs", "Second", runOrder=2)]
    world.create("again", [{"name": "Build", "actions": actions}])
    failed = world.ended("again")
    assert failed["status"] == "Failed"
    mended.touch()
    world.pipelines.retry_stage_execution(
        pipelineName="again",
        stageName="Build",
        pipelineExecutionId=failed["pipelineExecutionId"],
        retryMode="FAILED_ACTIONS",
    )
    assert world.ended("again")["status"] == "Succeeded"
    assert (tmp_path / "count").read_text() == "once\n"


def test_a_configuration_file_with_more_than_cloudformation_takes_fails_the_action(world: Any, tools: Any) -> None:
    world.project("odd", 'echo "{}" > out/t.yml; echo \'{"Test": {}}\' > out/c.json')
    stack = {
        "ActionMode": "CREATE_UPDATE",
        "StackName": "odd",
        "TemplatePath": "Build::t.yml",
        "TemplateConfiguration": "Build::c.json",
    }
    deploy = tools.action("Deploy", "Deploy/CloudFormation", stack, inputArtifacts=[{"name": "Build"}])
    build = tools.build("odd", outputArtifacts=[{"name": "Build"}])
    world.create("odd", [{"name": "Build", "actions": [build]}, {"name": "Deploy", "actions": [deploy]}])
    assert "c.json is not a template configuration: Test" in world.ended("odd")["statusSummary"]


def test_a_file_that_the_artifact_lacks_is_named_with_those_it_has(world: Any, tools: Any) -> None:
    stack = {"ActionMode": "CREATE_UPDATE", "StackName": "lacks", "TemplatePath": "Source::absent.yml"}
    deploy = tools.action("Deploy", "Deploy/CloudFormation", stack, inputArtifacts=[{"name": "Source"}])
    world.create("lacks", [{"name": "Deploy", "actions": [deploy]}])
    ended = world.ended("lacks")
    assert "artifact Source holds no such file; it holds name.txt, out/kept.txt" in ended["statusSummary"]


def test_a_setting_that_is_not_honoured_fails_the_action(world: Any, tools: Any) -> None:
    build = tools.action(
        "Build", "Build/CodeBuild", {"ProjectName": "x", "BatchEnabled": "true"}, inputArtifacts=[{"name": "Source"}]
    )
    world.create("batch", [{"name": "Build", "actions": [build]}])
    assert "the sandbox does not honour BatchEnabled" in world.ended("batch")["statusSummary"]


def test_a_pipeline_that_cannot_be_executed_is_not_created(world: Any, tools: Any) -> None:
    with pytest.raises(ClientError, match="the sandbox executes Approval/Manual"):
        world.create("lambda", [{"name": "Call", "actions": [tools.action("Call", "Invoke/Lambda", {})]}])
    assert "lambda" not in {entry["name"] for entry in world.pipelines.list_pipelines()["pipelines"]}


def test_a_branch_that_is_not_there_is_named(world: Any, tools: Any) -> None:
    world.repositories.create("branchless", None)
    faulty = tools.source("branchless")
    faulty["configuration"]["BranchName"] = "trunk"
    pipeline = {
        "name": "branchless",
        "roleArn": "arn:aws:iam::123456789012:role/delivery",
        "pipelineType": "V2",
        "stages": [
            {"name": "Source", "actions": [faulty]},
            {"name": "Ask", "actions": [tools.action("Ask", "Approval/Manual", {})]},
        ],
    }
    world.pipelines.create_pipeline(pipeline=pipeline)
    assert "repository branchless has no branch 'trunk'" in world.ended("branchless")["statusSummary"]


@pytest.mark.parametrize(("mode", "status"), [("CREATE_UPDATE", "Failed"), ("REPLACE_ON_FAILURE", "Succeeded")])
def test_a_stack_that_was_never_created_is_replaced_only_where_the_action_says_so(
    world: Any, tools: Any, mode: str, status: str
) -> None:
    name = f"again-{mode.lower().replace('_', '-')}"
    cloudformation = world.client("cloudformation")
    parameters = [{"ParameterKey": "Name", "ParameterValue": name}]
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE), Parameters=parameters)
    stacks = cloudformation_backends["123456789012"]["us-east-1"].stacks
    next(stack for stack in stacks.values() if stack.name == name).status = "CREATE_FAILED"
    world.project(name, f"echo '{json.dumps(TEMPLATE)}' > out/template.yml")
    stack = {
        "ActionMode": mode,
        "StackName": name,
        "TemplatePath": "Build::template.yml",
        "ParameterOverrides": json.dumps({"Name": name}),
    }
    deploy = tools.action("Deploy", "Deploy/CloudFormation", stack, inputArtifacts=[{"name": "Build"}])
    build = tools.build(name, outputArtifacts=[{"name": "Build"}])
    world.create(name, [{"name": "Build", "actions": [build]}, {"name": "Deploy", "actions": [deploy]}])
    ended = world.ended(name)
    assert ended["status"] == status, ended.get("statusSummary")
    assert status == "Succeeded" or "takes no update of such a stack" in ended["statusSummary"]
