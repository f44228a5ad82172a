"""Whole documents of the test split: what detection is measured on, drift compared with, and endpoints tested with."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr_processing.page import Page

MAX_BYTES = 64 * 2**20
"""Of all pages together: they are held in memory, and read again by every evaluation."""

Rank = tuple[bool, bytes]
"""Whether a page is incomplete, and a hash of its name: the lowest rank is the best."""


class PageChoice:
    """Keeps up to `most` pages and `max_bytes`: complete ones first, then by a hash of their names, not their order.

    Ranked like that, the pages kept are the first ones that fit; one is kept whatever its size.
    """

    def __init__(self, seed: int, most: int, incomplete: Iterable[str] = (), max_bytes: int = MAX_BYTES) -> None:
        self._seed = seed
        self._most = most
        self._max_bytes = max_bytes
        self.incomplete = set(incomplete)
        self._pages: list[tuple[Rank, Page]] = []
        self._cut: Rank | None = None

    def offer(self, page: Page) -> None:
        """Take the page in if it belongs to the best so far."""
        digest = hashlib.sha256(f"page\n{self._seed}\n{page.document}".encode()).digest()
        rank = (not self._complete(page), digest)
        if self._cut is not None and rank > self._cut:
            return
        self._pages.append((rank, page))
        self._pages.sort(key=lambda ranked: ranked[0])
        fitting = self._fitting()
        if fitting < len(self._pages):
            # What does not fit behind better ones never will, nor what comes after it: only more of those can come.
            self._cut = self._pages[fitting][0]
            del self._pages[fitting:]

    @property
    def pages(self) -> list[Page]:
        """The pages kept, best first."""
        return [replace(page, complete=self._complete(page)) for _, page in self._pages]

    def _complete(self, page: Page) -> bool:
        return page.complete and page.document not in self.incomplete

    def _fitting(self) -> int:
        total = 0
        for count, (_, page) in enumerate(self._pages[: self._most]):
            total += len(page.image)
            if total > self._max_bytes:
                return max(1, count)
        return min(self._most, len(self._pages))


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
    lines = [
        {"text": line.text, "field": line.field, "polygon": line.polygon, "line": line.number} for line in page.lines
    ]
    return {
        "document": page.document,
        "source": page.source,
        "image": image,
        "complete": page.complete,
        "lines": lines,
        "ignored": page.ignored,
    }


def file_stem(document: str) -> str:
    """A file name, safe in a URL, made of a document's name."""
    stem = document.rsplit(".", 1)[0] if "." in document.rsplit("/", 1)[-1] else document
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:80] or "page"
