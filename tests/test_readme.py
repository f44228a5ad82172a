"""The README's words against what there is."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = [*sorted(ROOT.glob("*/README.md")), ROOT / "README.md"]
DOCS = [*READMES, *sorted((ROOT / "docs").glob("*.md")), ROOT / "project-template/PUBLISHING.md"]


def targets() -> set[str]:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= targets()


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == targets()


def test_every_variable_of_the_demo_is_in_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (demo,) = re.findall(r"^DEMO := (.*(?:\\\n.*)*)$", makefile, re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    variables = set(re.findall(r"\$\(if \$\(([A-Z_]+)\)", demo))
    assert "DATA" in variables
    assert not [name for name in variables if f"{name}=" not in readme]


def test_every_seed_repository_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [path.parent.name for path in READMES if path.parent != ROOT and f"]({path.parent.name}/" not in readme]
