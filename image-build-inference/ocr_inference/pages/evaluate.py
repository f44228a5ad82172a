"""Read every page as the endpoint would: the figures, and the answers that a baseline of drift is made of."""

import json
import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from ocr_inference.outputs import write_beside_and_rename
from ocr_inference.pages.figures import Counts, count, measure
from ocr_inference.pages.labelled import LabelledPage
from ocr_inference.pages.schema import MeasuredPages, NoPages
from ocr_inference.reader import Reader
from ocr_inference.request import Invocation
from ocr_inference.response import DocumentResult, encode_answer

INDEX_NAME = "pages.json"
ANSWERED_FOLDER = "pages"

log = logging.getLogger(__name__)


def evaluate_pages(model: Path, pages: Sequence[LabelledPage], answered: Path, seed: int) -> MeasuredPages | NoPages:
    """Read the pages with the model in ``model``, and write the answers below ``answered``, a folder made anew.

    Each page that is not a line as a whole is copied there with the endpoint's answer beside it, ``pages/NAME.jpg``
    and ``pages/NAME.json``. ``pages.json`` has what was counted on each; where no page was read it is alone.

    Raises:
        UserError: the model, or a page, cannot be read.
    """
    whole = [page for page in pages if page.has_places]
    shutil.rmtree(answered, ignore_errors=True)
    (answered / ANSWERED_FOLDER).mkdir(parents=True)
    counted = _read(model, whole, answered / ANSWERED_FOLDER) if whole else {}
    index = {page.name: _entry(page, counted.get(page.name)) for page in pages}
    write_beside_and_rename(answered / INDEX_NAME, json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    complete = [counted[page.name] for page in whole if page.label.complete]
    left_out = _left_out(pages)
    return measure(complete, left_out, seed) if complete else NoPages(note=left_out or "The dataset has no pages.")


def _read(model: Path, pages: Sequence[LabelledPage], answered: Path) -> dict[str, Counts]:
    reader = Reader.from_folder(model)
    started = time.perf_counter()
    counted = {}
    for page in pages:
        answer = reader.read(page.decode())
        counted[page.name] = count(page, answer)
        shutil.copyfile(page.picture, answered / page.picture.name)
        encoded = encode_answer([DocumentResult((answer,))], Invocation(()), reader.version).content.decode()
        write_beside_and_rename(answered / f"{page.name}.json", encoded + "\n")
    log.info("The new model read %d pages in %.1f s", len(pages), time.perf_counter() - started)
    return counted


def _entry(page: LabelledPage, counts: Counts | None) -> dict[str, object]:
    if counts is None:
        return {"document": page.label.document, "status": "one line"}
    lines, boxes, found, read = counts.tolist()
    status = "measured" if page.label.complete else "incomplete"
    return {
        "document": page.label.document,
        "status": status,
        "lines": lines,
        "boxes": boxes,
        "found": found,
        "read": read,
    }


def _left_out(pages: Sequence[LabelledPage]) -> str:
    one_line = sum(not page.has_places for page in pages)
    incomplete = sum(page.has_places and not page.label.complete for page in pages)
    reasons = []
    if one_line:
        reasons.append(f"{one_line} of {len(pages)} pages are one line each, without a polygon.")
    if incomplete:
        reasons.append(f"{incomplete} of {len(pages)} pages have lines that were rejected, which may have been found.")
    return " ".join(reasons)
