"""A few whole documents of the test split, for tests of the endpoint."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr_processing.examine import Page

PAGES = 8


class PageChoice:
    """Keeps up to PAGES pages: complete ones first, then by a hash of their names, not their order."""

    def __init__(self, seed: int, incomplete: Iterable[str] = ()) -> None:
        self._seed = seed
        self.incomplete = set(incomplete)
        self._pages: list[tuple[tuple[bool, bytes], Page]] = []

    def offer(self, page: Page) -> None:
        """Take the page in if it belongs to the best so far."""
        complete = page.complete and page.document not in self.incomplete
        rank = hashlib.sha256(f"page\n{self._seed}\n{page.document}".encode()).digest()
        self._pages.append(((not complete, rank), replace(page, complete=complete)))
        self._pages.sort(key=lambda ranked: ranked[0])
        del self._pages[PAGES:]

    @property
    def pages(self) -> list[Page]:
        """The pages kept, best first."""
        return [page for _, page in self._pages]


def write_pages(folder: Path, pages: Iterable[Page]) -> None:
    """Write `NAME.jpg` and `NAME.json` for each page."""
    folder.mkdir(parents=True)
    for page in pages:
        name = file_stem(page.document)
        if (folder / f"{name}.jpg").exists():
            name = f"{name}-{hashlib.sha256(page.document.encode()).hexdigest()[:8]}"
        (folder / f"{name}.jpg").write_bytes(page.image)
        content = json.dumps(page_json(page, f"{name}.jpg"), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(content + "\n", encoding="utf-8", newline="\n")


def page_json(page: Page, image: str) -> dict[str, Any]:
    """What is known of a page; a polygon of null means that the whole picture is the line."""
    lines = [{"text": line.text, "field": line.field, "polygon": line.polygon} for line in page.lines]
    return {"document": page.document, "source": page.source, "image": image, "lines": lines}


def file_stem(document: str) -> str:
    """A file name, safe in a URL, made of a document's name."""
    stem = document.rsplit(".", 1)[0] if "." in document.rsplit("/", 1)[-1] else document
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:80] or "page"
