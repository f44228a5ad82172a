"""Put a finished dataset where the platform takes it from: all of it or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def _replace(entry: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    entry.replace(target)
