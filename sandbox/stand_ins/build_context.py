"""Which files a Docker build sees: those of its folder that .dockerignore lets through."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path


def context_files(context: Path) -> dict[str, Path]:
    """The files by their name in the context, sorted; the Dockerfile is always one.

    Raises OSError for a folder that cannot be read. See https://docs.docker.com/build/concepts/context/#dockerignore-files.
    """
    rules = _rules(context / ".dockerignore")
    files = {}
    for path in sorted(context.rglob("*")):
        name = path.relative_to(context).as_posix()
        if path.is_file() and (name == "Dockerfile" or not _ignored(name, rules)):
            files[name] = path
    return files


def context_digest(files: Mapping[str, Path], arguments: Mapping[str, str | None]) -> str:
    """SHA-256, 64 hex digits, of the files' names and contents and of the build arguments."""
    digest = hashlib.sha256(json.dumps(dict(arguments), sort_keys=True).encode())
    for name, path in files.items():
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _rules(path: Path) -> list[tuple[bool, re.Pattern[str]]]:
    """Whether a pattern ignores, and what it matches, in the order of the file: the last that matches decides."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(not pattern.startswith("!"), _expression(pattern.lstrip("!").strip("/"))) for pattern in patterns]


def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    forms = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    # What a pattern says of a folder holds for all that is in it.
    return re.compile("".join(forms.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")


def _ignored(name: str, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    ignored = False
    for ignores, expression in rules:
        if expression.fullmatch(name):
            ignored = ignores
    return ignored
