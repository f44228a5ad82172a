"""What notes say: letters, lists and things to remember, all invented."""

from collections.abc import Iterator

from numpy.random import Generator

from ocr_processing.synthesis.wording import WORDS, digits, pick

NAMES = ("Anna", "Ben", "Carla", "David", "Emma", "Felix", "Grace", "Hugo", "Iris", "Jack", "Lena", "Max", "Nora")
PRINTED = ("NOTES", "Date:", "Name:", "Page", "No.", "Subject:", "MEMO", "To do", "Class:")
ENDS = (".", ".", ".", ".", "!", "?")


def printed_words(rng: Generator) -> list[str]:
    """One to three words as pads have them printed at the top."""
    return [pick(rng, PRINTED) for _ in range(int(rng.integers(1, 4)))]


def note_words(rng: Generator) -> Iterator[str]:
    """The words of a note, without end; a new line may begin at each."""
    if rng.random() < 0.4:
        yield from ("Dear", f"{pick(rng, NAMES)},")
    while True:
        kind = rng.random()
        if kind < 0.7:
            yield from _sentence(rng)
        elif kind < 0.85:
            yield from (f"{rng.integers(1, 10)})", pick(rng, WORDS), _figure(rng))
        else:
            yield from (f"{pick(rng, NAMES)}:", _figure(rng))


def _sentence(rng: Generator) -> list[str]:
    words = [pick(rng, WORDS) for _ in range(int(rng.integers(4, 10)))]
    words[0] = words[0].capitalize()
    if rng.random() < 0.3:
        words[len(words) // 2] += ","
    words[-1] += pick(rng, ENDS)
    if rng.random() < 0.3:
        words.insert(1, pick(rng, (_figure(rng), pick(rng, NAMES), "I", "&")))
    return words


def _figure(rng: Generator) -> str:
    """A number, an amount, a time, a date or a share."""
    day, cents = rng.integers(1, 29), digits(rng, 2)
    time, date = f"{rng.integers(7, 22)}:{rng.integers(6)}0", f"{day}/{rng.integers(1, 13)}/{cents}"
    return pick(rng, (str(day), digits(rng, 4), f"${day}.{cents}", time, date, f"{day}%"))
