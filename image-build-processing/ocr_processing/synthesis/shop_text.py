"""Texts as receipts, forms and letterheads have them."""

from numpy.random import Generator

from ocr_processing.synthesis.wording import TRADE, digits, filled, letters, pick, word

MONTHS = ("JAN", "Feb", "MAR", "Apr", "May", "JUN", "Jul", "AUG", "Sep", "OCT", "Nov", "DEC")


def trade(rng: Generator) -> str:
    """A shop's words, alone, in pairs, or before a value."""
    text = pick(rng, TRADE)
    kind = rng.random()
    if kind < 0.3:
        text += " " + pick(rng, TRADE)
    elif kind < 0.5:
        text = f"{word(rng).upper()} {word(rng).upper()} {text}"
    elif kind < 0.75:
        text += pick(rng, (":", " :", ": ", " # ")) + " " + pick(rng, (price, date, time, code))(rng)
    return text if rng.random() < 0.8 else text.title()


def price(rng: Generator) -> str:
    """An amount of money, with or without its currency."""
    amount = f"{digits(rng, int(rng.integers(1, 4))).lstrip('0') or '0'}.{digits(rng, 2)}"
    if rng.random() < 0.1:
        amount = f"{rng.integers(1, 99)},{digits(rng, 3)}.{digits(rng, 2)}"
    before = pick(rng, ("", "", "", "RM", "RM ", "$", "HK$", "-", "@", "USD ", "= "))
    return before + amount + pick(rng, ("", "", "", " SR", " S", " T", "*", "%", " ZRL"))


def quantity(rng: Generator) -> str:
    """So many of something."""
    count = int(rng.integers(1, 30))
    return pick(
        rng,
        (
            f"{count} X {price(rng)}",
            f"{count} PCS",
            f"{count}.00 @ {price(rng)}",
            f"x{count}",
            f"{count}KG",
        ),
    )


def date(rng: Generator) -> str:
    """A day in one of the forms in use, sometimes with a time."""
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1940, 2031))
    mark = pick(rng, ("-", "/", "-", ".", " "))
    forms = (
        f"{day:02}{mark}{month:02}{mark}{year}",
        f"{day:02}{mark}{month:02}{mark}{year % 100:02}",
        f"({month:02}-{year % 100:02})",
        f"{year}-{month:02}-{day:02}",
        f"{day} {pick(rng, MONTHS)} {year}",
    )
    return pick(rng, forms) + (" " + time(rng) if rng.random() < 0.15 else "")


def time(rng: Generator) -> str:
    """A time of day."""
    hour, minute, second = int(rng.integers(0, 24)), int(rng.integers(0, 60)), int(rng.integers(0, 60))
    return pick(
        rng,
        (
            f"{hour:02}:{minute:02}",
            f"{hour:02}:{minute:02}:{second:02}",
            f"{hour % 12 + 1}:{minute:02} PM",
            f"{hour % 12 + 1:02}:{minute:02}:{second:02} AM",
        ),
    )


def phone(rng: Generator) -> str:
    """A telephone number."""
    forms = (
        "03-{4} {4}",
        "+852 {4} {4}",
        "TEL: 0{1}-{7}",
        "Tel : 07-{7}",
        "FAX: {2}-{4}{4}",
        "({2}) {4}-{4}",
        "01{1}-{7}",
    )
    return filled(rng, pick(rng, forms))


def code(rng: Generator) -> str:
    """A number of an invoice, an account or a document."""
    prefix = letters(rng, int(rng.integers(1, 4)))
    forms = ("{6}({1})", "{6}-{1}", "{4}-{3}", "/{2}-{5}", "{9}", "-{2}", "{4}", " {3} {3}")
    text = (prefix if rng.random() < 0.7 else "") + filled(rng, pick(rng, forms))
    return pick(rng, ("", "", "", "#", "NO. ", "No:", "ID ", "(", "GST: ", "*")) + text.strip()


def address(rng: Generator) -> str:
    """A part of a postal address."""
    number, road = int(rng.integers(1, 200)), word(rng).upper()
    forms = (
        f"NO.{number}, JALAN {road} {number % 20 + 1},",
        f"{number}-G, {road} ROAD,",
        f"{digits(rng, 5)} {pick(rng, TRADE)}",
        f"LOT {number}, {road} {word(rng).upper()}",
        f"FLAT {letters(rng, 1)}, {number % 40 + 1}/F, {road} ST.",
    )
    return pick(rng, forms)


def web(rng: Generator) -> str:
    """An address on the web or of a mailbox."""
    name, domain = word(rng), word(rng)
    return pick(
        rng,
        (
            f"www.{name}{domain}.com",
            f"{name}_{domain}@mail.com.my",
            f"http://{domain}.hk/{name}?q={digits(rng, 2)}",
        ),
    )
