"""Look up what every hashed lock holds among the known vulnerabilities: ``python -m images.audit [--advisories COPY]``.

Exit code 0: every package was looked up and none is affected. 1: something is affected. 2: not everything could be
looked up, so nothing is known to be well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from images.advisories import Advisories, serving
from images.catalogue import ROOT
from images.errors import ImageError
from images.lock_file import LockedPackage, read_lock
from images.locks import LOCKS

AUDIT = ("--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", "--desc=on", "--aliases=on")
LONGEST_SUMMARY = 80


@dataclass(frozen=True)
class Finding:
    """One package of one lock that a known vulnerability affects."""

    lock: str
    package: str
    version: str
    advisory: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class LockAudit:
    """What was found out about one lock."""

    lock: str
    looked_up: int
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    """Why a package could not be looked up, a sentence each."""


def main() -> int:
    """Read the command line, audit and print a table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m images.audit", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--advisories",
        type=Path,
        help="a copy of OSV's PyPI/all.zip, or a folder of its JSON files, instead of pypi.org",
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="ID", help="an advisory that does not concern us"
    )
    parser.add_argument(
        "locks", nargs="*", type=Path, help="hashed locks; those of every repository where none is given"
    )
    options = parser.parse_args()
    locks = options.locks or every_lock()
    try:
        with _service(options.advisories) as service:
            audits = [
                audit_lock(path, (*service, *(f"--ignore-vuln={name}" for name in options.ignore))) for path in locks
            ]
    except ImageError as error:
        print(error, file=sys.stderr)
        return 2
    return report(audits, Console())


def every_lock() -> list[Path]:
    """The locks that `make locks` writes, and those of other devices that somebody committed beside them."""
    folders = {lock.folder for lock in LOCKS}
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.lock") if path.name != "uv.lock")


@contextmanager
def _service(copy: Path | None) -> Iterator[tuple[str, ...]]:
    """What tells pip-audit whom to ask."""
    if copy is None:
        yield ("--vulnerability-service=pypi",)
        return
    advisories = Advisories.read(copy)
    print(f"{copy}: its newest advisory is of {advisories.newest}", file=sys.stderr)
    with serving(advisories) as address:
        yield ("--vulnerability-service=osv", f"--osv-url={address}")


def audit_lock(path: Path, service: tuple[str, ...], environment: Mapping[str, str] = os.environ) -> LockAudit:
    """Look up the packages of one lock.

    Raises:
        ImageError: the lock cannot be read, or the service did not answer.
    """
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    packages = read_lock(path)
    with tempfile.TemporaryDirectory() as folder:
        files = _for_this_machine(packages, Path(folder))
        dependencies = [entry for file in files for entry in _looked_up(file, name, service, environment)]
    answered = {(entry["name"], entry["version"]) for entry in dependencies if "version" in entry}
    reasons = {entry["name"]: entry["skip_reason"] for entry in dependencies if "skip_reason" in entry}
    unknown = [
        reasons.get(package.name, f"pip-audit left out {package.name} {package.version}")
        for package in packages
        if (package.name, package.version) not in answered
    ]
    findings = [_finding(name, entry, found) for entry in dependencies for found in entry.get("vulns", [])]
    return LockAudit(name, len(packages) - len(unknown), tuple(findings), tuple(unknown))


def _for_this_machine(packages: list[LockedPackage], folder: Path) -> list[Path]:
    """Write the packages without their markers, so that those for another Python or system are looked up too.

    Such a package stands there once for each of its versions, which pip-audit takes in one run each only.
    """
    versions: dict[str, int] = defaultdict(int)
    files: dict[Path, list[str]] = defaultdict(list)
    for package in packages:
        hashes = " ".join(f"--hash={digest}" for digest in sorted(package.hashes))
        files[folder / f"{versions[package.name]}.txt"].append(f"{package.name}=={package.version} {hashes}\n")
        versions[package.name] += 1
    for path, lines in files.items():
        path.write_text("".join(lines), encoding="utf-8")
    return list(files)


def _looked_up(path: Path, lock: str, service: tuple[str, ...], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", *AUDIT, *service, f"--requirement={path}"]
    # The loopback service is not behind a proxy, whatever the environment says of other addresses.
    own = {**environment, "NO_PROXY": ",".join(filter(None, ["127.0.0.1", environment.get("NO_PROXY", "")]))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)  # noqa: S603  our own arguments
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        message = (
            f"{lock}: not audited. The vulnerability service could not be asked: {last} "
            "Try again where it can be reached, or give a copy: make audit ADVISORIES=path/to/all.zip."
        )
        raise ImageError(message) from error


def _finding(lock: str, dependency: Mapping[str, Any], found: Mapping[str, Any]) -> Finding:
    return Finding(
        lock=lock,
        package=dependency["name"],
        version=dependency["version"],
        advisory=found["id"],
        aliases=tuple(found["aliases"]),
        fixed_in=tuple(found["fix_versions"]),
        summary=found["description"],
    )


def report(audits: list[LockAudit], console: Console) -> int:
    """Print what was found; returns the exit code."""
    findings = [finding for audit in audits for finding in audit.findings]
    unknown = sum(len(audit.unknown) for audit in audits)
    looked_up = sum(audit.looked_up for audit in audits)
    if findings:
        table = Table("lock", "package", "advisory", "also", "fixed in", "what")
        for finding in findings:
            table.add_row(
                finding.lock,
                f"{finding.package} {finding.version}",
                finding.advisory,
                ", ".join(finding.aliases),
                ", ".join(finding.fixed_in) or "not yet",
                finding.summary[:LONGEST_SUMMARY],
            )
        console.print(table)
    for audit in audits:
        if audit.unknown:
            total = len(audit.unknown) + audit.looked_up
            console.print(
                f"{audit.lock}: {len(audit.unknown)} of {total} packages not looked up. First: {audit.unknown[0]}"
            )
    console.print(f"{len(findings)} known vulnerabilities in {looked_up} packages looked up; {unknown} not looked up.")
    if unknown:
        console.print(
            "Not audited: the service knows these packages not at all, as an index mirror that holds no advisories. "
            "Try again where pypi.org itself answers, or give a copy: make audit ADVISORIES=path/to/all.zip."
        )
    if findings:
        return 1
    return 2 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
