"""Who a card belongs to: nobody. Names, dates and numbers are drawn at random from one seed."""

import datetime
from dataclasses import dataclass

from numpy.random import Generator

from ocr_processing.synthesis.charset import GIVEN_NAMES, GIVEN_SPELLINGS, SEXES, SURNAMES

# No published list of the prefixes that Hong Kong has issued has one that begins with these letters.
ID_PREFIXES = ("Q", "U")
# Without I and O, as numbers that people read aloud and type are commonly made: with them, not even a person
# could tell QO213519 from Q0213519.
SECOND_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIRST_BIRTH = datetime.date(1935, 1, 1)
LAST_BIRTH = datetime.date(2007, 12, 31)
FIRST_ISSUE = datetime.date(2003, 6, 23)
LAST_ISSUE = datetime.date(2026, 6, 30)
YEARS_BEFORE_ISSUE = 11


@dataclass(frozen=True)
class Identity:
    """The values of a card as they are printed, by field."""

    name_zh: str
    name_en: str
    name_code: str
    birth_date: str
    sex: str
    issue_date: str
    id_number: str


def draw_identity(rng: Generator) -> Identity:
    """A fictional holder: two to four Chinese characters, an unrelated spelling, dates that can be true."""
    surnames = tuple(SURNAMES)
    surname = surnames[rng.integers(len(surnames))]
    count = int(rng.choice((1, 2, 2, 2, 2, 2, 3)))
    name = surname + "".join(GIVEN_NAMES[code] for code in rng.integers(0, len(GIVEN_NAMES), count))
    spellings = rng.integers(0, len(GIVEN_SPELLINGS), min(count, 2))
    given = " ".join(GIVEN_SPELLINGS[code].title() for code in spellings)
    birth = _day(rng, FIRST_BIRTH, LAST_BIRTH)
    allowed = birth + datetime.timedelta(days=366 * YEARS_BEFORE_ISSUE)
    issue = _day(rng, max(FIRST_ISSUE, allowed), LAST_ISSUE)
    return Identity(
        name_zh=name,
        name_en=f"{SURNAMES[surname]}, {given}",
        name_code=" ".join(map(name_code, name)),
        birth_date=f"{birth:%d-%m-%Y}",
        sex=SEXES[rng.integers(len(SEXES))],
        issue_date=f"{issue:%d-%m-%y}",
        id_number=_id_number(rng),
    )


def name_code(character: str) -> str:
    """Four digits for a Chinese character, in the way of commercial codes.

    The mapping is invented: it is the same for every card and stands in no code book.
    """
    return f"{(ord(character) * 7919 + 1709) % 10_000:04}"


def check_digit(body: str) -> str:
    """The check digit of a Hong Kong identity number `body`: one or two letters and six digits.

    Letters count 10 to 35, a missing first letter 36, digits as they are; weighted 9 down to 2 and summed,
    the check digit brings the sum to a multiple of 11, with A for 10. Source: the scheme as it is commonly
    published (the issuer publishes none), with the examples A123456(3) and AB123456(9) worked out at
    http://hong.ddns.net/?p=30 and https://mrszeto.net/home/javascript/idcard.htm. Raises ValueError for a body
    of another form.
    """
    padded = body.rjust(8)
    letters, digits = padded[:2], padded[2:]
    correct = letters.strip().isalpha() and letters[1] != " " and digits.isdigit()
    if len(padded) != 8 or not (correct and body.isascii() and body.isupper()):
        raise ValueError(f"identity number {body!r}: expected one or two capital letters and six digits")
    values = [36 if c == " " else int(c, 36) for c in padded]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11]


def _id_number(rng: Generator) -> str:
    prefix = ID_PREFIXES[rng.integers(len(ID_PREFIXES))]
    if rng.random() < 0.6:
        prefix += SECOND_LETTERS[rng.integers(len(SECOND_LETTERS))]
    body = f"{prefix}{rng.integers(1_000_000):06}"
    return f"{body}({check_digit(body)})"


def _day(rng: Generator, first: datetime.date, last: datetime.date) -> datetime.date:
    return first + datetime.timedelta(days=int(rng.integers((last - first).days + 1)))
