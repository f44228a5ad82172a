"""The five seed repositories stand alone."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "image-build-processing": "ocr_processing",
    "image-build-train": "ocr_training",
    "image-build-inference": "ocr_inference",
    "model-build": "pipelines",
    "model-deploy": "model_deploy",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("repository", PACKAGES)
def test_it_imports_nothing_from_its_siblings_or_the_sandbox(repository: str) -> None:
    strangers = {*PACKAGES.values(), "sandbox"} - {PACKAGES[repository]}
    for path in (ROOT / repository).rglob("*.py"):
        assert not imported(path) & strangers, path


@pytest.mark.parametrize("repository", PACKAGES)
def test_it_does_not_know_the_sandbox(repository: str) -> None:
    for path in (ROOT / repository / PACKAGES[repository]).rglob("*.py"):
        assert "sandbox" not in path.read_text(encoding="utf-8").lower(), path


@pytest.mark.parametrize("repository", PACKAGES)
def test_it_has_its_own_package_and_readme(repository: str) -> None:
    project = tomllib.loads((ROOT / repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"]
    assert (ROOT / repository / "README.md").is_file()


def test_serving_does_not_need_paddle() -> None:
    project = tomllib.loads((ROOT / "image-build-inference/pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not [name for name in project["dependencies"] if name.startswith("paddle")]
