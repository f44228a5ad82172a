"""How long an image takes to build again after a change of its code."""

import shutil
import time
from pathlib import Path
from statistics import median

from images.catalogue import ROOT, ProjectImage
from images.docker import build, docker

ROUNDS = 3


def seconds_to_rebuild(image: ProjectImage, folder: Path) -> float:
    """Median seconds of ``docker build`` after a line was added to a source file, everything else being built.

    It builds a copy of the repository in ``folder``, and so leaves the checkout alone.

    Raises:
        ImageError: the image does not build.
    """
    copy = folder / image.folder
    shutil.copytree(ROOT / image.folder, copy, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    source = copy / image.package / "__init__.py"
    tag = f"{image.reference}:rebuild-{folder.name.lower()}"
    try:
        build(image, copy, tag, {}, quiet=True)
        return median(_timed_change(image, copy, source, tag) for _ in range(ROUNDS))
    finally:
        docker("image", "rm", "--force", tag)


def _timed_change(image: ProjectImage, copy: Path, source: Path, tag: str) -> float:
    with source.open("a", encoding="utf-8") as file:
        file.write(f"# Changed at {time.time_ns()}\n")
    start = time.perf_counter()
    build(image, copy, tag, {}, quiet=True)
    return time.perf_counter() - start
