"""Read a recipe from its YAML file, and say by line and key what is wrong with it."""

import difflib
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ocr_processing.readers.images import walk_files
from ocr_processing.synthesis.recipe import RECIPES, Recipe, RecipeError

FILES = frozenset({"corpus"})
"""Keys whose path is that of a file; all others are those of folders."""
_ADAPTER: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="recipe")])


def load_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file. Raises RecipeError naming the file, the line, the key and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
        settings = yaml.safe_load(text)
        root = yaml.compose(text, yaml.SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:  # ValueError: not UTF-8, no such date
        raise RecipeError(f"{path}: the recipe cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise RecipeError(f"{path}: expected settings such as `recipe: identity-card`, found {settings!r}")
    try:
        recipe = _ADAPTER.validate_python(settings)
    except ValidationError as error:
        problems = "; ".join(_problem(root, settings, details) for details in error.errors(include_url=False))
        raise RecipeError(f"{path}: {problems}") from error
    return recipe.model_copy(update={name: _found(path, root, name, given) for name, given in paths_of(recipe).items()})


def paths_of(recipe: Recipe) -> dict[str, Path]:
    """The files and folders that the recipe names, by key."""
    named = ((name, getattr(recipe, name)) for name in type(recipe).model_fields)
    return {name: value for name, value in named if isinstance(value, Path)}


def files_of(recipe: Recipe) -> list[Path]:
    """Every file that the recipe names or that lies in a folder it names, sorted; hidden ones aside."""
    found = (walk_files(path) if path.is_dir() else (path,) for path in paths_of(recipe).values())
    return sorted({file for files in found for file in files})


def _found(recipe: Path, root: yaml.Node | None, name: str, given: Path) -> Path:
    """The path beside the recipe. Raises RecipeError when it leads out of the recipe's folder or is not there."""
    place = f"{recipe}: line {line_of(root, (name,))}: {name} is {str(given)!r}"
    inside = recipe.parent / given
    if given.is_absolute() or not inside.resolve().is_relative_to(recipe.parent.resolve()):
        raise RecipeError(f"{place}: expected a path within the recipe's own folder, relative to it")
    kind, there = ("file", inside.is_file()) if name in FILES else ("folder", inside.is_dir())
    if not there:
        raise RecipeError(f"{place}: expected a {kind} beside the recipe; there is none at {inside}")
    return inside


def _problem(root: yaml.Node | None, settings: dict[str, Any], details: ErrorDetails) -> str:
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        line = line_of(root, ("recipe",))
        return f"line {line}: recipe is {settings.get('recipe')!r}, expected one of {', '.join(RECIPES)}"
    where = [str(part) for part in details["loc"][1:]]
    line = line_of(root, details["loc"][1:])
    if details["type"] != "extra_forbidden":
        message = details["msg"].removeprefix("Value error, ")
        return f"line {line}: {'.'.join(where) or 'the recipe'} is {details['input']!r}: {message}"
    known = _known_keys(RECIPES[settings["recipe"]], where[:-1])
    nearest = difflib.get_close_matches(where[-1], known, n=1, cutoff=0)
    return f"line {line}: unknown key {'.'.join(where)}; did you mean {nearest[0]}? (known: {', '.join(known)})"


def line_of(root: yaml.Node | None, where: tuple[int | str, ...]) -> int:
    """The 1-based line of the key or item that `where` leads to, or of the last on the way that there is."""
    line = 1
    node = root
    for part in where:
        found = _entry(node, part)
        if found is None:
            break
        line, node = found
    return line


def _entry(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _known_keys(model: type[BaseModel], inside: list[str]) -> list[str]:
    for name in inside:
        nested = model.model_fields[name].annotation
        model = nested if isinstance(nested, type) and issubclass(nested, BaseModel) else model
    return list(model.model_fields)
