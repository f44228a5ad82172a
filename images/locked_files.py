"""Which file of uv.lock an installed package came from: its address and its hash."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from packaging.tags import Tag, parse_tag
from packaging.utils import canonicalize_name, parse_wheel_filename


@dataclass(frozen=True)
class LockedFile:
    """One wheel or source archive."""

    url: str
    sha256: str
    """64 hex digits."""

    tags: frozenset[Tag]
    """None for a source archive."""


class LockedFiles:
    """The files of uv.lock, by package and version."""

    def __init__(self, lock: dict[str, Any]) -> None:
        self._packages = {
            (canonicalize_name(package["name"]), package["version"]): [*_files(package)]
            for package in lock["package"]
            if "version" in package
        }

    @classmethod
    def read(cls, path: Path) -> "LockedFiles":
        """Read a uv.lock."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def find(self, name: str, version: str, tags: Iterable[str]) -> LockedFile | None:
        """The file that was installed; None where the lock has not that version or does not tell.

        ``tags`` are what the installed package says of its wheel. Wheels are renamed after they are built, for which
        systems they run on, so a wheel that differs in the system alone is taken when it is the only one.
        """
        files = self._packages.get((canonicalize_name(name), version), [])
        installed = frozenset(tag for text in tags for tag in parse_tag(text))
        wheels = [file for file in files if file.tags & installed]
        wheels = wheels or [
            file
            for file in files
            if {_without_system(tag) for tag in file.tags} & {_without_system(tag) for tag in installed}
        ]
        if not wheels and not any(file.tags for file in files):
            wheels = files
        return wheels[0] if len(wheels) == 1 else None


def _files(package: dict[str, Any]) -> Iterable[LockedFile]:
    for wheel in package.get("wheels", []):
        _, _, _, tags = parse_wheel_filename(unquote(wheel["url"].rsplit("/", 1)[-1]))
        yield _file(wheel, tags)
    if "sdist" in package:
        yield _file(package["sdist"], frozenset())


def _file(entry: dict[str, Any], tags: frozenset[Tag]) -> LockedFile:
    return LockedFile(entry["url"], entry["hash"].removeprefix("sha256:"), tags)


def _without_system(tag: Tag) -> tuple[str, str, str, str]:
    machine = next((name for name in ("x86_64", "aarch64", "arm64") if tag.platform.endswith(name)), tag.platform)
    return tag.interpreter, tag.abi, machine, "darwin" if tag.platform.startswith("macosx") else "other"
