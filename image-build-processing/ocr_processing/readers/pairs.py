"""Pictures and the label files of the same stem: ICDAR's and GNHK's way to say what belongs together."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ocr_processing.readers.images import is_image

Pair = tuple[Path | None, Path]
"""A picture, None where there is none, and its label file."""

GROUND_TRUTH_PREFIX = "gt_"
"""ICDAR names the boxes of `img_1.jpg` `gt_img_1.txt`."""


def paired_folders(
    root: Path, files: Iterable[Path], suffixes: frozenset[str], neighbours: bool
) -> dict[Path, list[Pair]]:
    """By folder, every file of one of the `suffixes` with the picture of its stem.

    The picture stands beside it or, where `neighbours` may hold it, in a folder beside its folder (`box/`, `img/`).
    """
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in files:
        if path.suffix.lower() in suffixes:
            folders[path.parent].append(path)
    pictures = _Pictures()
    return {
        folder: [(_partner(path, pictures, neighbours and folder != root), path) for path in labels]
        for folder, labels in folders.items()
    }


class _Pictures:
    """The names of the pictures in a folder by their stems, looked up where somebody asks."""

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, str]] = {}
        self._beside: dict[Path, list[Path]] = {}

    def named(self, folder: Path) -> dict[str, str]:
        """By stem, the first in the order of the names."""
        if folder not in self._names:
            names = sorted(entry.name for entry in os.scandir(folder) if is_image(Path(entry.name)))
            self._names[folder] = {Path(name).stem: name for name in reversed(names) if not name.startswith(".")}
        return self._names[folder]

    def beside(self, folder: Path) -> list[Path]:
        """The folders of the same parent."""
        if folder.parent not in self._beside:
            folders = (Path(entry) for entry in os.scandir(folder.parent) if entry.is_dir(follow_symlinks=False))
            self._beside[folder.parent] = sorted(path for path in folders if not path.name.startswith("."))
        return self._beside[folder.parent]


def _partner(labels: Path, pictures: _Pictures, neighbours: bool) -> Path | None:
    for folder in [labels.parent, *(pictures.beside(labels.parent) if neighbours else [])]:
        names = pictures.named(folder)
        for stem in (labels.stem, labels.stem.removeprefix(GROUND_TRUTH_PREFIX)):
            if stem in names:
                return folder / names[stem]
    return None
