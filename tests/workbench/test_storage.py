"""Archives that jobs leave are unpacked, and others are not."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.storage import parse, unpack


def archive(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_files_are_unpacked_into_their_folders(tmp_path: Path) -> None:
    packed = archive(tmp_path / "model.tar.gz", (tarfile.TarInfo("a.txt"), b"a"), (tarfile.TarInfo("deep/b.txt"), b"b"))
    found = unpack(packed, tmp_path / "model")
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in found} == {
        "model/a.txt": b"a",
        "model/deep/b.txt": b"b",
    }


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "deep/../../outside.txt"])
def test_a_member_outside_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    packed = archive(tmp_path / "model.tar.gz", (tarfile.TarInfo("first.txt"), b"1"), (tarfile.TarInfo(name), b"x"))
    with pytest.raises(WorkbenchError, match="no file or folder below its own"):
        unpack(packed, tmp_path / "model")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("link")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(WorkbenchError, match="no file or folder"):
        unpack(archive(tmp_path / "model.tar.gz", (member, b"")), tmp_path / "model")


def test_an_archive_that_grows_too_large_is_refused(tmp_path: Path) -> None:
    packed = archive(tmp_path / "model.tar.gz", (tarfile.TarInfo("zeros"), b"\0" * 100_000))
    with pytest.raises(WorkbenchError, match="more than 1000 bytes"):
        unpack(packed, tmp_path / "model", limit=1000)


def test_what_was_unpacked_before_stays_when_the_next_archive_is_damaged(tmp_path: Path) -> None:
    packed = archive(tmp_path / "model.tar.gz", (tarfile.TarInfo("a.txt"), b"a"))
    unpack(packed, tmp_path / "model")
    packed.write_bytes(packed.read_bytes()[:40])
    with pytest.raises(WorkbenchError, match="not a readable archive"):
        unpack(packed, tmp_path / "model")
    assert (tmp_path / "model/a.txt").read_bytes() == b"a"


@given(st.from_regex(r"[a-z0-9.-]{3,20}", fullmatch=True), st.text(alphabet="abc/.- ", max_size=20))
def test_an_address_is_its_bucket_and_its_key(bucket: str, key: str) -> None:
    assert parse(f"s3://{bucket}/{key}") == (bucket, key.lstrip("/"))


@pytest.mark.parametrize("text", ["", "s3:", "s3:///key", "https://bucket/key", "bucket/key"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(WorkbenchError, match="expected s3://BUCKET/KEY"):
        parse(text)
