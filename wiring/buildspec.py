"""A buildspec, as far as variables, files and commands go."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiring import sources

CODEBUILD_SETS = {"AWS_REGION", "CODEBUILD_BUILD_SUCCEEDING", "CODEBUILD_RESOLVED_SOURCE_VERSION"}
"""What CodeBuild itself sets, of what is read here.
https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html"""

PHASES = ("install", "pre_build", "build", "post_build")

_READ = re.compile(r"\$\{?#?!?([A-Z][A-Z0-9_]+)")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])(?:export |local |read -r )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
_LOOP = re.compile(r"for name in ((?:[A-Z][A-Z0-9_]+[\s\\]*)+); do", re.MULTILINE)
_OWN = {"IFS"}


@dataclass(frozen=True)
class Buildspec:
    """One buildspec of a folder."""

    folder: str
    name: str

    @property
    def data(self) -> Mapping[str, Any]:
        """The file's data."""
        return sources.document(f"{self.folder}/{self.name}")

    @property
    def variables(self) -> dict[str, str]:
        """Variables that have a default in the buildspec."""
        return {name: str(value) for name, value in self.data.get("env", {}).get("variables", {}).items()}

    @property
    def exported(self) -> list[str]:
        """Variables that later actions of the pipeline see."""
        return list(self.data.get("env", {}).get("exported-variables", []))

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Phase and text of each command, in the order in which they run."""
        return [
            (phase, str(command))
            for phase in PHASES
            for command in self.data["phases"].get(phase, {}).get("commands", [])
        ]

    @property
    def script(self) -> str:
        """All commands."""
        return "\n".join(command for _, command in self.commands)

    @property
    def artifacts(self) -> list[str]:
        """Patterns of the files that later actions get."""
        return [str(pattern) for pattern in self.data.get("artifacts", {}).get("files", [])]

    @property
    def read(self) -> set[str]:
        """Variables that the commands read."""
        return set(_READ.findall(self.script)) | self.demanded - _OWN

    @property
    def demanded(self) -> set[str]:
        """Variables without which the commands refuse to go on."""
        return {name for names in _LOOP.findall(self.script) for name in re.findall(r"[A-Z][A-Z0-9_]+", names)}

    @property
    def assigned(self) -> set[str]:
        """Variables that the commands set."""
        return set(_ASSIGNED.findall(self.script))

    def files(self) -> Iterator[str]:
        """Files that the commands name as something to read or to run, relative to the folder."""
        for module in re.findall(r"python3? -m ([a-z_.]+)", self.script):
            if not module.startswith(("pip", "pytest")):
                yield module.replace(".", "/") + ".py"
        yield from re.findall(r"python3? ([a-z_/-]+\.py)", self.script)
        yield from re.findall(r"--requirement ([\w./-]+)", self.script)
