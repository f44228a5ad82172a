"""The one form in which a label's text is kept."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from ocr_processing.dictionary import Dictionary

Form = Literal["nfc", "nfkc", "none"]
FullWidth = Literal["fold", "keep"]

FULL_WIDTH_PUNCTUATION = "！（），：；？［］～"
"""Full-width forms that Chinese sets as its own marks (GB/T 15834-2011): a picture shows them as such."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in FULL_WIDTH_PUNCTUATION}


@dataclass(frozen=True)
class TextPolicy:
    """How a label's text is normalised, one step after the other.

    `full_width`: fold makes ASCII of full-width letters, digits and signs (U+FF01 to U+FF5E), which input methods
    leave behind where the picture has plain ones, but not of FULL_WIDTH_PUNCTUATION. `form`: a normalisation form
    of Unicode (UAX #15); nfc because one picture must have one spelling, nfkc to write ligatures, circled digits
    and every full-width form as plain characters. White space becomes one space, none at the ends: a picture
    shows neither which kind of space stands in a gap (no-break, ideographic, tab) nor how many. Letter case and
    other punctuation stay as they are: those can be seen.
    """

    form: Form = "nfc"
    full_width: FullWidth = "fold"

    def normalise(self, text: str, dictionary: Dictionary | None = None) -> str:
        """`text` by this policy, or only its white space where that alone is what `dictionary` admits."""
        folded = text.translate(_FULL_WIDTH) if self.full_width == "fold" else text
        spaced = _spaced(_in_form(folded, self.form))
        # A dictionary that lists a full-width or compatibility form and not its plain one wants it as it is.
        if dictionary is not None and dictionary.unknown(spaced) and not dictionary.unknown(_spaced(text)):
            return _spaced(text)
        return spaced


DEFAULT_POLICY = TextPolicy()
AS_READ = TextPolicy(full_width="keep")


def normalise(text: str) -> str:
    """A reading in the form in which texts are compared: one spelling, white space as one space, all else kept."""
    return AS_READ.normalise(text)


def _in_form(text: str, form: Form) -> str:
    match form:
        case "nfc":
            return unicodedata.normalize("NFC", text)
        case "nfkc":
            return unicodedata.normalize("NFKC", text)
        case "none":
            return text


def _spaced(text: str) -> str:
    return " ".join(text.split())
