"""A page that training never saw, for the demo to read."""

import subprocess
import sys
from pathlib import Path

from sandbox.demo.reading import LabelledPage, load_page
from sandbox.errors import SandboxError
from sandbox.jobs.storage import Storage
from sandbox.processes.environment import child_environment
from sandbox.settings import Settings
from sandbox.state import State

# Added to the run's seed: no card of the dataset is drawn with it.
FRESH_SEED_OFFSET = 900_001


def fresh_card(settings: Settings, state: State, seed: int, folder: Path) -> LabelledPage:
    """Draw one new card with the processing image. Raises SandboxError when it cannot be drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh_seed = str(seed + FRESH_SEED_OFFSET)
    command = [sys.executable, "-m", "ocr_processing.synthesis.card", "--seed", fresh_seed]
    drawn = subprocess.run(  # noqa: S603 - a command of the project
        [*command, "--count", "1", "--output", str(folder)],
        cwd=folder,
        env=child_environment(settings, state.endpoint_url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if drawn.returncode != 0:
        said = drawn.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        message = f"the card could not be drawn: {' '.join(said)}"
        raise SandboxError(message)
    return _first_page(folder)


def held_out_page(storage: Storage, dataset_uri: str, folder: Path) -> LabelledPage:
    """Fetch the first whole document of the dataset's test split."""
    storage.download(f"{dataset_uri.rstrip('/')}/pages/", folder)
    return _first_page(folder)


def _first_page(folder: Path) -> LabelledPage:
    labels = sorted(folder.glob("*.json"))
    if not labels:
        message = f"{folder} holds no labelled page: expected at least one NAME.json beside its image"
        raise SandboxError(message)
    return load_page(labels[0])
