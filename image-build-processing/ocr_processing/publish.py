"""Put a finished dataset where the platform takes it from: all of it or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocr_processing.failure import UserError

PARTIAL_PREFIX = ".partial-"


@contextmanager
def published(output: Path, last: str) -> Iterator[Path]:
    """A folder to write into; when the block ends well its entries replace those of `output`, `last` last.

    The folder lies inside `output`, which may be a mount of its own: a rename cannot cross file systems. The
    entry `last` is taken away first and put back at the end, so that where it is there the rest is whole.
    After an exception `output` is as it was.
    """
    output.mkdir(parents=True, exist_ok=True)
    for stale in output.glob(f"{PARTIAL_PREFIX}*"):
        shutil.rmtree(stale)
    partial = Path(tempfile.mkdtemp(prefix=PARTIAL_PREFIX, dir=output))
    try:
        yield partial
        (output / last).unlink(missing_ok=True)
        for entry in sorted(partial.iterdir(), key=lambda path: (path.name == last, path.name)):
            _replace(entry, output / entry.name)
    finally:
        shutil.rmtree(partial)


@contextmanager
def created(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into, which becomes `folder` when the block ends well, and else is gone.

    Raises UserError when `folder` is there already and holds anything, OSError when it cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already and not empty; expected a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}{PARTIAL_PREFIX}", dir=folder.parent))
    try:
        yield partial
        partial.chmod(0o755)  # mkdtemp keeps it from others
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _replace(entry: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    entry.replace(target)
