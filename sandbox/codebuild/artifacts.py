"""What leaves a build: the files that its buildspec names."""

import glob
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Template

from sandbox.codebuild.buildspec import Artifacts
from sandbox.errors import SandboxError


@dataclass(frozen=True)
class Collected:
    """The names of the files in the target's folder, and the patterns that matched none."""

    names: list[str]
    skipped: list[str]


def collect(artifacts: Artifacts, source: Path, environment: Mapping[str, str], target: Path) -> Collected:
    """Copy the files that the patterns match into the folder `target`.

    Variables in a pattern are those of the build. Raises SandboxError where all patterns together match nothing: one of
    several that matches nothing is passed over, as CodeBuild does.
    """
    base = source / _pattern(artifacts.base_directory, environment)
    if not base.is_dir():
        message = f"CLIENT_ERROR: no matching base directory path found for {artifacts.base_directory}"
        raise SandboxError(message)
    names: dict[str, Path] = {}
    skipped: list[str] = []
    for pattern in (_pattern(text, environment) for text in artifacts.files):
        # Path.glob knows `**` as folders only.
        found = glob.glob(pattern, root_dir=base, recursive=True, include_hidden=True)  # noqa: PTH207
        files = [base / name for name in sorted(found) if (base / name).is_file()]
        if not files:
            skipped.append(pattern)
        for path in files:
            name = path.name if artifacts.discard_paths else str(path.relative_to(base))
            if names.setdefault(name, path) != path:
                message = f"CLIENT_ERROR: without their paths {names[name]} and {path} are both {name}"
                raise SandboxError(message)
    if not names:
        message = f"CLIENT_ERROR: no matching artifact paths found: {', '.join(skipped)} in {base}"
        raise SandboxError(message)
    for name, path in names.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / name)
    return Collected(sorted(names), skipped)


def _pattern(text: str, environment: Mapping[str, str]) -> str:
    try:
        pattern = Template(text).substitute(environment)
    except (KeyError, ValueError) as error:
        message = f"CLIENT_ERROR: artifacts: {text}: the build has no variable {error}"
        raise SandboxError(message) from error
    if not pattern or PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
        message = f"CLIENT_ERROR: artifacts: {text} is {pattern!r}, expected a path below the source's folder"
        raise SandboxError(message)
    return pattern
