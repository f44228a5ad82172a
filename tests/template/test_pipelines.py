"""Each pipeline takes its own repository to its own build, and the deployment goes through its gates in order."""

from fnmatch import fnmatch

import pytest

from wiring import sources
from wiring.deployment import CONNECTION, Deployment, deployed
from wiring.names import OURS, PREFIXES, REPOSITORIES
from wiring.pipelines import Action, actions, available, turns
from wiring.stack import Resource, Stack

BUILDS = {
    **{suffix: f"{prefix}ImageBuild" for suffix, prefix in PREFIXES.items() if suffix.endswith("imagebuild")},
    "modelbuild": "ModelBuildProject",
    "modeldeploy": "ModelDeployProject",
}
each_suffix = pytest.mark.parametrize("suffix", REPOSITORIES)
STAGES = {"staging": "DeployStaging", "prod": "DeployProd"}
each_stage = pytest.mark.parametrize("stage", STAGES)


def pipeline(deployment: Deployment, suffix: str) -> Resource:
    lane = "ImagePipeline" if suffix.endswith("imagebuild") else "Pipeline"
    return deployment.project[PREFIXES[suffix] + lane]


def action(deployment: Deployment, suffix: str, name: str) -> Action:
    (found,) = [each for each in actions(pipeline(deployment, suffix)) if each.name == name]
    return found


# All five


def test_there_is_one_for_each_repository_and_no_other(deployment: Deployment) -> None:
    found = deployment.project.of_type("AWS::CodePipeline::Pipeline")
    assert {each.name for each in found.values()} == {OURS.short(suffix) for suffix in REPOSITORIES}


@each_suffix
def test_it_is_named_after_its_repository(suffix: str, deployment: Deployment) -> None:
    assert pipeline(deployment, suffix).name == OURS.short(suffix)


@each_suffix
def test_it_is_of_the_second_version_which_knows_conditions_and_execution_modes(
    suffix: str, deployment: Deployment
) -> None:
    assert pipeline(deployment, suffix).properties["PipelineType"] == "V2"


@each_suffix
def test_deployments_wait_for_each_other_and_builds_give_way_to_newer_ones(suffix: str, deployment: Deployment) -> None:
    mode = "QUEUED" if suffix == "modeldeploy" else "SUPERSEDED"
    assert pipeline(deployment, suffix).properties["ExecutionMode"] == mode


@each_suffix
def test_its_artifacts_go_to_the_projects_bucket_under_the_key(suffix: str, deployment: Deployment) -> None:
    assert pipeline(deployment, suffix).properties["ArtifactStore"] == {
        "Type": "S3",
        "Location": OURS.bucket,
        "EncryptionKey": {"Type": "KMS", "Id": deployment.export("KeyArn")},
    }


@each_suffix
def test_it_runs_as_the_delivery_role(suffix: str, deployment: Deployment) -> None:
    assert pipeline(deployment, suffix).properties["RoleArn"] == deployment.export("DeliveryRoleArn")


@each_suffix
def test_every_artifact_is_made_before_it_is_taken(suffix: str, deployment: Deployment) -> None:
    missing = {each.name: set(each.inputs) - made for each, made in available(pipeline(deployment, suffix))}
    assert not any(missing.values()), missing


@each_suffix
def test_no_two_actions_make_one_artifact(suffix: str, deployment: Deployment) -> None:
    made = [output for each in actions(pipeline(deployment, suffix)) for output in each.outputs]
    assert len(set(made)) == len(made)


@each_suffix
@pytest.mark.parametrize("form", ["codecommit", "everything"])
def test_its_source_is_its_own_codecommit_repository(suffix: str, form: str) -> None:
    deployment = deployed(form, Branch="trunk")
    source = action(deployment, suffix, "Source")
    assert source.kind == ("Source", "CodeCommit")
    # Without polling: a rule hears of the push.
    assert source.configuration == {
        "RepositoryName": OURS.repository(suffix),
        "BranchName": "trunk",
        "OutputArtifactFormat": "CODE_ZIP",
        "PollForSourceChanges": "false",
    }
    assert source.outputs == ["Source"]


@each_suffix
def test_its_source_is_its_own_repository_behind_the_connection(suffix: str) -> None:
    source = action(deployed("connection", Branch="trunk"), suffix, "Source")
    assert source.kind == ("Source", "CodeStarSourceConnection")
    assert source.configuration == {
        "ConnectionArn": CONNECTION,
        "FullRepositoryId": f"acme/{OURS.repository(suffix)}",
        "BranchName": "trunk",
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "true",
    }
    assert source.outputs == ["Source"]


@each_suffix
def test_its_build_takes_the_source_to_its_own_build_project(suffix: str, deployment: Deployment) -> None:
    build = action(deployment, suffix, "Build")
    assert build.kind == ("Build", "CodeBuild")
    assert build.configuration == {"ProjectName": deployment.project[BUILDS[suffix]].name}
    assert (build.inputs, build.outputs) == (["Source"], ["Build"])


@each_suffix
def test_a_repository_begins_with_the_seed_code_of_its_folder(suffix: str) -> None:
    deployment = deployed(Branch="trunk")
    repository = deployment.project[f"{PREFIXES[suffix]}Repository"]
    assert repository.name == OURS.repository(suffix)
    assert repository.properties["Code"] == {
        "BranchName": "trunk",
        "S3": {
            "Bucket": deployment.export("TemplateBucketName"),
            "Key": f"ocr-project/0.1.0/seed/{REPOSITORIES[suffix]}.zip",
        },
    }


# Image lanes and the model build


@pytest.mark.parametrize("suffix", [suffix for suffix in REPOSITORIES if suffix != "modeldeploy"])
def test_a_build_is_all_that_follows_a_push(suffix: str, deployment: Deployment) -> None:
    assert turns(pipeline(deployment, suffix)) == {"Source": [{"Source"}], "Build": [{"Build"}]}


# The deployment


def test_it_goes_through_staging_its_test_and_an_approval_to_production() -> None:
    flow = turns(pipeline(deployed(), "modeldeploy"))
    assert list(flow) == ["Source", "Build", "DeployStaging", "DeployProd"]
    assert flow == {
        "Source": [{"Source"}],
        "Build": [{"Build"}],
        "DeployStaging": [{"DeployStaging"}, {"TestStaging"}, {"ApproveProduction"}],
        "DeployProd": [{"DeployProd"}, {"TestProd"}],
    }


@pytest.mark.parametrize(
    ("parameters", "last"),
    [
        ({"WithFrontDoor": "true"}, {"DeployFrontDoor"}),
        ({"WithDrift": "true"}, {"DeployDrift"}),
        ({"WithFrontDoor": "true", "WithDrift": "true"}, {"DeployFrontDoor", "DeployDrift"}),
    ],
)
def test_what_stands_around_production_follows_when_production_passed_its_test(
    parameters: dict[str, str], last: set[str]
) -> None:
    flow = turns(pipeline(deployed(**parameters), "modeldeploy"))
    assert flow["DeployProd"] == [{"DeployProd"}, {"TestProd"}, last]


@each_stage
def test_a_stage_is_skipped_while_there_is_nothing_to_deploy(stage: str, deployment: Deployment) -> None:
    stages = {each["Name"]: each for each in pipeline(deployment, "modeldeploy").properties["Stages"]}
    (condition,) = stages[STAGES[stage]]["BeforeEntry"]["Conditions"]
    assert condition["Result"] == "SKIP"
    (rule,) = condition["Rules"]
    assert rule["RuleTypeId"] == {"Category": "Rule", "Owner": "AWS", "Provider": "VariableCheck", "Version": "1"}
    build = action(deployment, "modeldeploy", "Build")
    # The stage is entered when the rule holds.
    assert rule["Configuration"] == {
        "Variable": f"#{{{build.declared['Namespace']}.DEPLOY}}",
        "Operator": "EQ",
        "Value": "true",
    }


def test_only_the_stages_that_deploy_have_a_condition(deployment: Deployment) -> None:
    for suffix in REPOSITORIES:
        stages = pipeline(deployment, suffix).properties["Stages"]
        with_condition = {each["Name"] for each in stages if each.keys() - {"Name", "Actions"}}
        assert with_condition == (set(STAGES.values()) if suffix == "modeldeploy" else set())


REPLACED = {"staging", "drift"}
"""Stacks that are deleted and made anew when they are in a failed state. Callers depend on the others."""


def stack_action(deployment: Deployment, name: str, stack: str, template: str, configuration: str) -> None:
    deploy = action(deployment, "modeldeploy", name)
    assert deploy.kind == ("Deploy", "CloudFormation")
    assert deploy.configuration == {
        "ActionMode": "REPLACE_ON_FAILURE" if stack in REPLACED else "CREATE_UPDATE",
        "StackName": OURS.short(stack),
        "RoleArn": deployment.export("StackRoleArn"),
        "TemplatePath": f"Build::{template}",
        "TemplateConfiguration": f"Build::{configuration}",
    }
    assert deploy.inputs == ["Build"]


@each_stage
def test_a_stage_is_deployed_from_what_the_build_exported_for_it(stage: str, deployment: Deployment) -> None:
    stack_action(deployment, STAGES[stage], stage, "template-export.yml", f"{stage}-config-export.json")


def test_the_front_door_is_deployed_from_what_the_build_exported_for_it(whole: Deployment) -> None:
    stack_action(whole, "DeployFrontDoor", "front-door", "front-door-export.yml", "front-door-config-export.json")


def test_the_drift_job_is_deployed_from_what_the_build_exported_for_it(whole: Deployment) -> None:
    stack_action(whole, "DeployDrift", "drift", "drift-export.yml", "drift-config-export.json")


@each_stage
def test_a_stages_test_is_told_which_stage_it_tests(stage: str, deployment: Deployment) -> None:
    test = action(deployment, "modeldeploy", STAGES[stage].replace("Deploy", "Test"))
    assert test.kind == ("Test", "CodeBuild")
    assert test.configuration["ProjectName"] == deployment.project["EndpointTestProject"].name
    assert test.environment == {
        "BUILD_CONFIG": f"{stage}-config-export.json",
        "EXPORT_TEST_RESULTS": f"{stage}-test-results.json",
    }
    assert (test.inputs, test.outputs) == (["Build"], [f"{stage.title()}Test"])


def test_production_waits_for_a_person_who_is_told(deployment: Deployment) -> None:
    approval = action(deployment, "modeldeploy", "ApproveProduction")
    assert approval.kind == ("Approval", "Manual")
    assert approval.configuration["NotificationArn"] == deployment.project["AlarmTopic"].arn
    assert f"Staging of {OURS.project} serves the new version" in approval.configuration["CustomData"]


def files(stack: Stack) -> set[str]:
    paths = set()
    for each in actions(stack["ModelDeployPipeline"]):
        for name in ("TemplatePath", "TemplateConfiguration"):
            if name in each.configuration:
                artifact, _, path = each.configuration[name].partition("::")
                assert artifact in each.inputs
                paths.add(path)
        if "BUILD_CONFIG" in each.environment:
            paths.add(each.environment["BUILD_CONFIG"])
    return paths


def test_every_file_that_an_action_names_is_an_artifact_of_the_build(whole: Deployment) -> None:
    kept = sources.document("model-deploy/buildspec.yml")["artifacts"]["files"]
    missing = {path for path in files(whole.project) if not any(fnmatch(path, pattern) for pattern in kept)}
    assert missing == set()
