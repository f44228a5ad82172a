"""The one form in which a label's text is kept."""

import unicodedata


def normalise(text: str) -> str:
    """`text` in Unicode NFC, white space runs as one space, none at the ends.

    NFC because one picture must have one spelling. White space because a picture shows neither which kind of
    space stands in a gap (no-break, ideographic, tab) nor how many. Letter case, full-width forms and
    punctuation stay as they are: those can be seen.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())
