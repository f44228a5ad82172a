"""What a job has labelled comes back with its pictures, and is what `make label` writes."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.errors import LabellingError
from labelling.fetching import fetch, top_of
from labelling.local.background import labelling_server
from labelling.local.folder import LabelledFolder
from ocr_processing.detect import find_readers
from ocr_processing.document import Document, Reject
from tests.labelling.conftest import INPUT, OUTPUT

MANIFEST = f"{OUTPUT}/cards-1/manifests/output/output.manifest"
BATCH = f"{OUTPUT}/cards-1/annotations/intermediate/1/annotations.manifest"
PICTURES = {"1.jpg": b"front", "back/2.jpg": b"reverse"}
ADDRESS = "s3://cards/documents/cards"
TEXT = {
    "text": "香港 (1)",
    "line_num": "1",
    "type": "printed",
    "bb": [{"x": 10, "y": 10}, {"x": 90, "y": 10}, {"x": 90, "y": 40}, {"x": 10, "y": 40}],
}


@pytest.fixture
def rows(aws: Any) -> list[dict[str, Any]]:
    """Of the input manifest, with what a model read."""
    for name, content in PICTURES.items():
        aws.put(f"{ADDRESS}/{name}", content)
    given = [{"source-ref": f"{ADDRESS}/{name}", "prefill": {"lines": []}} for name in PICTURES]
    aws.put(INPUT, given)
    return given


@pytest.fixture
def done(aws: Any, rows: list[dict[str, Any]], labelled_row: Any) -> list[dict[str, Any]]:
    """A job that is complete."""
    written = [labelled_row(row, [TEXT]) for row in rows]
    aws.put(MANIFEST, written)
    aws.will_describe_job("Completed", 2, LabelingJobOutput={"OutputDatasetS3Uri": MANIFEST})
    return written


def manifest(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.manifest").read_text(encoding="utf-8").splitlines()]


def texts(row: dict[str, Any]) -> list[str]:
    return [text["text"] for text in row["annotations"]["texts"]]


@pytest.mark.usefixtures("done")
def test_a_folder_that_is_fetched_is_one_that_was_labelled_here(aws: Any, tmp_path: Path) -> None:
    fetched, local = tmp_path / "fetched", tmp_path / "local"
    said = fetch(aws, "cards-1", fetched)
    assert str(said) == f"2 of 2 pages labelled (Completed): {fetched / 'labels.manifest'}"
    for name, content in PICTURES.items():
        (local / name).parent.mkdir(parents=True, exist_ok=True)
        (local / name).write_bytes(content)
    with labelling_server(local) as address:
        for number in (1, 2):
            form = {"annotations": json.dumps([TEXT])}
            httpx.post(f"{address}/answers/{number}", json=form, headers={"origin": address}, trust_env=False)
    files = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.jpg")} for folder in (fetched, local)
    ]
    assert files[0] == files[1]
    here, there = manifest(local), manifest(fetched)
    for row in here + there:
        for name in ("creation-date", "job-name"):
            assert row["annotations-metadata"].pop(name)
    assert there == here


@pytest.mark.usefixtures("done")
def test_what_is_fetched_goes_straight_into_preprocess(aws: Any, tmp_path: Path) -> None:
    fetch(aws, "cards-1", tmp_path)
    (reader,) = find_readers(tmp_path.resolve())
    documents = [item for item in reader.read() if isinstance(item, Document)]
    assert [(each.name, [line.text for line in each.lines]) for each in documents] == [
        (name, ["香港 (1)"]) for name in PICTURES
    ]


@pytest.mark.usefixtures("done")
def test_what_is_fetched_opens_with_its_labels_to_be_corrected(aws: Any, tmp_path: Path) -> None:
    fetch(aws, "cards-1", tmp_path)
    folder = LabelledFolder(tmp_path)
    assert (folder.next(), folder.task(1)["lines"]) == (None, [TEXT])
    folder.answer(1, {"annotations": [TEXT | {"text": "corrected"}]})
    folder.labels.close()
    aws.will_describe_job("Completed", 2)
    fetch(aws, "cards-1", tmp_path)
    assert [texts(row) for row in manifest(tmp_path)] == [["corrected"], ["香港 (1)"]]


def test_of_a_running_job_what_is_labelled_so_far_is_fetched(
    aws: Any, rows: list[dict[str, Any]], labelled_row: Any, tmp_path: Path
) -> None:
    later = labelled_row(rows[0], [TEXT | {"text": "later"}], "2026-01-03T00:00:00.000000")
    aws.put(MANIFEST, [labelled_row(rows[0], [TEXT]), rows[1]])
    aws.put(BATCH, [later])
    aws.will_describe_job("InProgress", 1, 1)
    assert str(fetch(aws, "cards-1", tmp_path)).endswith("; fetch again for the rest")
    assert [(row["source-ref"], texts(row)) for row in manifest(tmp_path)] == [("1.jpg", ["later"])]
    assert not (tmp_path / "back").exists()
    aws.put(MANIFEST, [later, labelled_row(rows[1], [])])
    aws.will_describe_job("Completed", 2)
    fetch(aws, "cards-1", tmp_path)
    assert [(row["source-ref"], texts(row)) for row in manifest(tmp_path)] == [
        ("1.jpg", ["later"]),
        ("back/2.jpg", []),
    ]


def test_of_a_job_that_has_labelled_nothing_nothing_is_written(
    aws: Any, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    aws.put(MANIFEST, rows)
    aws.will_describe_job("InProgress", left=2)
    with pytest.raises(LabellingError, match=r"cards-1 \(InProgress\) has labelled none of its 2 pages"):
        fetch(aws, "cards-1", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_could_not_be_labelled_says_why_in_preprocess(
    aws: Any, rows: list[dict[str, Any]], labelled_row: Any, tmp_path: Path
) -> None:
    failed = rows[1] | {"annotations-metadata": {"job-name": "cards-1", "failure-reason": "no picture"}}
    aws.put(MANIFEST, [labelled_row(rows[0], [TEXT]), failed])
    aws.will_describe_job("Completed", 1, failed=1)
    said = fetch(aws, "cards-1", tmp_path)
    assert (said.labelled, said.failed) == (1, 1)
    (reader,) = find_readers(tmp_path.resolve())
    (reject,) = [item for item in reader.read() if isinstance(item, Reject)]
    assert reject.detail.endswith("was not labelled: no picture")


@pytest.mark.usefixtures("done")
def test_a_folder_that_was_uploaded_keeps_its_own_pictures(aws: Any, tmp_path: Path) -> None:
    # Uploaded from two folders above the pictures: the job's names are the ends of theirs.
    (tmp_path / "cards" / "back").mkdir(parents=True)
    for name, content in PICTURES.items():
        (tmp_path / "cards" / name).write_bytes(content)
    fetch(aws, "cards-1", tmp_path)
    assert [row["source-ref"] for row in manifest(tmp_path)] == ["cards/1.jpg", "cards/back/2.jpg"]
    assert len(list(tmp_path.rglob("*.jpg"))) == 2


@pytest.mark.usefixtures("done")
def test_another_picture_of_the_same_name_stays(aws: Any, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"other")
    with pytest.raises(LabellingError, match=r"is another picture than the job's 1\.jpg"):
        fetch(aws, "cards-1", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["1.jpg"]
    assert (tmp_path / "1.jpg").read_bytes() == b"other"


@pytest.mark.parametrize(
    "address", ["s3://cards/documents/../../2.jpg", "s3://cards/documents//2.jpg", "s3://cards/documents/2.exe"]
)
def test_no_address_leads_out_of_the_folder(aws: Any, tmp_path: Path, labelled_row: Any, address: str) -> None:
    # S3 takes such keys, and a manifest may name them.
    given = [{"source-ref": f"{ADDRESS}/1.jpg"}, {"source-ref": address}]
    aws.put(f"{ADDRESS}/1.jpg", b"front")
    aws.put(INPUT, given)
    aws.put(MANIFEST, [labelled_row(row, [TEXT]) for row in given])
    if address.endswith(".exe"):
        aws.put(address, b"program")
    aws.will_describe_job("Completed", 2)
    with pytest.raises(LabellingError, match=r"can be a path|no path of a picture"):
        fetch(aws, "cards-1", tmp_path / "new")
    assert not (tmp_path / "new" / "labels.manifest").exists()
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= {"1.jpg"}


@pytest.mark.usefixtures("done")
def test_a_link_in_the_folder_leads_no_picture_out_of_it(aws: Any, tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cards" / "back").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LabellingError, match="no path of a picture"):
        fetch(aws, "cards-1", tmp_path / "cards")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.usefixtures("done")
def test_labels_and_pictures_go_to_another_prefix(aws: Any) -> None:
    said = fetch(aws, "cards-1", "s3://cards/documents/labelled/")
    assert said.manifest == "s3://cards/documents/labelled/labels.manifest"
    assert [json.loads(row)["source-ref"] for row in aws.get(said.manifest).splitlines()] == list(PICTURES)
    for name, content in PICTURES.items():
        assert aws.get(f"s3://cards/documents/labelled/{name}") == content


@pytest.mark.usefixtures("done")
def test_below_the_pictures_own_prefix_none_is_copied(aws: Any) -> None:
    fetch(aws, "cards-1", "s3://cards/documents")
    rows = aws.get("s3://cards/documents/labels.manifest").splitlines()
    assert [json.loads(row)["source-ref"] for row in rows] == [f"cards/{name}" for name in PICTURES]
    found = aws.s3.list_objects_v2(Bucket="cards", Prefix="documents/")["Contents"]
    assert len([entry for entry in found if entry["Key"].endswith(".jpg")]) == 2


@pytest.mark.usefixtures("done")
def test_another_picture_in_s3_stays(aws: Any) -> None:
    aws.put("s3://cards/documents/labelled/1.jpg", b"quite another")
    with pytest.raises(LabellingError, match="is another picture"):
        fetch(aws, "cards-1", "s3://cards/documents/labelled")
    assert aws.get("s3://cards/documents/labelled/1.jpg") == b"quite another"


@given(st.lists(st.lists(st.text("ab", min_size=1, max_size=2), max_size=4), min_size=1, max_size=5))
def test_what_all_pictures_lie_below_is_as_deep_as_it_can_be(folders: list[list[str]]) -> None:
    addresses = ["/".join(["s3://cards", *folder, "1.jpg"]) for folder in folders]
    top = top_of(addresses)
    assert all(address.startswith(f"{top}/") for address in addresses)
    rest = [address.removeprefix(f"{top}/").split("/") for address in addresses]
    assert any(len(names) == 1 for names in rest) or len({names[0] for names in rest}) > 1
