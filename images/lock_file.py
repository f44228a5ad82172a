"""Reading a hashed lock: one ``name==version ; marker`` with its ``--hash`` lines after the other."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from images.errors import ImageError

HASH = re.compile(r"--hash=(\S+)")
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class LockedPackage:
    """One package of a lock."""

    name: NormalizedName
    version: str
    hashes: frozenset[str]
    """Of the files that may be installed, each ``sha256:`` and 64 hex digits."""

    marker: Marker | None
    """Where the package is for; None for everywhere."""

    text: str
    """The package's lines in the lock."""

    def is_for(self, python_version: str) -> bool:
        """Whether a Linux system with this full version of Python installs it."""
        environment = {
            "sys_platform": "linux",
            "python_full_version": python_version,
            "python_version": ".".join(python_version.split(".")[:2]),
        }
        return self.marker is None or self.marker.evaluate(environment)


def read_lock(path: Path) -> list[LockedPackage]:
    """The packages of a lock file, in its order.

    Raises:
        ImageError: the file is missing, or a line is anything but a pinned and hashed package.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}. Run `make locks`.") from error
    return parse_lock(text, str(path))


def parse_lock(text: str, where: str) -> list[LockedPackage]:
    """The packages of a lock's text; ``where`` names it in messages.

    Raises:
        ImageError: a line is anything but a pinned and hashed package.
    """
    blocks = re.split(r"(?<!\\)\n", text)
    return [_package(block, where) for block in blocks if block.strip() and not block.startswith("#")]


def _package(block: str, where: str) -> LockedPackage:
    first = block.splitlines()[0]
    joined = block.replace("\\\n", " ")
    try:
        requirement = Requirement(HASH.sub("", joined).strip())
    except InvalidRequirement as error:
        raise ImageError(
            f"{where}: {first!r} is no package. Only `name==version` with hashes may stand there."
        ) from error
    pins = list(requirement.specifier)
    if requirement.url or len(pins) != 1 or pins[0].operator != "==":
        raise ImageError(f"{where}: {first!r} is not pinned. Expected name==version; run `make locks`.")
    hashes = HASH.findall(joined)
    if not hashes or not all(SHA256.fullmatch(digest) for digest in hashes):
        raise ImageError(f"{where}: {first!r} has no SHA-256 hash, or another one beside it. Run `make locks`.")
    return LockedPackage(
        canonicalize_name(requirement.name), pins[0].version, frozenset(hashes), requirement.marker, block
    )
