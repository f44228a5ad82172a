"""Install Paddle for a device into a virtual environment: `python install_paddle.py --device cu118 --python PYTHON`.

Run while the image is built, beside the lock files. With `requirements-DEVICE.lock` there, exactly its wheels are
installed, by hash. A GPU build without one is resolved under `requirements.lock`, and the lock that this amounts to is
printed and kept: once it is committed, the next build is as reproducible as a CPU build.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEVICES = {
    "cpu": "instances without a GPU",
    "cu118": "CUDA 11.8, driver 450 or later: every GPU instance of SageMaker",
    "cu126": "CUDA 12.6, driver 550 or later: SageMaker has 470 on g4dn and g5, 535 on g6 and p5, by default",
}
INDEX = "https://www.paddlepaddle.org.cn/packages/stable/{device}/"
"""PyPI has no GPU build of Paddle 3."""
CPU, GPU = "paddlepaddle", "paddlepaddle-gpu"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


class InstallError(Exception):
    """Paddle cannot be installed; the message is one sentence that says what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, and write the lock that was installed; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", required=True, help=f"one of {', '.join(DEVICES)}")
    parser.add_argument("--index", default="", help="where Paddle's GPU wheels are; empty: Paddle's own index")
    parser.add_argument("--python", required=True, help="the interpreter of the virtual environment to install into")
    parser.add_argument("--locks", default=Path(), type=Path, help="the folder of the lock files; default: this one")
    parser.add_argument("--used", required=True, type=Path, help="the folder to write the lock that was installed to")
    asked = parser.parse_args(arguments)
    try:
        used = install(asked.device, asked.index, asked.python, asked.locks)
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    (asked.used / _lock_name(asked.device)).write_text(used, encoding="utf-8")
    return 0


def install(device: str, index: str, python: str, locks: Path) -> str:
    """Install Paddle for the device; the lock that describes what was installed. Raises InstallError."""
    if device not in DEVICES:
        known = "; ".join(f"{name} ({what})" for name, what in DEVICES.items())
        raise InstallError(f"DEVICE is {device!r}; expected {known}")
    index = index or ("" if device == "cpu" else INDEX.format(device=device))
    pip = _Pip(python, index)
    version = _pins(locks / _lock_name("cpu"))[CPU]
    pinned = _pins(locks / "requirements.lock")
    lock = locks / _lock_name(device)
    if not lock.is_file():
        return _resolve(pip, f"{GPU}=={version}", pinned, device)
    _check(lock, CPU if device == "cpu" else GPU, version, pinned)
    pip.run(f"what {lock.name} lists", "install", "--no-deps", "--require-hashes", "--requirement", str(lock))
    return lock.read_text(encoding="utf-8")


@dataclass(frozen=True)
class _Pip:
    """pip for the virtual environment, with Paddle's index beside the one that is configured."""

    python: str
    index: str

    @property
    def source(self) -> str:
        """The index without user and password."""
        return re.sub(r"//[^/]*@", "//", self.index) or "the configured index"

    def run(self, what: str, command: str, *arguments: str) -> None:
        """Run a command of pip. Raises InstallError when it fails: `what` could not be installed."""
        index = ["--extra-index-url", self.index] if self.index else []
        pip = [sys.executable, "-m", "pip", "--python", self.python, command, "--only-binary=:all:", "--timeout=30"]
        if subprocess.run([*pip, *index, *arguments], check=False).returncode:  # noqa: S603 - names from the locks
            raise InstallError(
                f"pip could not install {what} from {self.source}, and says why above; set PADDLE_INDEX to an index "
                "that can be reached and has it"
            )


def _resolve(pip: _Pip, wanted: str, pinned: Mapping[str, str], device: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        constraints, report = scratch / "constraints.txt", scratch / "report.json"
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()), encoding="utf-8")
        what = f"{wanted} beside what requirements.lock pins"
        pip.run(what, "install", "--constraint", str(constraints), "--report", str(report), wanted)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
        entries = sorted(_entry(pip, package, scratch) for package in installed)
    if not any(entry.startswith(wanted) for entry in entries):
        raise InstallError(
            f"{pip.python} has {wanted} already; start from what requirements.lock lists and nothing else"
        )
    lock = f"# {wanted} from {pip.source}, resolved under requirements.lock.\n" + "".join(entries)
    print(
        f"commit this as {_lock_name(device)}, and the next build installs these wheels and no others:\n{lock}",
        flush=True,
    )
    return lock


def _entry(pip: _Pip, installed: Mapping[str, Any], scratch: Path) -> str:
    """One package of pip's installation report as an entry of a lock."""
    pin = f"{_canonical(installed['metadata']['name'])}=={installed['metadata']['version']}"
    archive = installed["download_info"]["archive_info"]
    # pip before 23.1 has no `hashes`.
    hashes = archive.get("hashes") or dict([archive["hash"].split("=", 1)])
    return f"{pin} \\\n    --hash=sha256:{hashes.get('sha256') or _digest(pip, pin, scratch / pin)}\n"


def _digest(pip: _Pip, pin: str, folder: Path) -> str:
    """SHA-256 of a wheel of which the index states another hash; pip has it in its cache."""
    pip.run(pin, "download", "--no-deps", "--dest", str(folder), pin)
    (wheel,) = folder.iterdir()
    with wheel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(lock: Path, package: str, version: str, pinned: Mapping[str, str]) -> None:
    found = _pins(lock)
    if found.get(package) != version:
        raise InstallError(
            f"{lock.name} has {package} {found.get(package)}, and requirements-cpu.lock has Paddle {version}; "
            f"delete {lock.name}, build, and commit the lock that the build prints"
        )
    for name in found.keys() & pinned.keys():
        if found[name] != pinned[name]:
            raise InstallError(
                f"{lock.name} has {name} {found[name]}, and requirements.lock has {pinned[name]}; "
                f"delete {lock.name}, build, and commit the lock that the build prints"
            )


def _pins(lock: Path) -> dict[str, str]:
    """Versions by package name."""
    if not lock.is_file():
        raise InstallError(f"there is no {lock}; it belongs into the build context")
    return {_canonical(name): version for name, version in PIN.findall(lock.read_text(encoding="utf-8"))}


def _canonical(name: str) -> str:
    """Names are equal when they are so after this (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lock_name(device: str) -> str:
    return f"requirements-{device}.lock"


if __name__ == "__main__":
    sys.exit(main())
