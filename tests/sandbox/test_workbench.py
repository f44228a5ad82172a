"""The workbench against a sandbox whose images are a few lines: executions, jobs, versions, by their names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench.cli import main
from workbench.execution import Execution
from workbench.job import Job
from workbench.project import Project


def code_build(sandbox: Any, name: str, variables: dict[str, str]) -> None:
    sandbox.client("codebuild").create_project(
        name=name,
        source={"type": "CODECOMMIT", "location": f"https://git/{name}"},
        artifacts={"type": "NO_ARTIFACTS"},
        serviceRole=sandbox.settings.role_arn,
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": key, "value": value} for key, value in variables.items()],
        },
    )


@pytest.fixture(scope="module")
def environment(sandbox: Any) -> dict[str, str]:
    """What a person's shell has who works with this sandbox; the project's builds are there."""
    settings = sandbox.settings
    names = {"SAGEMAKER_PROJECT_NAME": "ocr", "SAGEMAKER_PROJECT_ID": "local", "ARTIFACT_BUCKET": settings.bucket}
    group = {"SOURCE_MODEL_PACKAGE_GROUP_NAME": settings.project, "MODEL_EXECUTION_ROLE_ARN": settings.role_arn}
    code_build(sandbox, "sagemaker-local-modelbuild", {**names, "SAGEMAKER_PIPELINE_NAME": "workbench"})
    code_build(sandbox, "sagemaker-local-modeldeploy", {**names, **group})
    code_build(sandbox, "sagemaker-local-testing", {"SOMETHING": "else"})
    return {
        "AWS_ENDPOINT_URL": sandbox.state.endpoint_url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": settings.region,
    }


@pytest.fixture
def shell(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's shell."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(shell: None) -> Project:  # noqa: ARG001 - what it is found by
    """The project, found by its name."""
    return wb.connect("ocr")


@pytest.fixture(scope="module")
def finished(sandbox: Any, definition_for: Callable[[str], Any]) -> str:
    """ARN of an execution that has ended well."""
    arn = sandbox.start("workbench", definition_for("workbench"), BatchSize="5")
    sandbox.finish(arn)
    return str(arn)


def test_a_project_is_what_its_builds_were_told(project: Project, sandbox: Any) -> None:
    assert (project.name, project.id, project.pipeline) == ("ocr", "local", "workbench")
    assert project.bucket == sandbox.settings.bucket
    assert wb.connect("local") == project


def test_a_project_that_is_not_there_is_said_with_those_that_are(project: Project) -> None:
    assert project
    with pytest.raises(wb.WorkbenchError, match=r"project 'other': found 0 .* are: ocr \(local\)"):
        wb.connect("other")


def test_an_execution_is_found_by_its_id_its_arn_and_as_the_latest(project: Project, finished: str) -> None:
    for name in (finished, finished.rsplit("/", 1)[-1]):
        found = wb.attach(project, name)
        assert isinstance(found, Execution)
        assert found.arn == finished
    newest = wb.attach(project, "latest")
    assert isinstance(newest, Execution)
    assert newest.arn == wb.executions(project)[0].arn
    assert [step.name for step in found.steps] == ["Preprocess", "Train", "Evaluate", "Gate", "Register"]
    assert found.follow().status == "Succeeded"


def test_a_job_is_found_by_its_name_with_its_log_and_its_metrics(project: Project, finished: str) -> None:
    execution = wb.attach(project, finished)
    assert isinstance(execution, Execution)
    job = wb.attach(project, execution.job("Train").name)
    assert isinstance(job, Job)
    assert job.hyperparameters["batch_size"] == "5"
    assert job.log().last(1).text == "epoch=2 train_loss=0.25 validation_exact_match=0.75 validation_cer=0.125"
    assert job.metrics().curves["validation:cer"].values == (0.5, 0.125)


def test_a_job_that_runs_is_followed_to_its_end(
    project: Project, finished: str, capsys: pytest.CaptureFixture[str]
) -> None:
    started = wb.train(wb.attach(project, finished), {"sleep": 1, "batch_size": 2})
    followed = wb.attach(project, started.name).follow()
    assert followed.status == "Completed"
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "epoch=1 train_loss=0.5 validation_exact_match=0.25 validation_cer=0.5",
        "epoch=2 train_loss=0.25 validation_exact_match=0.75 validation_cer=0.125",
    ]


def test_what_a_job_left_is_listed_and_fetched_unpacked(project: Project, finished: str, tmp_path: Path) -> None:
    execution = wb.attach(project, finished)
    assert isinstance(execution, Execution)
    job = execution.job("Train")
    assert [file.name for file in job.artifacts().outputs["output"]] == ["model.tar.gz", "output.tar.gz"]
    fetched = {path.relative_to(tmp_path).as_posix() for path in job.fetch(tmp_path)}
    assert fetched == {
        "output/model/model.onnx",
        "output/model/training.json",
        "output/output/start_point/model.onnx",
    }


def test_what_is_nowhere_is_said_with_what_there_is(project: Project, finished: str) -> None:
    with pytest.raises(wb.WorkbenchError, match=f"'nothing'.*are: .*{finished.rsplit('/', 1)[-1]}"):
        wb.attach(project, "nothing")


def test_training_jobs_like_the_executions_differ_in_what_was_chosen(project: Project, finished: str) -> None:
    execution = wb.attach(project, finished)
    jobs = wb.wait_all(wb.train_many(execution, [{"batch_size": 3}, {"batch_size": 4, "sleep": 0}]))
    assert [job.hyperparameters["batch_size"] for job in jobs] == ["3", "4"]
    comparison = wb.compare(jobs, "validation:cer")
    assert {comparison.values[job.name]["validation:cer"] for job in jobs} == {0.125}
    assert "batch_size" in comparison.table().columns
    uris = [job.artifacts().uri("model.tar.gz") for job in jobs]
    expected = [f"s3://{project.bucket}/workbench/{job.name}/model/{job.name}/output/model.tar.gz" for job in jobs]
    assert uris == expected


def test_a_job_that_fails_is_raised_with_its_own_words(project: Project, finished: str) -> None:
    with pytest.raises(wb.WorkbenchError, match="Failed: AlgorithmError: batch_size is 13"):
        wb.train(wb.attach(project, finished), {"batch_size": 13}).wait()


def test_an_execution_that_fails_is_raised_with_its_own_words(project: Project, finished: str) -> None:
    assert finished
    with pytest.raises(wb.WorkbenchError, match=r"Failed in Train: .*unlucky number"):
        wb.run(project, parameters={"BatchSize": 13}).follow()


def test_documents_below_an_address_are_those_of_the_folder(project: Project, tmp_path: Path, sandbox: Any) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    uri = wb.upload_documents(project, folder)
    (folder / "old.txt").unlink()
    (folder / "new.txt").write_text("new")
    assert wb.upload_documents(project, folder) == uri == f"s3://{project.bucket}/documents/cards/"
    assert list(sandbox.storage.keys(uri)) == ["documents/cards/new.txt"]


def test_a_version_is_approved_and_rejected(project: Project, finished: str) -> None:
    assert finished
    version = wb.find_version(project)
    assert version.approve().status == "Approved"
    assert version.reject().status == "Rejected"
    assert wb.versions(project).versions[0].number == version.number


def test_the_command_attaches_too(
    project: Project, finished: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    picture = tmp_path / "curves.png"
    arguments = [
        "--project",
        "ocr",
        "attach",
        finished,
        "--step",
        "Train",
        "--log",
        "--metrics",
        "--plot",
        str(picture),
    ]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "epoch=1 train_loss=0.5" in said
    assert "validation:cer" in said
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_command_that_fails_says_so_in_a_sentence(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert project
    assert main(["--project", "ocr", "attach", "nothing"]) == 1
    assert "there is no training job" in capsys.readouterr().err


def test_a_version_is_deployed_beside_the_stages_and_taken_away(project: Project, finished: str, sandbox: Any) -> None:
    assert finished
    version = wb.find_version(project)
    endpoint = wb.deploy(version, "try", task="detection", capture_percent=50)
    assert (endpoint.name, endpoint.status, endpoint.version) == ("ocr-try-detection", "InService", version.arn)
    assert [each.name for each in wb.endpoints(project).endpoints] == ["ocr-try-detection"]
    sagemaker = sandbox.client("sagemaker")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint.described["EndpointConfigName"])
    assert config["DataCaptureConfig"]["InitialSamplingPercentage"] == 50
    model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    assert model["PrimaryContainer"]["Environment"]["OCR_TASK"] == "detection"
    wb.delete(project, "try", task="detection")
    assert wb.endpoints(project).endpoints == ()


@pytest.mark.parametrize("name", ["prod", "staging", "", "a_b", "x" * 31])
def test_a_stages_name_is_not_taken(project: Project, name: str) -> None:
    with pytest.raises(wb.WorkbenchError, match="cannot be the name"):
        wb.delete(project, name)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("project", "ocr-local"),
        ("executions", "Preprocess"),
        ("figures ARN", "dataset feedfeedfeedfeed: 9 lines, 1 left out"),
        ("figures", "exact_match"),
        ("versions", "versions of ocr-local"),
        ("version 1", "model.tar.gz"),
        ("endpoints", "serves"),
        ("attach ARN --step Train --artifacts", "output.tar.gz"),
        ("train --like ARN --choice batch_size=2 --choice batch_size=3 --no-wait", "started ocr-"),
    ],
)
def test_a_command_shows_what_its_call_gives(
    project: Project, finished: str, command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    assert main(["--project", "ocr", *command.replace("ARN", finished).split()]) == 0
    assert said in capsys.readouterr().out
