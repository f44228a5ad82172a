"""Stands in for `pip install -r LOCK`: nothing is installed, what is installed is held against the lock."""

import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from sandbox.stand_ins.calls import RefusedError

FLAGS = {
    "--require-hashes",
    "--no-deps",
    "--no-cache-dir",
    "--quiet",
    "-q",
    "--disable-pip-version-check",
    "--only-binary=:all:",
    "--no-input",
    "--progress-bar=off",
    "--root-user-action=ignore",
}


def main(arguments: Sequence[str], _: str) -> int:
    """`pip install [flags] -r FILE ...`; fails where a requirement is not there in the version that is pinned."""
    command, *words = arguments or [""]
    if command != "install":
        raise RefusedError(f"the stand-in for pip cannot {command or 'do nothing'}: it knows `pip install -r FILE`")
    files = list(_files(words))
    differences = [line for path in files for line in _differences(path)]
    if differences:
        listed = "\n".join(f"  {line}" for line in differences)
        raise RefusedError(f"nothing is installed here, and what is there differs:\n{listed}\nrun `make setup`")
    print(f"nothing is installed here: what {', '.join(map(str, files))} pins is there already")
    return 0


def _files(words: Sequence[str]) -> Iterator[Path]:
    left = iter(words)
    for word in left:
        if word in ("-r", "--requirement"):
            yield Path(next(left, ""))
        elif word not in FLAGS:
            raise RefusedError(
                f"the stand-in for pip does not know {word!r}: it takes -r FILE and {', '.join(sorted(FLAGS))}"
            )


def _differences(path: Path) -> Iterator[str]:
    for requirement in _requirements(path):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            found = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield f"{path}: {requirement.name}{requirement.specifier} is not there"
        else:
            if not requirement.specifier.contains(found, prereleases=True):
                yield f"{path}: {requirement.name}{requirement.specifier} is there as {found}"


def _requirements(path: Path) -> Iterator[Requirement]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RefusedError(f"pip cannot read {str(path)!r}: {error.strerror}") from error
    for line in text.replace("\\\n", " ").splitlines():
        stripped = re.sub(r"--hash=\S+", "", line.partition(" #")[0]).strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            yield Requirement(stripped)
        except InvalidRequirement as error:
            raise RefusedError(f"{path}: {stripped!r} is no requirement: {error}") from error
