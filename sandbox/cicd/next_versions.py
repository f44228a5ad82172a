"""The second half: approvals, a second version, a rollback, and a staging test that fails."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.cicd.first_version import newest_version
from sandbox.cicd.happening import expect
from sandbox.cicd.project import MODEL_BUILD, CicdProject, expect_rule, expect_said, expect_succeeded
from sandbox.commands.decisions import DEPLOY
from sandbox.commands.delivery_progress import waiting_approval
from sandbox.project.stage_thresholds import change_threshold

INFERENCE = "inferenceimagebuild"
IMPOSSIBLE_MS = 1


def approve(project: CicdProject, version: int) -> None:
    """An approval deploys to staging, whose test decides; a person decides on production."""
    project.say(f"Approval of version {version}")
    _deploy(project, f"version {version} is approved", project.decide(version, "Approved"), version)


def reject(project: CicdProject, version: int) -> None:
    """A rejection brings the version before it back, by the same way."""
    project.say(f"Rejection of version {version}")
    _deploy(project, f"version {version} is rejected", project.decide(version, "Rejected"), version - 1)


@dataclass(frozen=True)
class Pushed:
    """What a push to an image repository will have started, by the numbers of the executions."""

    lane: int
    model_build: int
    sagemaker_before: list[str]


def push_to_the_inference_image(project: CicdProject) -> Pushed:
    """Push a change of the reader, and do not wait for what comes of it."""
    project.say("A push to the inference image")
    pushed = Pushed(project.next(INFERENCE), project.next(MODEL_BUILD), project.sagemaker_executions())
    project.push(INFERENCE, "Say whose reader this is", _edit_the_reader)
    return pushed


def a_second_version(project: CicdProject, pushed: Pushed) -> None:
    """The push gives an image version, which starts the model build; what that can reuse it does."""
    project.say("A second version")
    with project.happenings.line("a push to the inference image") as line:
        record = project.follow(INFERENCE, pushed.lane)
        expect_succeeded(record)
        expect_rule(record, f"{project.settings.pipeline_name(INFERENCE)}-push")
        name = project.settings.pipeline_name(INFERENCE)
        version = project.client("sagemaker").describe_image_version(ImageName=name)["Version"]
        expect(version == 2, f"expected version 2 of the SageMaker Image {name}, found {version}")
        line.took(record)
        line.started_by, line.led_to = record.trigger.detail, f"version {version} of the SageMaker Image {name}"
    with project.happenings.line("a new version of the inference image") as line:
        record = project.follow(MODEL_BUILD, pushed.model_build)
        expect_succeeded(record)
        expect_rule(record, f"sagemaker-{project.settings.project_id}-image")
        steps = {step.name: step.cached for step in project.follow_sagemaker(pushed.sagemaker_before).steps}
        expect(steps.get("Preprocess") and steps.get("Train"), f"Preprocess and Train were to be cached: {steps}")
        expect(not steps["Evaluate"], "Evaluate was to run, because its image is a new one")
        line.since(record)
        line.started_by = record.trigger.detail
        told = ", ".join(f"{name} (cached)" if cached else name for name, cached in steps.items())
        line.led_to = f"the SageMaker pipeline: {told}; version {newest_version(project)} is registered"
        expect(newest_version(project) == 2, f"expected version 2 to be registered, found {newest_version(project)}")


def push_an_impossible_threshold(project: CicdProject) -> None:
    """A staging test that fails ends the deployment; production does not notice."""
    project.say("A push to model-deploy that staging cannot pass")
    with project.happenings.line(f"a push to model-deploy: staging must answer within {IMPOSSIBLE_MS} ms") as line:
        number, before = project.next(DEPLOY), project.endpoint("prod")
        project.push(DEPLOY, f"Staging must answer within {IMPOSSIBLE_MS} ms", _ask_the_impossible)
        record = project.follow(DEPLOY, number)
        expect_rule(record, f"{project.settings.pipeline_name(DEPLOY)}-push")
        expect(record.status == "Failed", f"{record.name} was to fail; it is {record.status}")
        failed = [action.name for action in record.actions() if action.status == "Failed"]
        expect(failed == ["TestStaging"], f"{record.name} was to fail in TestStaging, not in {failed}")
        expect(record.stage("DeployProd") is None, f"{record.name} was to leave production alone")
        expect(project.endpoint("prod") == before, "production's endpoint was to stay as it was")
        line.started_by = record.trigger.detail
        said = expect_said(record, "TestStaging", "p95 latency is").split(". ")[0]
        line.led_to = f"TestStaging fails: {said}; production is untouched"


def _deploy(project: CicdProject, what: str, number: int, version: int) -> None:
    with project.happenings.line(what) as line:
        record = project.follow(DEPLOY, number)
        expect_rule(record, f"sagemaker-{project.settings.project_id}-approval")
        expect(waiting_approval(record), f"{record.name} was to pass staging: {record.status}, {record.failure_reason}")
        project.expect_served("staging", version)
        line.started_by = record.trigger.detail
        line.led_to = f"staging serves version {version} and has passed its test; production waits for an answer"
    with project.happenings.line("production is approved") as line:
        record = project.promote(record)
        expect_succeeded(record)
        project.expect_served("prod", version)
        line.started_by = "a person"
        line.led_to = f"production serves version {version} and has passed its test"


def _edit_the_reader(folder: Path) -> None:
    path = folder / "ocr_inference" / "__init__.py"
    path.write_text(path.read_text() + "\n# A team's own reader.\n")


def _ask_the_impossible(folder: Path) -> None:
    change_threshold(folder, "MaxLatencyMs", IMPOSSIBLE_MS, stages=["staging"])
