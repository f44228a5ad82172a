"""How much of the test pages a stage must read, when that is not what the deploy repository says.

Its stage configurations are made for cards. Whoever tries the loop on other documents can lower the floor
for this sandbox without editing them.
"""

import json
from pathlib import Path

from sandbox.files import write_json
from sandbox.layout import Layout
from sandbox.settings import Settings


def set_page_floor(settings: Settings, floor: float | None) -> None:
    """Set the share of lines that the test pages must give exactly; None is the repository's own."""
    path = Layout(settings.state_folder).page_floor_file
    if floor is None:
        path.unlink(missing_ok=True)
    else:
        write_json(path, {"MinPageExactMatch": floor})


def stage_config_arguments(settings: Settings, stage: str, exports: Path) -> list[str]:
    """Arguments for the deploy repository's test: none, or its stage configuration with the floor changed."""
    path = Layout(settings.state_folder).page_floor_file
    if not path.exists():
        return []
    own = settings.checkout / "model-deploy" / f"{stage}-config.json"
    config = json.loads(own.read_text())
    config["Test"] = {**config.get("Test", {}), **json.loads(path.read_text())}
    changed = exports / own.name
    write_json(changed, config)
    return ["--stage-config", str(changed)]
