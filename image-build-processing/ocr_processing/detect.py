"""Find out what the documents' folder holds: which reader reads which file."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import yaml

from ocr_processing.config import Format
from ocr_processing.dictionary import DICTIONARY_NAME
from ocr_processing.failure import UserError
from ocr_processing.readers import Reader
from ocr_processing.readers.gnhk import GnhkReader, looks_like_words, published_split
from ocr_processing.readers.groundtruth import GroundTruthReader, looks_like_manifest_row
from ocr_processing.readers.icdar import IcdarReader, looks_like_box_row
from ocr_processing.readers.images import is_image, walk_files
from ocr_processing.readers.paddleocr import PaddleOcrReader, looks_like_label_row, parse_label_row
from ocr_processing.readers.pairs import Pair, paired_folders
from ocr_processing.readers.ppocrlabel import (
    EXPORTED_NAME,
    LABEL_NAME,
    STATE_NAME,
    PpocrLabelReader,
    looks_like_box_label,
)
from ocr_processing.readers.recipe import RecipeReader
from ocr_processing.readers.rows import read_rows

LOOKED_FOR: dict[Format, str] = {
    "paddleocr": "PaddleOCR label files (.txt with rows of a picture's path, a tab, its text)",
    "ppocrlabel": "PPOCRLabel folders (Label.txt with rows of a picture's path, a tab, its boxes as JSON)",
    "groundtruth": "SageMaker Ground Truth output manifests (.manifest, .jsonl or .json with rows of JSON: a picture's "
    "source-ref and a labelling job's texts)",
    "gnhk": "GNHK folders (each picture with a .json of its words, text and polygon, beside it)",
    "icdar": "ICDAR or SROIE box files (.txt or .csv with rows of x1,y1,x2,y2,x3,y3,x4,y4,text, the stem of "
    "a picture beside them or in a neighbouring folder)",
    "recipe": "recipes (.yaml with a key `recipe`)",
}
RECIPE_SUFFIXES = frozenset({".yaml", ".yml"})
BOX_SUFFIXES = frozenset({".csv", ".txt"})
LABEL_SUFFIXES = frozenset({".txt"})
WORDS_SUFFIXES = frozenset({".json"})
MANIFEST_SUFFIXES = frozenset({".manifest", ".jsonl", ".json"})
PEEKED_ROWS = 20


def find_readers(root: Path, wanted: Format = "auto", join_words: bool = False) -> tuple[Reader, ...]:
    """The readers for what lies below `root`, in a fixed order; `wanted` admits one, judged less closely.

    Raises UserError, naming what was looked for and what was found, when there is nothing to read.
    """
    unread, found = _files(root)
    if not found:
        state = "holds no files" if root.is_dir() else "does not exist"
        raise UserError(f"The documents' folder {root} {state}; expected {_expected(wanted)}.")
    readers: list[Reader] = []
    handwriting = _gnhk(root, unread, wanted, join_words) if wanted in ("auto", "gnhk") else []
    if wanted in ("auto", "recipe"):
        splits_kept = any(reader.own_split for reader in handwriting)
        readers += _recipes(root, unread, wanted, splits_kept)
    readers += handwriting
    if wanted in ("auto", "groundtruth"):
        readers += _manifests(root, unread, wanted, join_words)
    if wanted in ("auto", "icdar"):
        pairs = _icdar(root, unread, wanted)
        boxes = {path for reader in pairs for _, path in reader.pairs}
        unread = [path for path in unread if path not in boxes]
        readers += pairs
    if wanted in ("auto", "ppocrlabel", "paddleocr"):
        readers += _label_files(root, unread, wanted)
    if not readers:
        listed = ", ".join(f"{count} {suffix}" for suffix, count in found.most_common())
        raise UserError(f"Found {listed} in {root}, none of it labelled; expected {_expected(wanted)}.")
    return tuple(readers)


def _files(root: Path) -> tuple[list[Path], Counter[str]]:
    """What may hold labels, and how many files of each suffix there are. Raises UserError for an unwritable name."""
    unread: list[Path] = []
    found: Counter[str] = Counter()
    for path in walk_files(root):
        if not _is_utf8(path):
            raise UserError(
                f"The name of the file {os.fsencode(path)!r} is not UTF-8; expected names that can be written."
            )
        found[path.suffix.lower() or "(no suffix)"] += 1
        # Pictures can be millions: whoever needs one looks for it.
        if not is_image(path) and path != root / DICTIONARY_NAME:
            unread.append(path)
    return unread, found


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _recipes(root: Path, files: Iterable[Path], wanted: Format, splits_kept: bool) -> list[RecipeReader]:
    candidates = (path for path in files if path.suffix.lower() in RECIPE_SUFFIXES)
    recipes = [path for path in candidates if wanted == "recipe" or _names_a_recipe(path)]
    return [RecipeReader(root, path, published_split(root, path.parent) if splits_kept else None) for path in recipes]


def _names_a_recipe(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: not UTF-8, no such date
        return False
    return isinstance(content, dict) and "recipe" in content


def _manifests(root: Path, files: Iterable[Path], wanted: Format, join_words: bool) -> list[GroundTruthReader]:
    candidates = [path for path in files if path.suffix.lower() in MANIFEST_SUFFIXES]
    if wanted != "groundtruth":
        candidates = [path for path in candidates if _any_row(path, looks_like_manifest_row)]
    return [GroundTruthReader(root, path, join_words) for path in candidates]


def _label_files(root: Path, files: Iterable[Path], wanted: Format) -> list[Reader]:
    candidates = [path for path in files if path.suffix.lower() in LABEL_SUFFIXES and path.name != STATE_NAME]
    boxes = [path for path in candidates if _any_row(path, looks_like_box_label)]
    if wanted == "ppocrlabel":
        named = [path for path in candidates if path.name == LABEL_NAME]
        return [PpocrLabelReader(root, path) for path in dict.fromkeys([*boxes, *named])]
    # What PPOCRLabel exported are the same lines once more: in another split than their page, they would be cheating.
    exported = {path.parent / EXPORTED_NAME for path in boxes} if wanted == "auto" else set()
    test: Callable[[str], bool] = _has_label_form if wanted == "paddleocr" else looks_like_label_row
    texts = [path for path in candidates if path not in {*boxes, *exported} and _any_row(path, test)]
    readers: list[Reader] = [PaddleOcrReader(root, path) for path in texts]
    return readers if wanted == "paddleocr" else [*readers, *(PpocrLabelReader(root, path) for path in boxes)]


def _has_label_form(row: str) -> bool:
    return parse_label_row(row) is not None


def _any_row(path: Path, test: Callable[[str], bool]) -> bool:
    return any(row.text is not None and test(row.text) for row in islice(read_rows(path), PEEKED_ROWS))


def _icdar(root: Path, files: Sequence[Path], wanted: Format) -> list[IcdarReader]:
    def is_boxes(path: Path) -> bool:
        return _any_row(path, looks_like_box_row)

    folders = paired_folders(root, files, BOX_SUFFIXES, neighbours=True)
    return [IcdarReader(root, folder, pairs) for folder, pairs in _labelled(folders, is_boxes, wanted == "icdar")]


def _gnhk(root: Path, files: Sequence[Path], wanted: Format, join_words: bool) -> list[GnhkReader]:
    folders = paired_folders(root, files, WORDS_SUFFIXES, neighbours=False)
    labelled = _labelled(folders, looks_like_words, wanted == "gnhk")
    splits = {folder: published_split(root, folder) for folder, _ in labelled}
    # Half of a published split, such as its training pages alone, is none.
    whole = {"train", "test"} <= set(splits.values())
    return [
        GnhkReader(root, folder, pairs, join_words, splits[folder] if whole else None) for folder, pairs in labelled
    ]


def _labelled(
    folders: dict[Path, list[Pair]], is_label: Callable[[Path], bool], named: bool
) -> list[tuple[Path, tuple[Pair, ...]]]:
    """The folders with label files among their pairs, and what of them counts: those, and all that have a picture.

    Where the format was `named`, a folder with any pair of picture and file will do.
    """
    labelled = []
    for folder, pairs in folders.items():
        sure = {path for _, path in pairs if is_label(path)}
        if sure or (named and any(image for image, _ in pairs)):
            labelled.append((folder, tuple(pair for pair in pairs if pair[0] or pair[1] in sure)))
    return labelled


def _expected(wanted: Format) -> str:
    if wanted != "auto":
        return LOOKED_FOR[wanted]
    *others, last = LOOKED_FOR.values()
    return ", ".join(others) + " or " + last
