"""Changes what a stage of model-deploy is held to, as a person would: in its configuration and in the README."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import SandboxError

STAGES = ("staging", "prod")


def change_threshold(folder: Path, name: str, value: float, stages: Sequence[str] = STAGES) -> None:
    """Set a threshold of some stages. Raises SandboxError where the README has no row that says so."""
    shipped = []
    for stage in STAGES:
        path = folder / f"{stage}-config.json"
        config = json.loads(path.read_text())
        if stage in stages:
            config["Test"][name] = value
            path.write_text(json.dumps(config, indent=2) + "\n")
        shipped.append(config["Test"][name])
    readme = folder / "README.md"
    row = f"| `{name}` | {shipped[0]} | {shipped[1]} |"
    text, count = re.subn(rf"^\| `{name}` \| [^|]+ \| [^|]+ \|", row, readme.read_text(), flags=re.MULTILINE)
    if count != 1:
        message = f"{readme} has {count} rows of {name}: expected one, with what each stage ships"
        raise SandboxError(message)
    readme.write_text(text)
