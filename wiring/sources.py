"""The files that the proof judges, as the checkout has them, or with some of them changed."""

import subprocess
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import yaml
from cfnlint.decode.cfn_yaml import loads

from images.catalogue import ROOT

BOOTSTRAP = "project-template/bootstrap.yaml"
PROJECT = "project-template/project.yaml"
PRODUCT = "project-template/product.yaml"
ENDPOINT = "model-deploy/endpoint.yaml"
FRONT_DOOR = "model-deploy/front-door.yaml"
DRIFT = "model-deploy/drift.yaml"
TEMPLATES = (BOOTSTRAP, PROJECT, PRODUCT, ENDPOINT, FRONT_DOOR, DRIFT)

Derived = TypeVar("Derived")

_changed: dict[str, Any] = {}
_derived: dict[Hashable, Any] = {}


@contextmanager
def changed(files: Mapping[str, Any]) -> Iterator[None]:
    """Let the proof see other contents of some files: a template's or buildspec's data, another file's text."""
    before, before_derived = dict(_changed), dict(_derived)
    _changed.update(files)
    _derived.clear()
    try:
        yield
    finally:
        _changed.clear()
        _changed.update(before)
        _derived.clear()
        _derived.update(before_derived)


def derived(key: Hashable, make: Callable[[], Derived]) -> Derived:
    """What `make` makes of the files, made once until the files change."""
    if key not in _derived:
        _derived[key] = make()
    made: Derived = _derived[key]
    return made


def template(path: str) -> dict[str, Any]:
    """A template's data, its intrinsic functions in their long form."""
    data: dict[str, Any] = _changed[path] if path in _changed else _template(path)
    return data


def document(path: str) -> dict[str, Any]:
    """The data of a buildspec or another YAML or JSON file."""
    data: dict[str, Any] = _changed[path] if path in _changed else _document(path)
    return data


def text(path: str) -> str:
    """The text of a file."""
    found: str = _changed[path] if path in _changed else _text(path)
    return found


@cache
def tracked(folder: str) -> tuple[str, ...]:
    """Paths below a folder, relative to it, that git tracks: what the folder's seed repository gets."""
    listed = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607  # git is looked up in PATH, as its users do
    return tuple(path.removeprefix(f"{folder}/") for path in listed.stdout.split("\0") if path)


@cache
def _template(path: str) -> dict[str, Any]:
    return parsed(_text(path))


@cache
def _document(path: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_text(path))
    return data


@cache
def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(text: str) -> dict[str, Any]:
    """The data of a template's text."""
    data: dict[str, Any] = plain(loads(text))
    return data


def plain(node: Any) -> Any:
    """A node of cfn-lint as plain data."""
    # cfn-lint's nodes remember their place in the file, and are slow to copy.
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return str(node) if isinstance(node, str) else node
