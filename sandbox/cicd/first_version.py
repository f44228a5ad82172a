"""The first half: a new project waits for images, documents and an approval, and gets them one after another."""

import re
from pathlib import Path

from sandbox.cicd.happening import expect
from sandbox.cicd.project import LANES, MODEL_BUILD, CicdProject, expect_rule, expect_said, expect_succeeded
from sandbox.codepipeline.record import ExecutionRecord
from sandbox.commands.decisions import DEPLOY
from sandbox.jobs.storage import Storage
from sandbox.project.documents import upload_recipe

DOCUMENTS = 60
SEED = 17
TRAIN_SECONDS = 15


def first_executions(project: CicdProject) -> None:
    """Every pipeline runs once when it is created, and ends well whatever is not there yet."""
    project.say("First executions")
    for suffix, name in LANES.items():
        with project.happenings.line(f"the {name} lane is created") as line:
            record = project.follow(suffix, 1)
            expect_succeeded(record)
            expect(record.trigger.type == "CreatePipeline", f"{record.name} was started by {record.trigger}")
            line.started_by = "CodePipeline, for a new pipeline"
            line.took(record)
            image = project.settings.pipeline_name(suffix)
            line.led_to = f"version {_newest_image(project, image)} of the SageMaker Image {image}"
    with project.happenings.line("the model build is created") as line:
        record = project.follow(MODEL_BUILD, 1)
        line.took(record)
        line.started_by = "CodePipeline, for a new pipeline"
        if record.status == "Superseded":
            line.led_to = "superseded by a newer execution before it came to its build"
        else:
            expect_succeeded(record)
            line.led_to = "it ends well: " + expect_said(record, "Build", "No execution is started")
    with project.happenings.line("the deployment is created") as line:
        record = project.follow(DEPLOY, 1)
        line.took(record)
        expect_succeeded(record)
        skipped = [stage.name for stage in record.stages if stage.status == "Skipped"]
        expect(skipped == ["DeployStaging", "DeployProd"], f"{record.name} was to skip both stages, not {skipped}")
        line.started_by = "CodePipeline, for a new pipeline"
        line.led_to = "it ends well: " + expect_said(record, "Build", "No approved version")


def image_versions_start_the_model_build(project: CicdProject) -> None:
    """Each new image version starts the model build; one that waits is superseded by the next."""
    with project.happenings.line("three new image versions") as line:
        last = _settled(project, 2)
        expect_succeeded(last)
        expect_rule(last, f"sagemaker-{project.settings.project_id}-image")
        said = expect_said(last, "Build", "No execution is started")
        expect("is empty" in said, f"{last.name} was to wait for documents alone; it said {said!r}")
        superseded = sum(record.status == "Superseded" for record in project.executions(MODEL_BUILD))
        line.started_by = last.trigger.detail
        line.led_to = f"the model build, {last.number - 1} times, {superseded} superseded; it ends well: {said}"


def documents_arrive(project: CicdProject) -> None:
    """Documents in the bucket start nothing."""
    project.say("Documents")
    with project.happenings.line(f"{DOCUMENTS} synthetic cards are uploaded") as line:
        before = project.next(MODEL_BUILD)
        uri = upload_recipe(Storage(project.client("s3")), project.settings, DOCUMENTS, SEED)
        line.started_by = "a person"
        line.led_to = f"{uri}; nothing runs"
        expect(project.next(MODEL_BUILD) == before, "an upload of documents was to start nothing")


def push_to_model_build(project: CicdProject) -> None:
    """A push starts the build, the build the SageMaker pipeline, and that registers a version."""
    project.say("A push to model-build")
    with project.happenings.line("a push to model-build") as line:
        number, before = project.next(MODEL_BUILD), project.sagemaker_executions()
        commit = project.push(MODEL_BUILD, f"Train for {TRAIN_SECONDS} s", shorten_training)
        record = project.follow(MODEL_BUILD, number)
        expect_succeeded(record)
        expect_rule(record, f"{project.settings.pipeline_name(MODEL_BUILD)}-push")
        expect(record.revisions[0].commit == commit, f"{record.name} built {record.revisions[0].commit}, not {commit}")
        steps = [step.name for step in project.follow_sagemaker(before).steps]
        line.started_by = record.trigger.detail
        line.led_to = f"the SageMaker pipeline: {', '.join(steps)}; version {newest_version(project)} is registered"
        expect(newest_version(project) == 1, f"expected version 1 to be registered, found {newest_version(project)}")


def shorten_training(folder: Path) -> None:
    """Give the parameter MaxTrainSeconds another default, in the code and where it is documented."""
    for name, pattern in (
        ("pipelines/parameters.py", r'("MaxTrainSeconds", default_value=)\d+'),
        ("README.md", r"(\| `MaxTrainSeconds` \| `)\d+"),
    ):
        path = folder / name
        changed, count = re.subn(pattern, rf"\g<1>{TRAIN_SECONDS}", path.read_text())
        expect(count == 1, f"{name} of model-build was to have MaxTrainSeconds once, found {count} times")
        path.write_text(changed)


def newest_version(project: CicdProject) -> int:
    """Number of the newest version in the registry, 0 when there is none."""
    listed = project.client("sagemaker").list_model_packages(ModelPackageGroupName=project.settings.project)
    return max((entry["ModelPackageVersion"] for entry in listed["ModelPackageSummaryList"]), default=0)


def _newest_image(project: CicdProject, name: str) -> int:
    return int(project.client("sagemaker").describe_image_version(ImageName=name)["Version"])


def _settled(project: CicdProject, first: int) -> ExecutionRecord:
    """The last execution of the model build, once it and all before it have ended."""
    number = first
    while True:
        record = project.follow(MODEL_BUILD, number)
        known = project.executions(MODEL_BUILD)
        if number == len(known):
            return record
        number += 1
