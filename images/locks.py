"""Write the seed repositories' hashed locks from uv.lock: ``python -m images.locks [--check]``."""

import argparse
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from images.catalogue import ROOT
from images.errors import ImageError
from images.lock_file import parse_lock

EXPORT = ("export", "--quiet", "--locked", "--no-emit-workspace", "--no-header", "--no-annotate")


@dataclass(frozen=True)
class Lock:
    """One lock of one seed repository."""

    folder: str
    file: str
    options: tuple[str, ...] = ("--no-dev",)
    """What ``uv export`` is told beside the repository's package."""

    only: tuple[str, ...] = ()
    """The packages that are kept; all where there are none."""

    only_group: str = ""
    """Keep the packages that this dependency group of the repository names, and not what they need in turn."""

    def path(self, root: Path) -> Path:
        """Where the lock is in a checkout."""
        return root / self.folder / self.file


LOCKS = (
    Lock("image-build-processing", "requirements.lock"),
    # Fonts come in packages, and only their files are taken out: what the code beside them needs is not installed.
    Lock("image-build-processing", "fonts.lock", options=("--only-group", "fonts"), only_group="fonts"),
    # Paddle apart, because another device has another build of it.
    Lock("image-build-train", "requirements.lock", options=("--no-dev", "--no-emit-package", "paddlepaddle")),
    Lock("image-build-train", "requirements-cpu.lock", only=("paddlepaddle",)),
    # ONNX Runtime apart, for the same reason.
    Lock("image-build-inference", "requirements.lock", options=("--no-dev", "--no-emit-package", "onnxruntime")),
    Lock("image-build-inference", "requirements-cpu.lock", only=("onnxruntime",)),
    Lock("model-build", "requirements.lock"),
    # What its build tests it with, beside that.
    Lock("model-build", "requirements-tests.lock", options=("--only-group", "tests")),
    Lock("model-deploy", "requirements.lock"),
    # What its build tests it with, beside that.
    Lock("model-deploy", "requirements-tests.lock", options=("--only-group", "tests")),
)


def main() -> int:
    """Read the command line; write the locks, or compare them. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m images.locks", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a lock is not what uv.lock says"
    )
    options = parser.parse_args()
    try:
        stale = [lock for lock in LOCKS if _differs(lock, write=not options.check)]
    except ImageError as error:
        print(error, file=sys.stderr)
        return 2
    for lock in stale:
        print(f"{lock.folder}/{lock.file}: {'not what uv.lock says; run `make locks`' if options.check else 'written'}")
    return 1 if stale and options.check else 0


def _differs(lock: Lock, *, write: bool) -> bool:
    text, path = exported(lock), lock.path(ROOT)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if write:
        path.write_text(text, encoding="utf-8")
    return True


def exported(lock: Lock, root: Path = ROOT) -> str:
    """The lock's text as the workspace's uv.lock has it; needs no network.

    Raises:
        ImageError: uv.lock is not what the pyproject.toml files ask for, or holds a package without a hash.
    """
    project = tomllib.loads((root / lock.folder / "pyproject.toml").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "uv", *EXPORT, "--package", project["project"]["name"], *lock.options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603  uv, our own arguments
    if done.returncode:
        raise ImageError(f"uv cannot export {lock.folder}/{lock.file}: {done.stderr.strip()}")
    packages = parse_lock(done.stdout, f"{lock.folder}/{lock.file}")
    group = project["dependency-groups"][lock.only_group] if lock.only_group else []
    kept = {canonicalize_name(Requirement(text).name) for text in (*lock.only, *group)}
    return "".join(f"{package.text}\n" for package in packages if not kept or package.name in kept)


if __name__ == "__main__":
    sys.exit(main())
