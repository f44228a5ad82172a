"""The README's words against what there is."""

import argparse
import importlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from labelling.cli import build_parser
from labelling.functions.earlier import read_texts
from labelling.functions.pre_annotation import task_input
from labelling.job import JobOptions
from labelling.liquid import TEMPLATE
from ocr_processing.readers.groundtruth import looks_like_manifest_row

ROOT = Path(__file__).parents[2]
README = (ROOT / "labelling" / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


COMMANDS = sorted(commands())


def section(heading: str) -> str:
    _, _, rest = README.partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    heading = "## On this machine" if name == "serve" else f"### `{name}`"
    documented = re.findall(r"^\| `(--[a-z-]+)` \|", section(heading), re.MULTILINE)
    options = [option for action in commands()[name]._actions for option in action.option_strings]
    assert documented == [option for option in options if option not in ("-h", "--help")]


def test_every_command_has_its_words() -> None:
    assert set(re.findall(r"^### `([a-z-]+)`$", README, re.MULTILINE)) == set(COMMANDS) - {"serve"}


def test_every_field_of_a_job_is_an_option() -> None:
    options = {action.dest for action in commands()["create-job"]._actions} - {"help", "profile", "region"}
    assert options == set(JobOptions.model_fields)


def test_every_key_of_the_page_is_documented() -> None:
    documented = re.findall(r"^\| `([^`]+)` \|", section("## The page"), re.MULTILINE)
    _, _, table = TEMPLATE.read_text(encoding="utf-8").partition("const KEYS = [")
    keys = re.findall(r'^  \["([^"]+)", "', table.partition("\n];")[0], re.MULTILINE)
    assert set(documented) == set(keys)


def test_the_defaults_that_it_names_are_so() -> None:
    for name, said in re.findall(r"^\| `--([a-z-]+)` \|.*\(`?([\w-]+)`?\)", section("### `create-job`"), re.MULTILINE):
        assert str(JobOptions.model_fields[name.replace("-", "_")].default) == said


def test_the_rows_that_it_shows_are_read() -> None:
    rows = [json.loads(shown) for shown in re.findall(r"```json\n(.*?)```", README, re.DOTALL)]
    given, labelled = rows
    assert [line["text"] for line in task_input(given)["lines"]] == ["UE230566(9)"]
    assert not looks_like_manifest_row(json.dumps(given))
    assert looks_like_manifest_row(json.dumps(labelled))
    assert task_input(labelled)["lines"] == labelled["annotations"]["texts"]
    assert read_texts(given["prefill"])[0]["bb"] == labelled["annotations"]["texts"][0]["bb"]


def test_the_notebook_s_lines_are_python() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    compile(shown, "README.md", "exec")
    for module, names in re.findall(r"^from (labelling[.\w]*) import (.+)$", shown, re.MULTILINE):
        assert all(hasattr(importlib.import_module(module), name) for name in names.split(", "))


def test_make_label_needs_a_folder_and_hands_on_what_it_is_given() -> None:
    told = ["make", "--no-print-directory", "-n", "-o", "build/.setup", "label", "FOLDER=/cards", "PORT=1"]
    done = subprocess.run(
        [*told, "ENDPOINT=http://h:2", "TYPE=handwritten"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "-m labelling serve '/cards' --endpoint 'http://h:2' --port '1' --type 'handwritten'" in done.stdout
    done = subprocess.run(
        ["make", "-o", "build/.setup", "label"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "make label FOLDER=..." in done.stdout
