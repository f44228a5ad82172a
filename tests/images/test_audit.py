"""The audit of the locks: what it finds, and that silence is never taken for good news."""

import json
import socket
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from images import audit
from images.advisories import Advisories, serving
from images.audit import LockAudit, audit_lock, every_lock, report
from images.catalogue import ROOT
from images.errors import ImageError
from images.locks import LOCKS

LOCK = "demo==1.5 \\\n    --hash=sha256:" + "0" * 64 + "\nother==2.0 \\\n    --hash=sha256:" + "1" * 64 + "\n"


def advisory(*events: dict[str, str], name: str = "Demo", versions: tuple[str, ...] = ()) -> dict[str, Any]:
    affected = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
        "versions": list(versions),
    }
    return {
        "id": "PYSEC-2026-1",
        "modified": "2026-11-01T00:00:00Z",
        "summary": "Reads too much",
        "aliases": ["CVE-1"],
        "affected": [affected],
    }


BELOW_2 = advisory({"introduced": "0"}, {"fixed": "2.0"})
ELSEWHERE = advisory({"introduced": "0"}, name="quite-another")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK, encoding="utf-8")
    return path


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[..., Path]:
    """Write advisories as a folder of JSON files."""

    def write(*records: dict[str, Any]) -> Path:
        folder = tmp_path / "advisories"
        folder.mkdir()
        for index, record in enumerate(records):
            (folder / f"{index}.json").write_text(json.dumps(record), encoding="utf-8")
        return folder

    return write


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["audit", *map(str, arguments)])
    return audit.main()


def test_an_affected_package_ends_with_1_and_a_table(
    lock: Path, copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(monkeypatch, "--advisories", copy_of(BELOW_2), lock) == 1
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("demo 1.5", "PYSEC-2026-1", "CVE-1", "2.0", "Reads too much"))
    assert "1 known vulnerabilities in 2 packages looked up; 0 not looked up." in printed


def test_a_lock_that_nothing_affects_ends_with_0(
    lock: Path, copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--advisories", copy_of(ELSEWHERE), lock) == 0
    assert "0 known vulnerabilities in 2 packages looked up; 0 not looked up." in capsys.readouterr().out


def test_a_package_for_another_python_is_looked_up_in_each_of_its_versions(
    lock: Path, copy_of: Callable[..., Path]
) -> None:
    both = "".join(
        f"demo=={version} ; python_full_version {which} '3.11.5' \\\n    --hash=sha256:{version[0] * 64}\n"
        for version, which in (("1.5", "<"), ("2.5", ">="))
    )
    lock.write_text(both, encoding="utf-8")
    with serving(Advisories.read(copy_of(BELOW_2))) as address:
        found = audit_lock(lock, ("--vulnerability-service=osv", f"--osv-url={address}"))
    assert found.looked_up == 2
    assert [finding.version for finding in found.findings] == ["1.5"]


def test_an_advisory_that_does_not_concern_us_can_be_left_out(
    lock: Path, copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "--advisories", copy_of(BELOW_2), "--ignore", "CVE-1", lock) == 0


def test_the_age_of_a_copy_is_said(
    lock: Path, copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "--advisories", copy_of(ELSEWHERE, BELOW_2), lock)
    assert "newest advisory is of 2026-11-01" in capsys.readouterr().err


def test_a_service_that_does_not_answer_is_no_good_news(lock: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Nobody listens on it, and nobody else can.
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1/query"
        with pytest.raises(ImageError, match=r"not audited\. The vulnerability service could not be asked: .*refused"):
            audit_lock(lock, ("--vulnerability-service=osv", f"--osv-url={address}"))


def test_packages_that_the_service_does_not_know_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = LockAudit("some.lock", looked_up=1, unknown=("Dependency not found on PyPI: demo",))
    assert report([unknown], Console(width=200)) == 2
    printed = capsys.readouterr().out
    assert "some.lock: 1 of 2 packages not looked up. First: Dependency not found on PyPI: demo" in printed
    assert "Not audited" in printed


def test_every_lock_of_every_repository_is_audited() -> None:
    assert {lock.path(ROOT) for lock in LOCKS} <= set(every_lock())


def test_a_lock_without_hashes_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "loose.lock"
    path.write_text("demo==1.5\n", encoding="utf-8")
    with pytest.raises(ImageError, match="no SHA-256 hash"):
        audit_lock(path, ())


def test_a_copy_can_be_the_archive_that_osv_offers(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps(BELOW_2))
    assert [record["id"] for record in Advisories.read(path).on("demo", "1.5")] == ["PYSEC-2026-1"]


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_file_that_is_no_copy_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    with pytest.raises(ImageError, match="is no copy of OSV's advisories"):
        Advisories.read(path)


def test_a_copy_without_python_packages_is_refused(copy_of: Callable[..., Path]) -> None:
    other = advisory({"introduced": "0"})
    other["affected"][0]["package"]["ecosystem"] = "npm"
    with pytest.raises(ImageError, match="holds no advisory on a PyPI package"):
        Advisories.read(copy_of(other))


@pytest.mark.parametrize(
    ("events", "version", "affected"),
    [
        ([{"introduced": "0"}, {"fixed": "2.0"}], "1.9", True),
        ([{"introduced": "0"}, {"fixed": "2.0"}], "2.0", False),
        ([{"introduced": "0"}, {"fixed": "2.0"}], "0.0.0a1", True),
        ([{"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "1.8"}], "1.6", False),
        ([{"introduced": "1.8"}, {"fixed": "1.5"}, {"introduced": "1.0"}], "1.9", True),
        ([{"introduced": "1.0"}, {"last_affected": "1.5"}], "1.5", True),
        ([{"introduced": "1.0"}, {"last_affected": "1.5"}], "1.5.post1", False),
        ([{"introduced": "1.10"}], "1.9", False),
    ],
)
def test_ranges_are_read_as_osv_says(events: list[dict[str, str]], version: str, *, affected: bool) -> None:
    assert bool(Advisories([advisory(*events)]).on("demo", version)) is affected


def test_a_version_that_is_listed_is_affected_whatever_the_range_says() -> None:
    odd = advisory({"introduced": "0"}, {"fixed": "unreadable-version"}, versions=("1.5",))
    assert Advisories([odd]).on("demo", "1.5")
    assert not Advisories([odd]).on("demo", "1.6")


def test_a_name_is_found_however_it_is_spelt() -> None:
    assert Advisories([advisory({"introduced": "0"}, name="Py_YAML")]).on("py-yaml", "6.0")


def test_the_copy_answers_on_loopback_alone() -> None:
    with serving(Advisories([BELOW_2])) as address:
        assert address.startswith("http://127.0.0.1:")
