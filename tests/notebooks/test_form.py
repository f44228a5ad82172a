"""Notebooks are committed without what a run leaves, so that a diff shows what a person changed."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_TEXT = 700


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def path(request: pytest.FixtureRequest) -> Path:
    """Each notebook."""
    found: Path = request.param
    return found


def cells(path: Path, kind: str = "") -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    return [cell for cell in notebook.cells if not kind or cell.cell_type == kind]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


def test_it_is_a_notebook_of_a_form_whose_cells_have_names(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)


def test_nothing_of_a_run_is_in_it(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.outputs == [], cell.id
        assert cell.execution_count is None, cell.id
    for cell in cells(path):
        assert set(cell.metadata) <= {"tags"}, cell.id


def test_its_cells_have_names_that_a_person_gave(path: Path) -> None:
    names = [cell.id for cell in cells(path)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name)] == []


def test_it_is_written_as_a_machine_writes_it_again(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert content["metadata"]["language_info"] == {"name": "python"}


def test_one_cell_has_the_parameters_which_are_values(path: Path) -> None:
    (cell,) = [cell for cell in cells(path, "code") if "parameters" in cell.metadata.get("tags", [])]
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)
    assert 'PROJECT = ""' in cell.source


def test_its_texts_are_short(path: Path) -> None:
    for cell in cells(path, "markdown"):
        assert len(cell.source) <= LONGEST_TEXT, cell.id


def test_its_links_lead_somewhere(path: Path) -> None:
    for cell in cells(path, "markdown"):
        for link in re.findall(r"\]\(([^)#]+)", cell.source):
            assert (FOLDER / link).exists() or link == "3-label-your-own.ipynb", link


def test_the_readme_lists_them() -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]\(\1\.ipynb\)", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [path.stem for path in NOTEBOOKS]
