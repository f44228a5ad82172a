"""The zips of seed code."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import PublishError
from publisher.seed_files import SeedFile
from publisher.seed_zip import CODECOMMIT_ZIP_BYTES, read_seed_zip, seed_zip

NAMES = st.text("abc.é中 _-", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
FILES = st.lists(
    st.builds(
        SeedFile,
        path=st.lists(NAMES, min_size=1, max_size=3).map("/".join),
        content=st.binary(min_size=1, max_size=20),
        executable=st.booleans(),
    ),
    unique_by=lambda file: file.path,
)


@given(FILES)
def test_what_is_zipped_is_read_again(files: list[SeedFile]) -> None:
    assert read_seed_zip(seed_zip(files, "x"), "x") == sorted(files, key=lambda file: file.path)


@given(FILES, st.randoms(use_true_random=False))
def test_the_same_files_in_any_order_give_the_same_bytes(files: list[SeedFile], random: object) -> None:
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own Random
    assert seed_zip(files, "x") == seed_zip(shuffled, "x")


def test_another_program_unpacks_it_with_its_modes(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(seed_zip([SeedFile("a/run", b"#!/bin/sh\n", executable=True)], "x"))
    subprocess.run(["python3", "-m", "zipfile", "-t", tmp_path / "x.zip"], check=True, capture_output=True)
    listed = subprocess.run(["unzip", "-Z", tmp_path / "x.zip"], check=True, capture_output=True, text=True).stdout
    assert "-rwxr-xr-x" in listed
    assert "80-Jan-01 00:00 a/run" in listed


def test_what_codecommit_refuses_is_refused_here() -> None:
    large = SeedFile("large", bytes(CODECOMMIT_ZIP_BYTES), executable=False)
    with pytest.raises(PublishError, match=f"CodeCommit takes {CODECOMMIT_ZIP_BYTES} at most"):
        seed_zip([large], "model-build")


def foreign(name: str, mode: int = 0o100644, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        entry.compress_type = compression
        archive.writestr(entry, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a//x", "./x", "a/.git/hooks/pre-commit"])
def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(PublishError, match="made by something else"):
        read_seed_zip(foreign(name), "x.zip")


def test_a_link_is_refused() -> None:
    with pytest.raises(PublishError, match="made by something else"):
        read_seed_zip(foreign("x", mode=0o120777), "x.zip")


def test_what_could_grow_when_it_is_unpacked_is_refused() -> None:
    with pytest.raises(PublishError, match="made by something else"):
        read_seed_zip(foreign("x", compression=zipfile.ZIP_DEFLATED), "x.zip")


@given(st.binary(max_size=60))
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(PublishError, match=r"x\.zip is no zip"):
        read_seed_zip(content, "x.zip")
