"""What the lines of `text-lines` say: words, receipts, codes, names, and every character often enough."""

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate

from numpy.random import Generator

from ocr_processing.synthesis.charset import (
    CAPTIONS,
    CHINESE,
    GIVEN_NAMES,
    GIVEN_SPELLINGS,
    LATIN,
    NOTICE_EN,
    NOTICE_ZH,
    SEPARATORS,
    SEXES,
    SURNAMES,
    TITLE_EN,
    TITLE_ZH,
)
from ocr_processing.synthesis.shop_text import address, code, date, phone, price, quantity, time, trade, web
from ocr_processing.synthesis.wording import cased, digits, letters, pick, word

MAX_LENGTH = 32
MARKS = (
    "()", "[]", "{}", "<>", "''", '""', "**", "--", "==",
    "``", "~~", "^^", "||", "\\\\", "//", "__", "++", "##",
)  # fmt: skip

Writer = Callable[[Generator], str]


def line_text(rng: Generator, chinese_share: float) -> str:
    """One line's text, 1 to 32 characters with no space at its ends or twice in a row."""
    choices = CHINESE_WRITERS if rng.random() < chinese_share else LATIN_WRITERS
    limits = list(accumulate(weight for _, weight in choices))
    writer, _ = choices[bisect(limits, rng.random() * limits[-1])]
    return " ".join(writer(rng).split())[:MAX_LENGTH].rstrip()


def _words(rng: Generator) -> str:
    return cased(rng, " ".join(word(rng) for _ in range(int(rng.integers(1, 5)))))


def _sentence(rng: Generator) -> str:
    words = " ".join(word(rng) for _ in range(int(rng.integers(3, 6))))
    mark = pick(rng, (",", ";", ":", " -", "/", " &", "'s", '"'))
    first, _, rest = words.partition(" ")
    return f"{first}{mark} {rest}".capitalize() + pick(rng, (".", "!", "?", "...", ""))


def _scramble(rng: Generator) -> str:
    """Any printable ASCII, each character as often as another, so that rare marks are learnt too."""
    text = "".join(LATIN[code] for code in rng.integers(0, len(LATIN), int(rng.integers(2, 15))))
    return f"{text[:5]} {text[5:]}" if rng.random() < 0.4 else text


def _marked(rng: Generator) -> str:
    """A word within or between marks."""
    mark = pick(rng, MARKS)
    return pick(
        rng,
        (
            f"{mark[0]}{_words(rng)}{mark[1]}",
            f"{word(rng)}{mark[0]}{word(rng)}",
            f"{mark[0]}{price(rng)}{mark[1]}",
        ),
    )


def _short(rng: Generator) -> str:
    return pick(
        rng,
        (
            letters(rng, 1),
            digits(rng, int(rng.integers(1, 4))),
            word(rng)[:3],
            LATIN[int(rng.integers(len(LATIN)))],
        ),
    )


def _name_en(rng: Generator) -> str:
    given = " ".join(pick(rng, GIVEN_SPELLINGS).title() for _ in range(int(rng.integers(1, 3))))
    return f"{pick(rng, tuple(SURNAMES.values()))}, {given}" if rng.random() < 0.8 else f"{given} {word(rng)}".upper()


def _caption_en(rng: Generator) -> str:
    text = pick(rng, (*(en for _, en in CAPTIONS.values()), TITLE_EN, NOTICE_EN))
    return text if rng.random() < 0.7 else text.upper()


def _name_code(rng: Generator) -> str:
    return " ".join(digits(rng, 4) for _ in range(int(rng.integers(2, 5))))


def _chinese(rng: Generator, count: int) -> str:
    return "".join(CHINESE[code] for code in rng.integers(0, len(CHINESE), count))


def _name_zh(rng: Generator) -> str:
    return pick(rng, tuple(SURNAMES)) + "".join(pick(rng, GIVEN_NAMES) for _ in range(int(rng.integers(1, 4))))


def _any_chinese(rng: Generator) -> str:
    return _chinese(rng, int(rng.integers(1, 11)))


def _caption_zh(rng: Generator) -> str:
    return pick(rng, (*(zh for zh, _ in CAPTIONS.values()), TITLE_ZH, NOTICE_ZH, *SEXES))


def _mixed(rng: Generator) -> str:
    caption = pick(rng, tuple(CAPTIONS.values()))
    forms = (
        " ".join(caption),
        f"{caption[0]}: {code(rng)}",
        f"{_name_zh(rng)} {_name_en(rng)}",
        pick(rng, SEXES),
        f"{digits(rng, 4)}年{rng.integers(1, 13)}月{rng.integers(1, 29)}日",
        f"{_chinese(rng, 3)}{pick(rng, ('(', '-', ' ', '/'))}{_words(rng)}",
        f"{digits(rng, 3)}{pick(rng, SEPARATORS)}{_chinese(rng, 2)}",
    )
    return pick(rng, forms)


LATIN_WRITERS: tuple[tuple[Writer, float], ...] = (
    (_words, 20),
    (_sentence, 8),
    (trade, 16),
    (price, 10),
    (quantity, 3),
    (date, 8),
    (time, 2),
    (phone, 4),
    (code, 9),
    (address, 7),
    (web, 2),
    (_scramble, 9),
    (_marked, 5),
    (_short, 3),
    (_name_en, 8),
    (_caption_en, 3),
    (_name_code, 3),
)
CHINESE_WRITERS: tuple[tuple[Writer, float], ...] = (
    (_name_zh, 30),
    (_any_chinese, 40),
    (_caption_zh, 12),
    (_mixed, 18),
)
