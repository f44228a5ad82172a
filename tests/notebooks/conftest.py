"""Notebooks are executed one after the other, all against one sandbox."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from sandbox.control_plane.lifecycle import down
from sandbox.settings import STATE_VARIABLE, Settings

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
PARAMETERS_TAG = "parameters"
# A cell waits for jobs.
CELL_SECONDS = 900

Execute = Callable[[str, Mapping[str, object], str], Any]


@pytest.fixture(scope="session")
def execute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execute]:
    """Runs a notebook top to bottom with other parameters, and then the lines of Python that say what must be so."""
    state = tmp_path_factory.mktemp("notebooks")
    kept = os.environ.get(STATE_VARIABLE)
    os.environ[STATE_VARIABLE] = str(state)

    def run(name: str, parameters: Mapping[str, object], asserted: str) -> Any:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        (position,) = [n for n, cell in enumerate(notebook.cells) if PARAMETERS_TAG in cell.metadata.get("tags", [])]
        given = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
        unknown = [key for key in parameters if f"{key} = " not in notebook.cells[position].source]
        assert not unknown, f"{name} has no parameters {unknown}"
        notebook.cells.insert(position + 1, nbformat.v4.new_code_cell(given))
        notebook.cells.append(nbformat.v4.new_code_cell(asserted))
        begun = time.monotonic()
        NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(NOTEBOOKS)}},
        ).execute()
        print(f"{name}: {time.monotonic() - begun:.0f} s")
        return notebook

    yield run
    down(Settings(state_folder=state))
    if kept is None:
        del os.environ[STATE_VARIABLE]
    else:
        os.environ[STATE_VARIABLE] = kept


@pytest.fixture(scope="session")
def pictures() -> Callable[[Any, str], list[bytes]]:
    """The pictures that a cell of an executed notebook shows, base64 as Jupyter keeps them."""

    def shown(notebook: Any, cell_id: str) -> list[bytes]:
        (cell,) = [cell for cell in notebook.cells if cell.get("id") == cell_id]
        return [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]

    return shown
