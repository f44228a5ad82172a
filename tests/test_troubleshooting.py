"""docs/troubleshooting.md against what the code really says.

A sentence of ours stands there in inline code, in the first column of a table, with an ellipsis for each thing that the
code fills in. A row whose first cell is otherwise is AWS's own sentence (in italics and quotes) or a description.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
FOLDERS = [
    *("image-build-processing", "image-build-train", "image-build-inference", "model-build", "model-deploy"),
    *("project-template", "sandbox", "Makefile"),
]
HOLE = "…"
SENTENCE = re.compile(r"`([^`]+)`")
OURS = re.compile(r"`[^`]+`(?: or `[^`]+`)*(?: \(\d{3}\)| or [a-z][^`*]+)?")
SERVICES = re.compile(r'\*"[^"]+"\*[^`]*')


def rows() -> list[list[str]]:
    """The cells of each row of the tables of what is said."""
    found = []
    for table in re.findall(r"^\| what is said \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
        found += [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
    return found


def quoted() -> list[str]:
    """Each sentence of ours that the page quotes."""
    return [sentence for first, *_ in rows() if OURS.fullmatch(first) for sentence in SENTENCE.findall(first)]


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        path = ROOT / folder
        files = [path] if path.is_file() else path.rglob("*")
        yield from (file for file in files if "tests" not in file.parts and ".venv" not in file.parts)


def in_python(text: str) -> Iterator[str]:
    """The texts of a module; what an f-string or a log record fills in is a hole."""
    nodes = list(ast.walk(ast.parse(text)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        match node:
            case ast.Constant() if id(node) in docstrings:
                continue
            case ast.JoinedStr(values=parts):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in parts)
            case ast.Constant(value=str(constant)):
                yield re.sub(r"%(\.\d+)?[sdgf]", HOLE, constant)


def in_shell(text: str) -> str:
    """A buildspec, a template or the Makefile, but its comments; variables are holes, and joined words are one."""
    joined = re.sub(r'" *\\?\n *"', " ", re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE))
    return re.sub(r"\$\{[^}]*\}|\$\$?[A-Za-z_]\w*", HOLE, joined)


def plain(text: str) -> str:
    return re.sub(f"{HOLE}+", HOLE, " ".join(text.split()))


@pytest.fixture(scope="module")
def said() -> str:
    """Everything that the code can say, a text a line."""
    texts: list[str] = []
    for path in sources():
        if path.suffix == ".py":
            texts += in_python(path.read_text(encoding="utf-8"))
        elif path.suffix in {".yml", ".yaml"} or path.name == "Makefile":
            texts.append(in_shell(path.read_text(encoding="utf-8")))
    return "\n".join(map(plain, texts))


@pytest.fixture(scope="module")
def written() -> str:
    """The sources and the READMEs as they are."""
    kinds = {".py", ".yml", ".yaml", ".json", ".md", ".toml", ""}
    files = (path for path in sources() if path.is_file() and path.suffix in kinds and not path.name.startswith("."))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("sentence", quoted())
def test_the_code_says_what_the_page_quotes(sentence: str, said: str) -> None:
    assert sentence.strip(f"{HOLE} ") in said


@pytest.mark.parametrize("sentence", quoted())
def test_a_quoted_sentence_is_more_than_what_differs(sentence: str) -> None:
    assert len(re.findall(r"[A-Za-z]", sentence)) >= 10


def test_another_wording_is_not_found(said: str) -> None:
    assert "No approved version in … yet: nothing to deploy." in said
    assert "No approved version in … so far: nothing to deploy." not in said
    assert "No approved version in cards yet: nothing to deploy." not in said


def test_a_first_cell_that_begins_with_code_is_a_sentence_of_ours() -> None:
    """Otherwise it would not be looked up."""
    assert not [first for first, *_ in rows() if first.startswith("`") and not OURS.fullmatch(first)]
    assert not [first for first, *_ in rows() if first.startswith("*") and not SERVICES.fullmatch(first)]


def test_every_row_has_its_three_cells() -> None:
    assert not [row for row in rows() if len(row) != 3]


def test_every_chapter_has_a_table_that_is_read() -> None:
    chapters = re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]
    assert all("\n| what is said | why | what to do |\n|---|---|---|\n" in chapter for chapter in chapters)


def test_every_setting_that_is_named_is_one(written: str) -> None:
    """Parameters, variables, metrics: single words with capitals inside."""
    cells = chain.from_iterable(row[1:] for row in rows())
    named = {word for cell in cells for word in SENTENCE.findall(cell) if re.fullmatch(r"[A-Z]\w*[A-Z_]\w*=?", word)}
    assert {"MinExactMatch", "DOMAIN_ID="} <= named
    assert not [word for word in named if word.rstrip("=") not in written]


def test_every_name_of_a_resource_is_the_templates() -> None:
    templates = "\n".join(
        path.read_text() for path in [*ROOT.glob("project-template/*.yaml"), *ROOT.glob("model-deploy/*.yaml")]
    )
    stages = templates.replace("${StageName}", "<stage>").replace("${SageMakerProjectId}", "<id>")
    named = set(re.findall(r"`(sagemaker-<id>-[a-z<>-]*[a-z>])`", PAGE))
    assert "sagemaker-<id>-unwatched" in named
    assert not [name for name in named if name not in stages]
