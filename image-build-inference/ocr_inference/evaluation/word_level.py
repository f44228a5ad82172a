"""Handwriting labelled word by word, beside what the paper of the GNHK dataset says of its own."""

from collections.abc import Sequence

from ocr_inference.evaluation.dataset import TestLine
from ocr_inference.evaluation.metrics import normalise
from ocr_inference.evaluation.strict import Strict
from ocr_inference.pages.schema import MeasuredPages, NoPages

HANDWRITTEN = "handwritten"
"""The field of handwritten words, as Preprocess names it for GNHK and for Ground Truth's handwriting labels."""

SINGLE = 0.95
"""The share of lines that are one word, from which a dataset counts as labelled word by word."""

PAPER = "Lee, Chung and Lee 2021, GNHK: A Dataset for English Handwriting in the Wild, ICDAR"


class WordFigures(Strict):
    """Character accuracy and word accuracy over cropped words, and F of localisation at IoU 0.5."""

    car: float
    war: float
    localisation_f: float | None


class WordLevel(Strict):
    """The figures of a test set of handwritten words, those of the paper, and in what they differ."""

    words: int
    ours: WordFigures
    paper: WordFigures
    source: str
    differs: list[str]


PAPER_FIGURES = WordFigures(car=0.861, war=0.502, localisation_f=0.864)
"""Tables 5 and 6, the best of each: a recogniser with TPS, BiLSTM and attention; Mask R-CNN."""


def word_level(
    lines: Sequence[TestLine], cer: float, exact_match: float, pages: MeasuredPages | NoPages
) -> WordLevel | None:
    """The block; None unless lines are single words, as good as all of them, and some are handwritten.

    Character accuracy is 1 - ``cer``: edits over all words by the characters written. Word accuracy is the share of
    words read without a mistake, with regard to case and punctuation.
    """
    if not any(line.meta.field == HANDWRITTEN for line in lines):
        return None
    if sum(len(normalise(line.label).split()) == 1 for line in lines) < SINGLE * len(lines):
        return None
    localisation = pages.detection.f.value if isinstance(pages, MeasuredPages) else None
    return WordLevel(
        words=len(lines),
        ours=WordFigures(car=1 - cer, war=exact_match, localisation_f=localisation),
        paper=PAPER_FIGURES,
        source=PAPER,
        differs=_differs(lines, pages),
    )


def _differs(lines: Sequence[TestLine], pages: MeasuredPages | NoPages) -> list[str]:
    handwritten = sum(line.meta.field == HANDWRITTEN for line in lines)
    measured = f"{pages.pages} pages" if isinstance(pages, MeasuredPages) else "no page"
    return [
        f"Ours are of this dataset's test split: {len(lines)} words, {handwritten} handwritten, and {measured}. "
        "The paper's are of the 172 test pages of GNHK: the same only where the documents are GNHK in its own split.",
        "Ours leave out the words that Preprocess rejected, and those marked as unreadable.",
        "Character accuracy is 1 - CER here, over all characters; a mean over words comes out differently.",
        "The paper's best recogniser decodes by attention. Every one with CTC, as this one, came to a character "
        "accuracy of about 0.40 and a word accuracy of 0.000 there.",
    ]
