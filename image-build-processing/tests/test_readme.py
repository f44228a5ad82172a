from pathlib import Path

from ocr_processing.command_line import option
from ocr_processing.config import PreprocessConfig
from ocr_processing.validate import REASONS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_readme_tells_every_option() -> None:
    assert [name for name in PreprocessConfig.model_fields if f"`{option(name)}`" not in README] == []


def test_the_readme_tells_every_reason() -> None:
    assert [reason for reason in REASONS if f"| `{reason}` |" not in README] == []
