import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from ocr_processing.command_line import option
from ocr_processing.config import Format, PreprocessConfig
from ocr_processing.convert import Target, main
from ocr_processing.dataset.page_writer import IGNORED
from ocr_processing.drift.baseline import Baseline
from ocr_processing.drift.config import BaselineConfig, DriftConfig
from ocr_processing.drift.exchange import REASONS as LEFT_OUT
from ocr_processing.drift.quantity import BLANK_RATE, QUANTITIES
from ocr_processing.label_text import FULL_WIDTH_PUNCTUATION, TextPolicy
from ocr_processing.page import LONG_SIDE
from ocr_processing.preview import COUNT, MOST
from ocr_processing.readers.gnhk import MARKS
from ocr_processing.readers.ppocrlabel import PLACEHOLDERS
from ocr_processing.synthesis.recipe import RECIPES
from ocr_processing.validate import REASONS, Limits

PACKAGE = Path(__file__).parents[1] / "ocr_processing"
README = PACKAGE.with_name("README.md").read_text(encoding="utf-8")
RECIPE_ROWS = README.partition("### Recipes\n")[2].partition("\n## ")[0].splitlines()
DRIFT = README.partition("## Drift\n")[2].partition("\n## ")[0]


def test_the_readme_tells_every_option() -> None:
    assert [name for name in PreprocessConfig.model_fields if f"`{option(name)}`" not in README] == []


def test_the_readme_tells_every_format() -> None:
    assert [name for name in get_args(Format) if name != "auto" and f"| `{name}` |" not in README] == []


def test_the_readme_tells_every_reason() -> None:
    assert [reason for reason in REASONS if f"| `{reason}` |" not in README] == []


def test_every_setting_of_a_recipe_is_told_in_the_readme_or_in_its_shipped_file() -> None:
    for name, recipe in RECIPES.items():
        shipped = yaml.safe_load((PACKAGE / "recipes" / f"{name}.yaml").read_text(encoding="utf-8"))
        for key, field in recipe.model_fields.items():
            if key not in shipped:
                default = (
                    "none" if field.default is None else str(field.get_default()).replace("(", "[").replace(")", "]")
                )
                default = "those of the image" if key == "fonts" else default
                rows = [row for row in RECIPE_ROWS if row.startswith(f"| `{key}` |") and f"| {default} |" in row]
                assert [row for row in rows if "| all |" in row or f"| `{name}` |" in row], f"{name}: {key}"


def test_the_readme_names_every_shipped_recipe_and_every_option_of_the_preview() -> None:
    shipped = (PACKAGE / "recipes").glob("*.yaml")
    assert [path.name for path in shipped if f"(ocr_processing/recipes/{path.name})" not in README] == []
    assert f"preview RECIPE [--count {COUNT}] [--output FILE]" in README
    assert f"at most {MOST}" in README


def test_the_readme_tells_every_option_of_the_drift_jobs() -> None:
    rows = DRIFT.splitlines()
    for name, field in (*BaselineConfig.model_fields.items(), *DriftConfig.model_fields.items()):
        default = "none" if field.default is None else str(field.default)
        assert [row for row in rows if f"`{option(name)}`" in row and f"| {default} |" in row], name


def test_the_readme_tells_every_quantity_with_its_meaning() -> None:
    assert [name for name, meaning in QUANTITIES.items() if f"| `{name}` | {meaning}" not in DRIFT] == []
    assert f"| `{BLANK_RATE}` |" in DRIFT


def test_the_readme_tells_every_reason_to_leave_a_capture_out() -> None:
    assert [reason for reason, meaning in LEFT_OUT.items() if f"| `{reason}` | {meaning} |" not in DRIFT] == []


def test_the_readme_tells_every_key_of_the_baseline() -> None:
    assert [name for name in Baseline.model_fields if f"`{name}" not in DRIFT.partition("### `baseline.json`")[2]] == []


def test_the_readme_tells_what_can_be_converted_to() -> None:
    section = README.partition("## Converting")[2].partition("\n## ")[0]
    assert [target for target in get_args(Target) if f"| `{target}` |" not in section] == []
    assert [text for text in PLACEHOLDERS if f"`{text}`" not in section] == []


def test_the_readme_tells_every_option_of_convert(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    section = README.partition("## Converting")[2].partition("\n## ")[0]
    assert options == set(re.findall(r"^\| `(--[a-z-]+)`", section.partition("| option |")[2], re.MULTILINE))


def test_the_readmes_manifest_row_is_read(job: Any) -> None:
    (row,) = (line for line in README.splitlines() if line.startswith('{"source-ref"'))
    job.page("scans/1.jpg")
    job.text("output.manifest", row + "\n")
    assert [line.text for line in job.document().lines] == ["Dear"]


@pytest.mark.parametrize("name", [*Limits.__dataclass_fields__, "normalise", "full_width", "near_duplicates"])
def test_the_readme_tells_the_default_of_every_check(name: str) -> None:
    default = PreprocessConfig.model_fields[name].default
    shown = f"`{default}`" if isinstance(default, str) else f"{default:g}"
    assert f"| `{option(name)}` | {shown} |" in README


def test_the_readmes_examples_of_normalised_texts_are_true() -> None:
    table = README.partition("### Texts\n")[2].partition("\n|---")[2].partition("\n\n")[0]
    rows = [[cell.strip("` ") for cell in row.strip("|").split("|")] for row in table.splitlines()[1:]]
    assert len(rows) == 3
    for label, default, nfkc, kept in rows:
        assert TextPolicy().normalise(label) == default
        assert TextPolicy(form="nfkc").normalise(label) == nfkc
        assert TextPolicy(full_width="keep").normalise(label) == kept


def test_the_readme_tells_how_large_a_page_for_a_detector_is_and_what_it_ignores() -> None:
    section = README.partition("### Pages for a detector\n")[2].partition("\n### ")[0]
    assert f"long side at most {LONG_SIDE} pixels" in section
    assert f"The transcription `{IGNORED}`" in section
    assert [mark for mark in MARKS if f"`{mark}`" not in section] == []


def test_the_readme_names_every_mark_that_stays_full_width() -> None:
    assert f"(`{FULL_WIDTH_PUNCTUATION}`)" in README
