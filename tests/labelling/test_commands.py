"""The commands against AWS as far as it can be had here: what they print, and how they end."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelling import commands
from labelling.cli import main
from tests.labelling.conftest import INPUT, OUTPUT

BB = [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}, {"x": 0, "y": 9}]
TEXTS = [{"text": "香港", "line_num": "1", "type": "printed", "bb": BB}]


@pytest.fixture
def account(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for module in (commands.jobs, commands.local, commands.people):
        monkeypatch.setattr(module, "clients_of", lambda _: aws)
    return aws


@pytest.fixture
def team(account: Any) -> None:
    """A work team whose user pool is moto's, of a stack of labeling.yaml."""
    account.pool = account.cognito.create_user_pool(PoolName="p", UsernameAttributes=["email"])["UserPool"]["Id"]
    account.cognito.create_group(UserPoolId=account.pool, GroupName="ocr-labelling")
    for _ in range(4):
        account.will_describe_stack()
        account.will_describe_team()


@pytest.mark.usefixtures("team")
def test_people_are_invited_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    portal = "They sign in and label at https://abc.labeling.us-east-1.sagemaker.aws\n"
    assert main(["invite", "an@example.com"]) == 0
    assert capsys.readouterr().out == f"an@example.com: FORCE_CHANGE_PASSWORD\n{portal}"
    assert main(["workers"]) == 0
    assert capsys.readouterr().out == f"an@example.com: FORCE_CHANGE_PASSWORD\n{portal}"
    assert main(["remove", "an@example.com", "--delete"]) == 0
    assert main(["workers"]) == 0
    out = capsys.readouterr().out
    assert out == f"removed: an@example.com\nNobody is of the work team ocr-labelling: invite somebody.\n{portal}"


@pytest.mark.parametrize(("status", "code"), [("Completed", 0), ("Failed", 1), ("Stopped", 1)])
def test_waiting_ends_as_the_job_does(account: Any, capsys: pytest.CaptureFixture[str], status: str, code: int) -> None:
    for each in ("InProgress", status):
        account.will_describe_job(each, labelled=1)
        account.will_describe_team()
    assert main(["wait", "cards-1", "--seconds", "0"]) == code
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [
        "cards-1: InProgress",
        f"cards-1: {status}",
    ]


def test_the_status_is_one_line(account: Any, capsys: pytest.CaptureFixture[str]) -> None:
    account.will_describe_job("InProgress", labelled=1, left=1)
    account.will_describe_team()
    assert main(["status", "cards-1"]) == 0
    assert capsys.readouterr().out.startswith("cards-1: InProgress, 1 of 2 pages labelled, people label at https://")


def test_a_job_s_labels_are_fetched_and_corrected_by_the_next(
    account: Any, labelled_row: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "s3://cards/documents/cards/1.jpg"
    account.put(address, b"picture")
    account.put(INPUT, [{"source-ref": address}])
    account.put(f"{OUTPUT}/cards-1/manifests/output/output.manifest", [labelled_row({"source-ref": address}, TEXTS)])
    account.will_describe_job("Completed", 1)
    assert main(["fetch", "cards-1", "--to", str(tmp_path)]) == 0
    assert "1 of 1 pages labelled (Completed)" in capsys.readouterr().out
    told = ["manifest", "s3://cards/documents/cards", "--labels", str(tmp_path / "labels.manifest")]
    assert main([*told, "--output", "s3://cards/documents/again.jsonl"]) == 0
    assert "1 pages, 0 of them read by the endpoint, 1 with labels" in capsys.readouterr().out
    row = json.loads(account.get("s3://cards/documents/again.jsonl"))
    assert (row["source-ref"], row["annotations"]["texts"]) == (address, TEXTS)


def test_manifests_are_merged_from_both_sides(
    account: Any, labelled_row: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = labelled_row({"source-ref": "1.jpg"}, [], "2026-01-01T00:00:00.0")
    newer = labelled_row({"source-ref": "1.jpg"}, TEXTS, "2026-01-02T00:00:00.0")
    account.put("s3://cards/one.manifest", [newer, labelled_row({"source-ref": "2.jpg"}, [])])
    (tmp_path / "two.manifest").write_text(json.dumps(older), encoding="utf-8")
    output = tmp_path / "all.manifest"
    told = ["merge", "s3://cards/one.manifest", str(tmp_path / "two.manifest"), "--output", str(output)]
    assert main(told) == 0
    assert capsys.readouterr().out == f"2 pages: {output}\n"
    first, _ = output.read_text(encoding="utf-8").splitlines()
    assert json.loads(first)["annotations"]["texts"] == TEXTS


def test_a_file_that_is_none_is_told(account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert account.s3
    assert main(["merge", str(tmp_path / "none"), "--output", str(tmp_path / "all")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'none'} cannot be read: No such file or directory.\n"


def test_no_such_job_is_told_without_a_traceback(account: Any, capsys: pytest.CaptureFixture[str]) -> None:
    account.answers.add_client_error("describe_labeling_job", "ValidationException", "Requested resource not found.")
    assert main(["status", "cards-1"]) == 1
    assert "Requested resource not found." in capsys.readouterr().err
