"""The buildspec: what it runs is here, and what it asks for is what the settings read."""

import re
from pathlib import Path
from typing import Any

import yaml

from pipelines import run_pipeline
from pipelines.config import FALLBACKS, PLACEHOLDERS, Settings

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "buildspec.yml").read_text(encoding="utf-8")
SPEC: dict[str, Any] = yaml.safe_load(TEXT)
COMMANDS = [command for phase in SPEC["phases"].values() for command in phase["commands"]]
READ = {str(field.alias) for field in Settings.model_fields.values()} | {
    each for names in FALLBACKS.values() for each in names
}


def asked_for() -> set[str]:
    (found,) = re.findall(r"for name in ((?:[A-Z_]+[ \\\n]*)+);", TEXT)
    return set(re.findall(r"[A-Z_]+", found))


def test_it_asks_for_nothing_that_is_not_read() -> None:
    assert asked_for() <= READ


def test_it_asks_for_all_that_is_required() -> None:
    assert PLACEHOLDERS.keys() <= asked_for()


def test_the_readme_says_what_it_asks_for() -> None:
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## In the pipeline\n")[2].partition("\n## ")[0]
    )
    assert set(re.findall(r"`([A-Z][A-Z_]+)`", section)) == asked_for()


def test_the_files_that_it_installs_are_there() -> None:
    locks = re.findall(r"--requirement (\S+)", TEXT)
    assert locks == ["requirements.lock", "requirements-tests.lock"]
    assert all((ROOT / lock).is_file() for lock in locks)


def test_the_files_that_leave_it_are_written() -> None:
    written = set(re.findall(r"(?:--output|>) (\S+)", "\n".join(COMMANDS))) - {"&2;"}
    assert set(SPEC["artifacts"]["files"]) == written


def test_its_command_has_the_options_that_it_is_given() -> None:
    (words,) = re.findall(r"python -m pipelines.run_pipeline ([^|\n]*)", TEXT)
    assert run_pipeline._parser().parse_args(words.split())


def test_it_runs_on_a_python_that_the_package_takes() -> None:
    assert SPEC["phases"]["install"]["runtime-versions"] == {"python": "3.11"}
    assert 'requires-python = ">=3.11,<3.13"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
