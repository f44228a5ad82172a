"""The picture files below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})


def is_image(path: Path) -> bool:
    """By its suffix alone: whether it decodes is found out when it is read."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def walk_files(root: Path) -> Iterator[Path]:
    """Every file below `root`, folder by folder in sorted order, without hidden files and folders."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(folder) / name


def find_image(root: Path, folder: Path, name: str) -> Path | None:
    """The picture `name`, taken relative to `folder`, else to each folder above it up to `root`.

    PaddleOCR's label files are relative to a data folder that the training configuration names, not the
    file. None when there is no such file; a path that leaves `root` is not followed.
    """
    for base in (folder, *folder.parents):
        candidate = Path(os.path.normpath(base / name))
        # Path.is_file raises where a name is longer than the file system admits.
        if candidate.is_relative_to(root) and os.path.isfile(candidate):  # noqa: PTH113
            return candidate
        if base == root:
            break
    return None
