"""Pictures and the label files of the same stem: ICDAR's and GNHK's way to say what belongs together."""

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
    images: dict[Path, dict[str, Path]] = defaultdict(dict)
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in files:
        if is_image(path):
            images[path.parent].setdefault(path.stem, path)
        elif path.suffix.lower() in suffixes:
            folders[path.parent].append(path)
    return {
        folder: [(_partner(path, images, neighbours and folder != root), path) for path in labels]
        for folder, labels in folders.items()
    }


def _partner(labels: Path, images: dict[Path, dict[str, Path]], neighbours: bool) -> Path | None:
    beside = [folder for folder in images if folder.parent == labels.parent.parent] if neighbours else []
    for folder in (labels.parent, *sorted(beside)):
        for stem in (labels.stem, labels.stem.removeprefix(GROUND_TRUTH_PREFIX)):
            if stem in images.get(folder, {}):
                return images[folder][stem]
    return None
