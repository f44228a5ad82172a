import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_inference.archive import unpack
from ocr_inference.failure import UserError

ArchiveWith = Callable[[tarfile.TarInfo, bytes], Path]
Pack = Callable[[Path, Path, str], None]


def test_a_packed_folder_comes_out_as_it_went_in(tmp_path: Path, pack: Pack) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "model.onnx").write_bytes(b"weights")
    pack(source, tmp_path / "model.tar.gz", "start_point/")
    unpack(tmp_path / "model.tar.gz", tmp_path / "out")
    assert (tmp_path / "out" / "start_point" / "model.onnx").read_bytes() == b"weights"


@pytest.mark.parametrize("name", ["../outside", "a/../../outside"])
def test_a_member_that_leaves_the_folder_is_refused(tmp_path: Path, archive_with: ArchiveWith, name: str) -> None:
    archive = archive_with(tarfile.TarInfo(name), b"evil")
    with pytest.raises(UserError, match="outside"):
        unpack(archive, tmp_path / "out")
    assert not list(tmp_path.rglob("outside"))


def test_an_absolute_member_is_refused(tmp_path: Path, archive_with: ArchiveWith) -> None:
    target = tmp_path / "absolute"
    with pytest.raises(UserError, match="outside its folder"):
        unpack(archive_with(tarfile.TarInfo(str(target)), b"evil"), tmp_path / "out")
    assert not target.exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, archive_with: ArchiveWith, kind: bytes) -> None:
    member = tarfile.TarInfo("model.onnx")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(UserError, match="neither file nor folder"):
        unpack(archive_with(member, b""), tmp_path / "out")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, archive_with: ArchiveWith) -> None:
    archive = archive_with(tarfile.TarInfo("zeros"), bytes(5_000_000))
    assert archive.stat().st_size < 50_000
    with pytest.raises(UserError, match="more than 1000000 bytes"):
        unpack(archive, tmp_path / "out", max_bytes=1_000_000)
    assert not (tmp_path / "out" / "zeros").exists()


@pytest.mark.parametrize("keep", [0, 20, 60])
def test_a_broken_archive_is_refused(tmp_path: Path, archive_with: ArchiveWith, keep: int) -> None:
    archive = archive_with(tarfile.TarInfo("model.onnx"), bytes(range(256)) * 100)
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(UserError, match="cannot be unpacked"):
        unpack(archive, tmp_path / "out")
