"""Notebook 3: its last section against AWS as far as it can be had here. The rest runs with the other notebooks."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.stub import ANY

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "3-label-your-own.ipynb"
DOCUMENTS = "s3://cards/documents/cards-1"
TEXTS = [
    {
        "text": "香港",
        "line_num": "1",
        "type": "printed",
        "bb": [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}, {"x": 0, "y": 9}],
    }
]


def cells() -> dict[str, str]:
    content = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return {cell["id"]: "".join(cell["source"]) for cell in content["cells"]}


@pytest.fixture
def known(aws: Any, tmp_path: Path) -> dict[str, Any]:
    """What the cells above know: the parameters, the project and the pictures."""
    names: dict[str, Any] = {}
    exec(cells()["parameters"], names)
    (tmp_path / "1.jpg").write_bytes(b"picture")
    names |= {"project": SimpleNamespace(client=aws, bucket="cards"), "pictures": tmp_path, "read": None}
    return names | {"EMAILS": ["an@example.com"], "JOB": "cards-1"}


def test_a_job_on_aws_is_one_cell(
    aws: Any, known: dict[str, Any], labelled_row: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.pool = aws.cognito.create_user_pool(PoolName="p", UsernameAttributes=["email"])["UserPool"]["Id"]
    aws.cognito.create_group(UserPoolId=aws.pool, GroupName="ocr-labelling")
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    aws.s3.put_bucket_cors(Bucket="cards", CORSConfiguration={"CORSRules": [rule]})
    job = {"ManifestS3Uri": f"{DOCUMENTS}.jsonl"}
    given = {"source-ref": f"{DOCUMENTS}/1.jpg"}
    # What Ground Truth will have written by the end.
    aws.put("s3://cards/labelling/jobs/cards-1/manifests/output/output.manifest", [labelled_row(given, TEXTS)])
    aws.will_describe_team()
    asked = dict.fromkeys(("LabelAttributeName", "OutputConfig", "RoleArn", "HumanTaskConfig"), ANY)
    asked |= {"LabelingJobName": "cards-1", "InputConfig": {"DataSource": {"S3DataSource": job}}}
    aws.answers.add_response("create_labeling_job", {"LabelingJobArn": "arn:aws:sagemaker:::labeling-job/c"}, asked)
    aws.will_describe_job("Completed", 1)
    aws.will_describe_team()
    aws.will_describe_job("Completed", 1, InputConfig={"DataSource": {"S3DataSource": job}})
    for _ in range(2):
        aws.will_describe_stack()
    exec(cells()["ground-truth"], known)
    assert json.loads(aws.get(f"{DOCUMENTS}.jsonl")) == given
    assert json.loads(aws.get(f"{DOCUMENTS}/labels.manifest"))["annotations"]["texts"] == TEXTS
    assert capsys.readouterr().out.splitlines() == [
        "an@example.com: FORCE_CHANGE_PASSWORD",
        "cards-1: Completed, 1 of 1 pages labelled",
        f"1 of 1 pages labelled (Completed): {DOCUMENTS}/labels.manifest",
    ]


def test_without_people_nothing_is_asked(known: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    # Nothing is stubbed: a request would be refused.
    exec(cells()["ground-truth"], known | {"EMAILS": []})
    assert capsys.readouterr().out == ""
