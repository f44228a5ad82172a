"""How large a template may be for the way by which CloudFormation is handed it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from images.catalogue import ROOT
from wiring import sources

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_IN_A_CALL = 51_200
MOST_IN_A_BUCKET = 1_000_000

TEMPLATES = sorted([*(ROOT / "project-template").glob("*.yaml"), *(ROOT / "model-deploy").glob("*.yaml")])
COMMAND = re.compile(r"^ *aws cloudformation (?:deploy|create-stack|update-stack) .*$", re.MULTILINE)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md")])


def commands() -> Iterator[tuple[Path, str]]:
    """Each command of the documentation that hands CloudFormation a template."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        yield from ((page, command) for command in COMMAND.findall(text))


COMMANDS = [
    pytest.param(page, command, id=f"{page.relative_to(ROOT)}-{n}") for n, (page, command) in enumerate(commands())
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_it_is_not_too_large_for_a_bucket(path: Path) -> None:
    assert path.stat().st_size <= MOST_IN_A_BUCKET


@pytest.mark.parametrize("path", [sources.ENDPOINT, sources.FRONT_DOOR, sources.DRIFT])
def test_what_a_pipeline_deploys_fits_a_call(path: str) -> None:
    assert (ROOT / path).stat().st_size <= MOST_IN_A_CALL


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_names_a_bucket_for_what_does_not_fit_a_call(page: Path, command: str) -> None:
    (name,) = re.findall(r"--template-file (\S+)", command)
    # Commands are given where the page is, or where the project is.
    template = next(folder / name for folder in (page.parent, ROOT) if (folder / name).exists())
    assert template.stat().st_size <= MOST_IN_A_CALL or "--s3-bucket " in command


def test_the_documentation_makes_the_bootstrap() -> None:
    assert any(sources.BOOTSTRAP in command for _, command in commands())
