from importlib import resources
from pathlib import Path

import pytest

from ocr_processing.synthesis.recipe import (
    IdentityCardRecipe,
    ReceiptLinesRecipe,
    RecipeError,
    TextLinesRecipe,
)
from ocr_processing.synthesis.recipe_file import load_recipe

SHIPPED = Path(str(resources.files("ocr_processing"))) / "recipes"


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("identity-card.yaml", IdentityCardRecipe(recipe="identity-card")),
        ("text-lines.yaml", TextLinesRecipe(recipe="text-lines")),
        ("receipt-lines.yaml", ReceiptLinesRecipe(recipe="receipt-lines")),
    ],
)
def test_a_shipped_recipe_says_the_defaults(name: str, expected: object) -> None:
    assert load_recipe(SHIPPED / name) == expected


def test_a_short_recipe_takes_the_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(written(tmp_path, "recipe: identity-card\ndocuments: 5\ndamage: {often: 0.9}\n"))
    assert recipe.documents == 5
    assert recipe.damage.often == 0.9
    assert recipe.seed == 17


def test_a_receipt_recipe_with_some_damage_keeps_the_receipts_other_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(written(tmp_path, "recipe: receipt-lines\ndamage: {often: 0.9}\n"))
    assert isinstance(recipe, ReceiptLinesRecipe)
    assert recipe.damage.light == (0, 0.2)


def test_a_folder_of_fonts_is_looked_for_beside_the_recipe(tmp_path: Path) -> None:
    recipe = load_recipe(written(tmp_path, "recipe: text-lines\nfonts: my-fonts\n"))
    assert recipe.fonts == tmp_path / "my-fonts"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recipe: identity-card\ndocumets: 5", "unknown key documets; did you mean documents"),
        ("recipe: identity-card\ndamage: {bluur: [0, 1]}", r"unknown key damage\.bluur; did you mean blur"),
        ("recipe: passport", "recipe is 'passport', expected one of identity-card, text-lines, receipt-lines"),
        ("documents: 5", "recipe is None, expected one of identity-card, text-lines, receipt-lines"),
        ("recipe: [identity-card]", r"recipe is \['identity-card'\], expected one of"),
        ("recipe: identity-card\ndocuments: 0", "documents is 0: .*greater than or equal to 1"),
        ("recipe: identity-card\ndamage: {jpeg: [90, 30]}", r"damage\.jpeg .*smaller number .* first"),
        ("recipe: identity-card\ndamage: {jpeg: [0, 30]}", r"damage\.jpeg\.0 is 0: "),
        ("recipe: identity-card\nseed: [", "cannot be read"),
        ("recipe: receipt-lines\nprinters: {ink: 1}", r"unknown key printers\.ink; did you mean"),
        ("recipe: receipt-lines\nprinters: {thermal: 0, matrix: 0, laser: 0}", "printers .* must be above 0"),
        ("recipe: receipt-lines\nmargin: [-0.5, 0]", r"margin\.0 is -0\.5: .*greater than or equal to -0\.15"),
        ("recipe: receipt-lines\nstretch: [1.4, 0.5]", "stretch .*smaller number .* first"),
        ("recipe: receipt-lines\nworn: 2", "worn is 2: .*less than or equal to 1"),
        ("just words", "found 'just words'"),
        ("", "found None"),
    ],
)
def test_a_wrong_recipe_is_told_by_file_key_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RecipeError, match=message) as error:
        load_recipe(path)
    assert str(error.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# cards\nrecipe: identity-card\n\ndocumets: 5", 4),
        ("recipe: identity-card\ndamage:\n  blur: [0, 1]\n  jpeg:\n    - 40\n    - 900", 6),
        ("recipe: identity-card\ndamage: {blur: [0, 1],\n  bluur: [0, 1]}", 3),
        ("seed: 3\nrecipe: passport", 2),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(RecipeError, match=rf"recipe\.yaml: line {line}: "):
        load_recipe(written(tmp_path, text))


def test_a_recipe_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"absent\.yaml: the recipe cannot be read"):
        load_recipe(tmp_path / "absent.yaml")
