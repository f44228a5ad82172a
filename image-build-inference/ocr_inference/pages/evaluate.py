"""Read every page as the endpoint would: the figures, and the answers that a baseline of drift is made of."""

import json
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_inference.outputs import write_beside_and_rename
from ocr_inference.pages.figures import CountedPages, measure
from ocr_inference.pages.labelled import LabelledPage
from ocr_inference.pages.outcome import COLUMNS, PageOutcome, judge_page
from ocr_inference.pages.schema import MeasuredPages, NoPages
from ocr_inference.reader import Page, Reader
from ocr_inference.request import Invocation
from ocr_inference.response import DocumentResult, encode_answer

INDEX_NAME = "pages.json"
ANSWERED_FOLDER = "pages"

log = logging.getLogger(__name__)

Loader = Callable[[], Reader]
"""Loads a model once its pages are to be read."""


@dataclass(frozen=True)
class JudgedPage:
    """A page that was measured, with what became of it; ``before`` with the start point, where that was compared."""

    page: LabelledPage
    outcome: PageOutcome
    before: PageOutcome | None


@dataclass(frozen=True)
class EvaluatedPages:
    """The figures over all measured pages, and the pages."""

    figures: MeasuredPages | NoPages
    pages: tuple[JudgedPage, ...] = ()


def evaluate_pages(
    load: Loader,
    pages: Sequence[LabelledPage],
    answered: Path,
    seed: int,
    before: Loader | None = None,
    champion: Loader | None = None,
) -> EvaluatedPages:
    """Read the pages with a model, and write its answers below ``answered``, a folder made anew.

    Each page that is not a line as a whole is copied there with the endpoint's answer beside it, ``pages/NAME.jpg``
    and ``pages/NAME.json``. ``pages.json`` has what was counted on each; where no page was read it is alone. The start
    point and the champion, where they are given, read the complete ones.

    Raises:
        UserError: a model, or a page, cannot be read.
    """
    whole = [page for page in pages if page.has_places]
    shutil.rmtree(answered, ignore_errors=True)
    (answered / ANSWERED_FOLDER).mkdir(parents=True)
    reader = load() if whole else None
    judged = {} if reader is None else _read(reader, whole, "The new model", answered / ANSWERED_FOLDER)
    index = {page.name: _entry(page, judged.get(page.name)) for page in pages}
    write_beside_and_rename(answered / INDEX_NAME, json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    complete = [page for page in whole if page.label.complete]
    left_out = _left_out(pages)
    if reader is None or not complete:
        return EvaluatedPages(NoPages(note=left_out or "The dataset has no pages."))
    old, old_judged = _other(before, complete, "The start point")
    rival, _ = _other(champion, complete, "The champion")
    figures = measure(_counted(reader, complete, judged), left_out, seed, old, rival)
    return EvaluatedPages(
        figures, tuple(JudgedPage(page, judged[page.name], old_judged.get(page.name)) for page in complete)
    )


def _other(
    load: Loader | None, pages: Sequence[LabelledPage], whose: str
) -> tuple[CountedPages | None, Mapping[str, PageOutcome]]:
    if load is None:
        return None, {}
    reader = load()
    judged = _read(reader, pages, whose)
    return _counted(reader, pages, judged), judged


def _counted(reader: Reader, pages: Sequence[LabelledPage], judged: Mapping[str, PageOutcome]) -> CountedPages:
    return CountedPages(reader.detector, [judged[page.name].counts for page in pages])


def _read(
    reader: Reader, pages: Sequence[LabelledPage], whose: str, answered: Path | None = None
) -> dict[str, PageOutcome]:
    started = time.perf_counter()
    judged = {}
    for page in pages:
        picture = page.decode()
        # In two steps, which together do what reading does: boxes in which nothing was read are of use here.
        found = reader.detect(picture)
        lines = reader.recognize_boxes(picture, [line.polygon for line in found.lines])
        judged[page.name] = judge_page(page, lines.lines)
        if answered is not None:
            shutil.copyfile(page.picture, answered / page.picture.name)
            answer = Page(lines.width, lines.height, tuple(line for line in lines.lines if (line.text or "").strip()))
            encoded = encode_answer([DocumentResult((answer,))], Invocation(()), reader.version, reader.detector)
            write_beside_and_rename(answered / f"{page.name}.json", encoded.content.decode() + "\n")
    log.info("%s read %d pages in %.1f s", whose, len(pages), time.perf_counter() - started)
    return judged


def _entry(page: LabelledPage, outcome: PageOutcome | None) -> dict[str, object]:
    if outcome is None:
        return {"document": page.label.document, "status": "one line"}
    status = "measured" if page.label.complete else "incomplete"
    counted = dict(zip(COLUMNS, outcome.counts.tolist(), strict=True))
    return {"document": page.label.document, "status": status, **counted}


def _left_out(pages: Sequence[LabelledPage]) -> str:
    one_line = sum(not page.has_places for page in pages)
    incomplete = sum(page.has_places and not page.label.complete for page in pages)
    reasons = []
    if one_line:
        reasons.append(f"{one_line} of {len(pages)} pages are one line each, without a polygon.")
    if incomplete:
        reasons.append(f"{incomplete} of {len(pages)} pages have lines that were rejected, which may have been found.")
    return " ".join(reasons)
