"""The shipped recipe: nested YAML with PaddleOCR's section names, read as values by their paths."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

RECIPE = Path(__file__).with_name("recipe.yml")


def flatten(sections: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested sections -> value by path, `Optimizer.lr.learning_rate`."""
    flat: dict[str, Any] = {}
    for key, value in sections.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{above}{key}.")
        else:
            flat[f"{above}{key}"] = value
    return flat


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """The opposite of `flatten`."""
    sections: dict[str, Any] = {}
    for path, value in values.items():
        *above, key = path.split(".")
        section = sections
        for name in above:
            section = section.setdefault(name, {})
        section[key] = value
    return sections


SHIPPED = flatten(yaml.safe_load(RECIPE.read_text(encoding="utf-8")))


def at(path: str, description: str, **limits: Any) -> Any:
    """A value of the recipe: the path to it there, where its default is, and its limits."""
    return Field(
        SHIPPED[path], validate_default=True, description=description, json_schema_extra={"path": path}, **limits
    )
