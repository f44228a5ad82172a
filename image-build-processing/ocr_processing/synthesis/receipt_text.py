"""What the lines of `receipt-lines` say: every kind of line that shops' receipts and tickets have, all invented."""

from importlib import resources

from numpy.random import Generator

from ocr_processing.synthesis.grammar import Grammar
from ocr_processing.synthesis.wording import WRITERS

MAX_LENGTH = 44
CAPITALS, LOWER = 0.5, 0.03
GRAMMAR = Grammar.from_yaml(resources.files(__package__).joinpath("receipt_text.yaml").read_text("utf-8"), WRITERS)


def receipt_text(rng: Generator) -> str:
    """One line's text, 1 to 44 printable ASCII characters with no space at its ends or twice in a row."""
    text = GRAMMAR.write(rng)
    kind = rng.random()
    if kind < CAPITALS:
        text = text.upper()
    elif kind < CAPITALS + LOWER:
        text = text.lower()
    return " ".join(text.split())[:MAX_LENGTH].rstrip()
