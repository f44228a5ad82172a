"""JSON files: read with a sentence for an error, written whole or not at all."""

import json
from pathlib import Path
from typing import Any

from model_deploy.errors import DeployError


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises DeployError when there is none or it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeployError(f"{path}: no such file") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DeployError(f"{path}: not a JSON file ({error})") from error


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text beside its place and rename it into place, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
