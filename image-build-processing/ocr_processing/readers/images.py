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
