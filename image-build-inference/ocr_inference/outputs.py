"""Files that are either whole or not there."""

from pathlib import Path


def write_beside_and_rename(path: Path, text: str) -> None:
    """Write a text file so that a reader never sees half of it; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.writing")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
