"""What an image holds: the answer of ``list_contents.py``, run inside it without a network."""

from pathlib import Path
from typing import Annotated

from packaging.utils import canonicalize_version
from pydantic import AfterValidator, BaseModel, ConfigDict

from images.docker import docker

SCRIPT = Path(__file__).with_name("list_contents.py")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interpreter(_Answer):
    """The Python that runs the image's entry point."""

    version: str
    path: str


class DebianPackage(_Answer):
    """One installed Debian package and the source package that advisories name."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str


def _as_locks_have_it(version: str) -> str:
    return canonicalize_version(version, strip_trailing_zero=False)


class PythonPackage(_Answer):
    """One installed Python package, by its ``.dist-info`` or ``.egg-info`` folder."""

    name: str
    version: Annotated[str, AfterValidator(_as_locks_have_it)]
    """In the form of PEP 440: a package may call ``1.001`` what locks and advisories call ``1.1``."""

    path: str
    licence_expression: str | None
    licence: str | None
    classifiers: list[str]
    tags: list[str]
    """Of the wheel that it came in, such as ``cp311-cp311-manylinux_2_28_x86_64``; none where it came otherwise."""


class Origin(BaseModel):
    """Where a model was fetched when the image was built; the training image writes it."""

    model_config = ConfigDict(frozen=True)

    url: str
    sha256: str
    """Of the archive at that address."""


class Model(_Answer):
    """One file of weights."""

    path: str
    sha256: str
    origin: Origin | None
    """None for one that came with the code or in a package."""


class Contents(_Answer):
    """Everything that is installed in one image."""

    system: dict[str, str]
    """Of /etc/os-release: ID, VERSION_ID and so on."""

    python: Interpreter
    debian: list[DebianPackage]
    packages: list[PythonPackage]
    models: list[Model]


def read_contents(reference: str) -> Contents:
    """List what the image holds.

    Raises:
        ImageError: the engine does not answer, has no such image, or the image has no Python or dpkg.
    """
    arguments = ("--rm", "--interactive", "--network=none", "--read-only", "--entrypoint=python", reference, "-")
    printed = docker("run", *arguments, standard_input=SCRIPT.read_text(encoding="utf-8"))
    return Contents.model_validate_json(printed)
