"""Where a published version lies in its bucket."""

import re
import tomllib
from pathlib import Path

from publisher.errors import PublishError

CHECKOUT = Path(__file__).parents[2]

FOLDERS = (
    "image-build-processing",
    "image-build-train",
    "image-build-inference",
    "model-build",
    "model-deploy",
)
"""The seed repositories."""

VERSIONS_PREFIX = "ocr-project/"
TEMPLATE = "project.yaml"
MANIFEST = "manifest.json"
CHECK_IN = "check-in"

_VERSION = re.compile(r"\d+\.\d+\.\d+(?:[-.][0-9A-Za-z]+)*")
_LONGEST_VERSION = 40


def prefix_of(version: str) -> str:
    """The prefix of everything that belongs to a version, without a slash at its end.

    Raises:
        PublishError: this is no version.
    """
    if not _VERSION.fullmatch(version) or len(version) > _LONGEST_VERSION:
        message = (
            f"The version is {version!r}, expected numbers like 1.2.3 or 1.2.3-rc1, of {_LONGEST_VERSION} characters "
            "at most: it becomes a part of the addresses in S3."
        )
        raise PublishError(message)
    return f"{VERSIONS_PREFIX}{version}"


def seed_key(version: str, folder: str) -> str:
    """The key of a seed repository's zip."""
    return f"{prefix_of(version)}/seed/{folder}.zip"


def template_key(version: str) -> str:
    """The key of the project template."""
    return f"{prefix_of(version)}/{TEMPLATE}"


def manifest_key(version: str) -> str:
    """The key of the list of what was published."""
    return f"{prefix_of(version)}/{MANIFEST}"


def project_version(root: Path) -> str:
    """The version of this project, as its pyproject.toml says."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
