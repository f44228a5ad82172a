"""What became of one picture file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr_inference.reader import Page
from ocr_inference.request import RequestError


@dataclass(frozen=True)
class DocumentResult:
    """The pages of a file, or why it was refused; and the seconds that each stage took for all of them."""

    pages: tuple[Page, ...] = ()
    refusal: RequestError | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
