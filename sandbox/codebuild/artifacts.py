"""What leaves a build: the files that its buildspec names."""

import glob
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from string import Template

from sandbox.codebuild.buildspec import Artifacts
from sandbox.errors import SandboxError


def collect(artifacts: Artifacts, source: Path, environment: Mapping[str, str], target: Path) -> list[str]:
    """Copy the files that the patterns match into the folder `target`; returns their names there.

    Variables in a pattern are those of the build. Raises SandboxError where a pattern matches nothing.
    """
    base = source / _pattern(artifacts.base_directory, environment)
    if not base.is_dir():
        message = f"CLIENT_ERROR: no matching base directory path found for {artifacts.base_directory}"
        raise SandboxError(message)
    names: dict[str, Path] = {}
    for pattern in (_pattern(text, environment) for text in artifacts.files):
        # Path.glob knows `**` as folders only.
        found = glob.glob(pattern, root_dir=base, recursive=True, include_hidden=True)  # noqa: PTH207
        files = [base / name for name in sorted(found) if (base / name).is_file()]
        if not files:
            message = f"CLIENT_ERROR: no matching artifact paths found: {pattern} is no file of {base}"
            raise SandboxError(message)
        for path in files:
            name = path.name if artifacts.discard_paths else str(path.relative_to(base))
            if names.setdefault(name, path) != path:
                message = f"CLIENT_ERROR: without their paths {names[name]} and {path} are both {name}"
                raise SandboxError(message)
    for name, path in names.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / name)
    return sorted(names)


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
