from importlib import resources
from pathlib import Path

import pytest

from ocr_processing.synthesis.recipe import (
    HandwritingRecipe,
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
        ("handwriting.yaml", HandwritingRecipe(recipe="handwriting")),
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
    (tmp_path / "my-fonts").mkdir()
    recipe = load_recipe(written(tmp_path, "recipe: text-lines\nfonts: my-fonts\n"))
    assert recipe.fonts == tmp_path / "my-fonts"


@pytest.mark.parametrize("given", ["/usr/share/fonts", "../fonts", "inner/../../fonts", "link"])
def test_a_path_that_leaves_the_recipes_folder_is_refused(tmp_path: Path, given: str) -> None:
    (tmp_path / "fonts").mkdir()
    folder = tmp_path / "recipes"
    (folder / "inner").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "fonts")
    with pytest.raises(
        RecipeError, match=rf"line 2: fonts is '{given}': expected a path within the recipe's own folder"
    ):
        load_recipe(written(folder, f"recipe: text-lines\nfonts: {given}\n"))


@pytest.mark.parametrize(("key", "kind"), [("corpus", "file"), ("handwriting", "folder"), ("backgrounds", "folder")])
def test_a_path_to_nothing_or_to_the_wrong_thing_is_refused(tmp_path: Path, key: str, kind: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    wrong = "folder" if kind == "file" else "file"
    for given in ("absent", wrong):
        with pytest.raises(RecipeError, match=rf"line 2: {key} is '{given}': expected a {kind} beside the recipe"):
            load_recipe(written(tmp_path, f"recipe: text-lines\n{key}: {given}\n"))


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
        ("recipe: text-lines\ncorpus: a\ngrammar: {lines: {a: 1}, a: [b]}", "corpus and grammar are both given"),
        ("recipe: text-lines\nbalance: 0.5", "length and balance are of the texts of a corpus or a grammar"),
        ("recipe: text-lines\nchinese_share: 0\ncorpus: a", "chinese_share is of the texts that come with the recipe"),
        ("recipe: text-lines\ncorpus: a\nlength: [0, 9]", r"line 3: length\.0 is 0: .*greater than or equal to 1"),
        ("recipe: text-lines\ngrammar: {lines: {a: 1}, a: [yes]}", "line 2: grammar .* the form True; .* in quotes"),
        ("recipe: text-lines\ngrammar: {lines: {a: 1}, a: ['{b}']}", "line 2: grammar .* no rule 'b', which 'a' names"),
        ("recipe: text-lines\ngrammar: {a: [b]}", "the grammar's 'lines' is None; expected the names of rules"),
        ("recipe: identity-card\nlayouts: {portrait_left: 0}", "line 2: layouts .* upright must be above 0"),
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
