"""What is kept of each page: a few numbers, and how often it has which character."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from ocr_processing.drift.answer import AnsweredPage
from ocr_processing.drift.exchange import Exchange, LeftOutError
from ocr_processing.drift.picture import Measured, UnreadablePictureError, measure_pictures
from ocr_processing.label_text import normalise


@dataclass(frozen=True)
class PageFigures:
    """One page that was read.

    `confidence` is the mean over the lines, `text_length` the mean number of their characters: None on a page
    without lines. `megapixels` is the picture's size in millions of pixels. Brightness (0 to 255) and sharpness
    (the variance of the Laplacian) are None where requests are not captured. `characters` are those of all lines
    in NFC, without white space.
    """

    lines: int
    confidence: float | None
    text_length: float | None
    megapixels: float
    brightness: float | None
    sharpness: float | None
    characters: Counter[str]

    @property
    def blank(self) -> bool:
        """Whether no line was read."""
        return self.lines == 0


def page_figures(exchange: Exchange) -> Iterator[PageFigures]:
    """The figures of each page of an exchange. Raises LeftOutError where its picture cannot be measured."""
    pages = exchange.answer.pages
    pictures = _pictures(exchange.picture, len(pages))
    return (_figures(page, picture) for page, picture in zip(pages, pictures, strict=True))


def _pictures(content: bytes | None, pages: int) -> list[Measured] | list[None]:
    if content is None:
        return [None] * pages
    try:
        pictures = measure_pictures(content)
    except UnreadablePictureError as error:
        raise LeftOutError("unreadable-picture", str(error)) from error
    if len(pictures) != pages:
        raise LeftOutError("pages-differ", f"{pages} in the answer, {len(pictures)} in the picture")
    return pictures


def _figures(page: AnsweredPage, picture: Measured | None) -> PageFigures:
    texts = [normalise(line.text or "") for line in page.lines]
    return PageFigures(
        lines=len(texts),
        confidence=fmean(line.confidence for line in page.lines) if texts else None,
        text_length=fmean(map(len, texts)) if texts else None,
        megapixels=page.width * page.height / 1e6,
        brightness=picture.brightness if picture else None,
        sharpness=picture.sharpness if picture else None,
        characters=Counter(character for text in texts for character in text if not character.isspace()),
    )
