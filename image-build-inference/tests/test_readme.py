import re
from pathlib import Path

import numpy as np
import pytest

from ocr_inference.evaluation.bootstrap import FEWEST_DOCUMENTS, RESAMPLES
from ocr_inference.evaluation.calibration import CANDIDATES, find_threshold
from ocr_inference.evaluation.confusion import TOP
from ocr_inference.evaluation.latency import LINES as LATENCY_LINES
from ocr_inference.evaluation.latency import PAGES as LATENCY_PAGES
from ocr_inference.evaluation.options import parse_options
from ocr_inference.evaluation.schema import Evaluation
from ocr_inference.evaluation.slices import MOST_NAMES
from ocr_inference.pages.schema import MeasuredPages
from ocr_inference.request import AnswerForm, Options
from ocr_inference.response.schema import PictureAnswer
from ocr_inference.service_settings import ServiceSettings

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default() -> None:
    defaults = ServiceSettings().model_dump(by_alias=True)
    for name, default in defaults.items():
        assert f"| `{name}` | {str(default).lower()} |" in README


def test_every_custom_attribute_is_documented_with_its_default() -> None:
    for name, default in Options().model_dump(mode="json").items():
        assert f"| `{name}` | `{str(default).lower()}` |" in README


def test_every_form_of_answer_is_documented() -> None:
    for form in AnswerForm:
        assert f"| `{form.value}` |" in README


def test_the_documented_answer_is_of_the_documented_form() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    assert PictureAnswer.model_validate_json(example).pages[0].lines[0].text == "SPECIMEN"


def test_every_option_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options == set(re.findall(r"\| `(--[a-z-]+)` \|", README))


def test_the_documented_command_is_the_default_one() -> None:
    command = re.search(r"python -m ocr_inference\.evaluate (.*)", README)
    assert command is not None
    arguments = re.sub(r"[\[\]]", "", command.group(1)).split()
    assert parse_options([*arguments, "--model-package-group", ""]) == parse_options([])


def test_every_key_of_the_evaluation_is_documented_and_no_other() -> None:
    schema = Evaluation.model_json_schema()
    section = README.partition("### `evaluation.json`")[2].partition("### `report.html`")[0]
    documented = set(re.findall(r"[`\"]([a-z_0-9]+)[`\"]", section))
    forms = [schema, *schema["$defs"].values()]
    keys = {key for form in forms for key in form.get("properties", {})}
    values = {value for form in forms for value in form.get("enum", [])}
    values |= {value for form in forms for key in form.get("properties", {}).values() for value in key.get("enum", [])}
    assert keys <= documented
    assert documented <= keys | values | {"none", "compared"}


def test_every_top_level_key_has_its_row() -> None:
    table = README.partition("### `evaluation.json`")[2].partition("| of a Slice |")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE) == list(Evaluation.model_fields)


def test_the_documented_rules_are_the_code_s() -> None:
    assert f"{RESAMPLES} bootstrap resamples" in README
    assert f"fewer than {FEWEST_DOCUMENTS} documents" in README
    assert f"({MOST_NAMES} of each at most" in README
    assert f"among {CANDIDATES} coverages" in README
    assert f"`top`: {TOP} of" in README
    assert f"{LATENCY_LINES} lines one by one, and the lines of\n{LATENCY_PAGES} documents" in README
    assert find_threshold(np.ones(477), np.ones(477)).threshold == 1.0
    assert find_threshold(np.ones(476), np.ones(476)).threshold is None


def test_every_figure_of_whole_pages_is_documented() -> None:
    row = next(line for line in README.splitlines() if line.startswith("| `pages` | `{"))
    assert [name for name in MeasuredPages.model_fields if f"`{name}`" not in row and f'"{name}"' not in row] == []
