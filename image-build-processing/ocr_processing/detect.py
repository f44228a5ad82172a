"""Find out what the documents' folder holds: which reader reads which file."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import yaml

from ocr_processing.config import Format
from ocr_processing.dictionary import DICTIONARY_NAME
from ocr_processing.failure import UserError
from ocr_processing.readers import Reader
from ocr_processing.readers.icdar import IcdarReader, looks_like_box_row
from ocr_processing.readers.images import is_image, walk_files
from ocr_processing.readers.paddleocr import PaddleOcrReader, looks_like_label_row, parse_label_row
from ocr_processing.readers.recipe import RecipeReader
from ocr_processing.readers.rows import read_rows

LOOKED_FOR: dict[Format, str] = {
    "paddleocr": "PaddleOCR label files (.txt with rows of a picture's path, a tab, its text)",
    "icdar": "ICDAR or SROIE box files (.txt or .csv with rows of x1,y1,x2,y2,x3,y3,x4,y4,text, the stem of "
    "a picture beside them or in a neighbouring folder)",
    "recipe": "recipes (.yaml with a key `recipe`)",
}
RECIPE_SUFFIXES = frozenset({".yaml", ".yml"})
BOX_SUFFIXES = frozenset({".csv", ".txt"})
LABEL_SUFFIXES = frozenset({".txt"})
PEEKED_ROWS = 20
GROUND_TRUTH_PREFIX = "gt_"
"""ICDAR names the boxes of `img_1.jpg` `gt_img_1.txt`."""


def find_readers(root: Path, wanted: Format = "auto") -> tuple[Reader, ...]:
    """The readers for what lies below `root`, in a fixed order; `wanted` admits one, judged less closely.

    Raises UserError, naming what was looked for and what was found, when there is nothing to read.
    """
    files = list(walk_files(root))
    if not files:
        state = "holds no files" if root.is_dir() else "does not exist"
        raise UserError(f"The documents' folder {root} {state}; expected {_expected(wanted)}.")
    readers: list[Reader] = []
    if wanted in ("auto", "recipe"):
        readers += _recipes(root, files, wanted)
    boxes: set[Path] = set()
    if wanted in ("auto", "icdar"):
        pairs = _icdar(root, files, wanted)
        boxes = {path for reader in pairs for _, path in reader.pairs}
        readers += pairs
    if wanted in ("auto", "paddleocr"):
        readers += _label_files(root, [path for path in files if path not in boxes], wanted)
    if not readers:
        raise UserError(f"Found {_found(files)} in {root}, none of it labelled; expected {_expected(wanted)}.")
    return tuple(readers)


def _recipes(root: Path, files: Iterable[Path], wanted: Format) -> list[RecipeReader]:
    candidates = (path for path in files if path.suffix.lower() in RECIPE_SUFFIXES)
    return [RecipeReader(root, path) for path in candidates if wanted == "recipe" or _names_a_recipe(path)]


def _names_a_recipe(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError):
        return False
    return isinstance(content, dict) and "recipe" in content


def _label_files(root: Path, files: Iterable[Path], wanted: Format) -> list[PaddleOcrReader]:
    test: Callable[[str], bool] = looks_like_label_row
    if wanted == "paddleocr":
        test = _has_label_form
    return [
        PaddleOcrReader(root, path)
        for path in files
        if path.suffix.lower() in LABEL_SUFFIXES and path != root / DICTIONARY_NAME and _any_row(path, test)
    ]


def _has_label_form(row: str) -> bool:
    return parse_label_row(row) is not None


def _any_row(path: Path, test: Callable[[str], bool]) -> bool:
    return any(row.text is not None and test(row.text) for row in islice(read_rows(path), PEEKED_ROWS))


def _icdar(root: Path, files: Sequence[Path], wanted: Format) -> list[IcdarReader]:
    images: dict[Path, dict[str, Path]] = defaultdict(dict)
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in files:
        if is_image(path):
            images[path.parent].setdefault(path.stem, path)
        elif path.suffix.lower() in BOX_SUFFIXES and path != root / DICTIONARY_NAME:
            folders[path.parent].append(path)
    readers = []
    for folder, candidates in folders.items():
        partners = {path: _partner(path, images, root) for path in candidates}
        boxed = {path for path in candidates if _any_row(path, looks_like_box_row)}
        if boxed or (wanted == "icdar" and any(partners.values())):
            pairs = [(partners[path], path) for path in candidates if path in boxed or partners[path]]
            readers.append(IcdarReader(root, folder, tuple(pairs)))
    return readers


def _partner(boxes: Path, images: dict[Path, dict[str, Path]], root: Path) -> Path | None:
    """The picture with the stem of a box file: beside it, else in a neighbouring folder (`box/`, `img/`)."""
    neighbours = [] if boxes.parent == root else [folder for folder in images if folder.parent == boxes.parent.parent]
    for folder in (boxes.parent, *sorted(neighbours)):
        for stem in (boxes.stem, boxes.stem.removeprefix(GROUND_TRUTH_PREFIX)):
            if stem in images.get(folder, {}):
                return images[folder][stem]
    return None


def _expected(wanted: Format) -> str:
    if wanted != "auto":
        return LOOKED_FOR[wanted]
    *others, last = LOOKED_FOR.values()
    return ", ".join(others) + " or " + last


def _found(files: Iterable[Path]) -> str:
    counts = Counter(path.suffix.lower() or "(no suffix)" for path in files)
    return ", ".join(f"{count} {suffix}" for suffix, count in counts.most_common())
