"""The picture files of a folder that is written: each under a name that a label file's row can hold."""

import re
from pathlib import Path, PurePosixPath

from ocr_processing.document import Document
from ocr_processing.readers.images import is_image

BEGINNINGS = {
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG\r\n": ".png",
    b"RIFF": ".webp",
    b"BM": ".bmp",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
}

UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\\\ufeff\u0085\u2028\u2029]|^\s+|\s+$")
"""What a row's first cell cannot hold, or loses when it is read."""


class Pictures:
    """Puts pictures below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, document: Document) -> str:
        """Store the document's own file, byte for byte; its path in the folder."""
        encoded = document.encoded()
        name = document.name if is_image(Path(document.name)) else document.name + _suffix(encoded)
        return self.write(name, encoded)

    def write(self, name: str, encoded: bytes) -> str:
        """Write a picture as `name`, or the nearest name that can be written and is free; its path in the folder."""
        path = self._folder / self._free(writable(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded)
        return path.relative_to(self._folder).as_posix()

    def _free(self, name: str) -> str:
        path = PurePosixPath(name)
        number = 1
        while (self._folder / name).exists():
            number += 1
            name = str(path.with_stem(f"{path.stem}-{number}"))
        return name


def writable(name: str) -> str:
    """The name as a relative path, with `_` for whatever a row cannot hold."""
    parts = [part for part in UNWRITABLE.sub("_", name).split("/") if part not in ("", ".", "..")]
    # Files and folders that start with a dot are left alone where documents are looked for.
    return "/".join("_" + part[1:] if part.startswith(".") else part for part in parts) or "picture"


def _suffix(encoded: bytes) -> str:
    return next((suffix for beginning, suffix in BEGINNINGS.items() if encoded.startswith(beginning)), ".jpg")
