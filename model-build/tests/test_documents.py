"""The version of a folder of documents: it changes with the listing, and with nothing else."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipelines.documents import Listing, list_documents


@pytest.fixture
def listed(put: Any, clients: Any) -> Any:
    put("documents/a.jpg", b"one")
    put("documents/b/c.jpg", b"two")
    return lambda: list_documents(clients("s3"), "s3://artifacts/documents/")


def test_it_stays_while_nothing_changes(listed: Any, put: Any) -> None:
    before = listed()
    put("documents/a.jpg", b"one")
    put("elsewhere/d.jpg", b"three")
    assert listed() == before
    assert (before.count, len(before.version)) == (2, 64)


@pytest.mark.parametrize(
    ("key", "content"), [("documents/a.jpg", b"eno"), ("documents/a.jpg", b"ones"), ("documents/d.jpg", b"one")]
)
def test_it_changes_with_a_document(listed: Any, put: Any, key: str, content: bytes) -> None:
    before = listed()
    put(key, content)
    assert listed().version != before.version


def test_it_changes_when_one_is_removed_or_renamed(listed: Any, put: Any, clients: Any) -> None:
    versions = {listed().version}
    clients("s3").delete_object(Bucket="artifacts", Key="documents/a.jpg")
    versions.add(listed().version)
    put("documents/z.jpg", b"one")
    versions.add(listed().version)
    assert len(versions) == 3


def test_markers_of_folders_are_no_documents(put: Any, clients: Any) -> None:
    put("documents/", b"")
    put("documents/cards/", b"")
    assert list_documents(clients("s3"), "s3://artifacts/documents/").count == 0


def test_more_than_one_page_is_counted(monkeypatch: Any, listed: Any) -> None:
    whole = listed()
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "1")
    assert listed() == whole == Listing(2, whole.version)


@pytest.mark.usefixtures("put")
def test_a_bucket_that_is_not_there_is_refused(clients: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        list_documents(clients("s3"), "s3://no-such-bucket/documents/")
