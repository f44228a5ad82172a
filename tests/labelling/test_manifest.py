"""The input manifest: every picture once, what a model read, and nothing that Preprocess would take for a label."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from labelling.errors import LabellingError
from labelling.functions.pre_annotation import task_input
from labelling.manifest import LARGEST_ROW, Page, labels_by_address, make_manifest, pages_of_s3, uploaded
from labelling.pictures import local_pictures, s3_pictures, split_address
from labelling.reading import from_endpoint, from_server
from ocr_processing.readers.groundtruth import looks_like_manifest_row

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
BOX = st.tuples(st.floats(0, 900), st.floats(0, 900)).map(
    lambda at: [[at[0], at[1]], [at[0] + 90, at[1]], [at[0] + 90, at[1] + 30], [at[0], at[1] + 30]]
)
BB = [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}, {"x": 0, "y": 9}]
LINES = st.lists(st.fixed_dictionaries({"text": TEXT, "confidence": st.floats(0, 1), "box": BOX}), max_size=8)


def read_nothing() -> bytes:
    raise AssertionError("nobody asked for the page's bytes")


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="cards")
        yield client


@given(st.lists(TEXT.map(lambda name: f"s3://cards/{name}.jpg"), max_size=8))
def test_each_page_is_a_row_in_order(addresses: list[str]) -> None:
    manifest = make_manifest(Page(address, read_nothing) for address in addresses)
    lines = manifest.content.decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [{"source-ref": address} for address in addresses]


@given(lines=LINES, kind=st.sampled_from(["printed", "handwritten"]))
def test_what_is_read_reaches_the_worker_and_never_preprocess(lines: list[dict[str, Any]], kind: str) -> None:
    page = Page("s3://cards/1.jpg", lambda: b"picture")
    manifest = make_manifest([page], lambda content, media: {"lines": lines, "model": f"{content!r} {media}"}, kind)
    (row,) = manifest.rows
    task = task_input(json.loads(row))
    assert [line["text"] for line in task["lines"]] == [line["text"].strip() for line in lines]
    assert {line["type"] for line in task["lines"]} <= {kind}
    assert json.loads(row)["prefill"]["model"] == "b'picture' image/jpeg"
    assert not looks_like_manifest_row(row)


def test_what_has_no_room_in_a_row_is_left_out_and_named() -> None:
    line = {"text": "香" * 100, "confidence": 1.0, "box": [[0, 0], [9, 0], [9, 9], [0, 9]]}
    page = Page("s3://cards/1.jpg", lambda: b"")
    manifest = make_manifest([page], lambda *_: {"lines": [line] * 300, "model": ""})
    assert manifest.too_large == ["s3://cards/1.jpg"]
    assert manifest.rows == ['{"source-ref":"s3://cards/1.jpg"}']
    fitting = make_manifest([page], lambda *_: {"lines": [line] * 200, "model": ""})
    assert 60_000 < len(fitting.rows[0].encode()) <= LARGEST_ROW


LABELS = [
    {"source-ref": name, "annotations": {"texts": [text]}, "annotations-metadata": {}, "prefill": {"lines": []}}
    for name, text in (
        ("back/1.jpg", {"text": "香港", "line_num": "1", "type": "printed", "bb": BB}),
        ("s3://cards/documents/2.jpg", {"text": "", "line_num": "7", "type": "handwritten", "bb": BB}),
    )
]


def test_labels_open_in_the_next_job_to_be_corrected() -> None:
    labels = labels_by_address([*LABELS, {"source-ref": "3.jpg", "mine": 1}], "s3://cards/documents/")
    pages = [Page(f"s3://cards/documents/{name}", lambda: b"") for name in ("back/1.jpg", "2.jpg", "3.jpg")]
    manifest = make_manifest(pages, lambda *_: {"lines": [], "model": "m"}, labels=labels)
    tasks = [task_input(json.loads(row)) for row in manifest.rows]
    assert [task["picture"] for task in tasks] == [page.address for page in pages]
    assert [[line["text"] for line in task["lines"]] for task in tasks] == [["香港"], [""], []]
    # A page that people have labelled is read by no model.
    assert [b"prefill" in row.encode() for row in manifest.rows] == [False, False, True]
    assert (manifest.labelled, manifest.read) == (2, 1)


def test_pages_that_are_labelled_can_be_left_out() -> None:
    labels = labels_by_address(LABELS, "s3://cards/documents")
    pages = [Page(f"s3://cards/documents/{name}", lambda: b"") for name in ("back/1.jpg", "3.jpg")]
    manifest = make_manifest(pages, labels=labels, skip_labelled=True)
    assert manifest.rows == ['{"source-ref":"s3://cards/documents/3.jpg"}']
    with pytest.raises(LabellingError, match="Every page has labels already"):
        make_manifest(pages[:1], labels=labels, skip_labelled=True)


def test_a_folder_s_pictures_are_uploaded_under_their_names(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "front").mkdir()
    (tmp_path / "front" / "1.JPG").write_bytes(b"one")
    (tmp_path / "2.png").write_bytes(b"two")
    (tmp_path / "notes.txt").touch()
    pages = uploaded(s3, tmp_path, "s3://cards/documents/")
    assert [page.address for page in pages] == ["s3://cards/documents/2.png", "s3://cards/documents/front/1.JPG"]
    assert [page.content() for page in pages] == [b"two", b"one"]
    stored = s3.get_object(Bucket="cards", Key="documents/front/1.JPG")
    assert (stored["Body"].read(), stored["ContentType"]) == (b"one", "image/jpeg")


def test_a_prefix_is_a_folder_and_no_beginning_of_a_name(s3: Any) -> None:
    for key in ("scans/5.tiff", "documents/1.jpg", "documents/a/2.webp", "documents/3.tiff", "documents-old/4.jpg"):
        s3.put_object(Bucket="cards", Key=key, Body=key.encode())
    assert s3_pictures(s3, "s3://cards/documents") == ["s3://cards/documents/1.jpg", "s3://cards/documents/a/2.webp"]
    assert pages_of_s3(s3, "s3://cards/documents/a/")[0].content() == b"documents/a/2.webp"
    with pytest.raises(LabellingError, match="1 objects, none of them a picture"):
        s3_pictures(s3, "s3://cards/scans")


@given(st.text(st.characters(exclude_characters="/"), min_size=1), st.text())
def test_an_address_is_split_into_bucket_and_key(bucket: str, key: str) -> None:
    assert split_address(f"s3://{bucket}/{key}") == (bucket, key)


@pytest.mark.parametrize("address", ["", "cards", "s3:/cards", "s3:///key", "S3://cards/key", "https://cards/key"])
def test_what_is_no_address_in_s3_is_refused(address: str) -> None:
    with pytest.raises(LabellingError, match="expected s3://BUCKET/PREFIX"):
        split_address(address)


def test_a_link_out_of_the_folder_is_no_picture_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").touch()
    folder = tmp_path / "cards"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "0.jpg").touch()
    (folder / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (folder / "1.jpg").touch()
    (folder / "again.jpg").symlink_to(folder / "1.jpg")
    assert local_pictures(folder) == ["1.jpg", "again.jpg"]


@pytest.mark.parametrize(("make", "state"), [(True, "holds no pictures"), (False, "is no folder")])
def test_a_folder_without_pictures_is_told(tmp_path: Path, make: bool, state: str) -> None:
    folder = tmp_path / "cards"
    if make:
        folder.mkdir()
    with pytest.raises(LabellingError, match=state):
        local_pictures(folder)


class Runtime:
    """Of sagemaker-runtime, as far as a reading needs it: moto invokes no model."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked: dict[str, Any] = {}

    def invoke_endpoint(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {"Body": io.BytesIO(self.body)}


def test_a_sagemaker_endpoint_reads_the_first_page() -> None:
    line = {"text": "香港", "confidence": 0.12345, "box": [[0.123, 1], [9, 1], [9, 5], [0, 5]], "words": []}
    answer = {"pages": [{"number": 1, "lines": [line]}], "model": "sha256:1", "task": "ocr", "timings_ms": {}}
    runtime = Runtime(json.dumps(answer).encode())
    page = from_endpoint(runtime, "ocr-prod")(b"picture", "image/png")
    box = [[0.1, 1], [9, 1], [9, 5], [0, 5]]
    assert page == {"lines": [{"text": "香港", "confidence": 0.123, "box": box}], "model": "sha256:1"}
    expected = {
        "EndpointName": "ocr-prod",
        "ContentType": "image/png",
        "Accept": "application/json",
        "Body": b"picture",
    }
    assert runtime.asked == expected


@pytest.mark.parametrize("body", [b"", b"[]", b'{"pages": []}', b'{"pages": [{"lines": [5]}]}', b"\xff"])
def test_an_endpoint_of_something_else_is_told(body: bytes) -> None:
    with pytest.raises(LabellingError, match="ocr-prod did not answer as the OCR server does"):
        from_endpoint(Runtime(body), "ocr-prod")(b"", "image/png")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:80", "https://host", "http://", "http://host:x", "http://host/invocations"]
)
def test_what_is_no_server_s_address_is_refused(address: str) -> None:
    with pytest.raises(LabellingError, match="expected http://HOST:PORT"):
        from_server(address)
