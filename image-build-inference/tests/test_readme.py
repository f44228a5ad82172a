import re
from pathlib import Path

import pytest

from ocr_inference.evaluate import parse_options
from ocr_inference.request import AnswerForm, Options
from ocr_inference.response.schema import PictureAnswer
from ocr_inference.evaluation.schema import Evaluation
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


def test_every_part_of_the_evaluation_is_documented() -> None:
    for name in Evaluation.model_fields:
        assert f"`{name}" in README
