"""Where everything stands on a card: three layouts, each in pixels of its own flat card."""

from dataclasses import asdict, dataclass
from typing import Literal

from numpy.random import Generator

from ocr_processing.synthesis.charset import CAPTIONS, MARK, NOTICE_EN, NOTICE_ZH, TITLE_EN, TITLE_ZH
from ocr_processing.synthesis.identity import Identity
from ocr_processing.synthesis.recipe import Layouts

Role = Literal["title", "caption", "chinese", "latin", "digits", "mark"]

CORNER_RADIUS = 36
TEXTS = {
    "title_zh": TITLE_ZH,
    "title_en": TITLE_EN,
    "mark": MARK,
    "notice_zh": NOTICE_ZH,
    "notice_en": NOTICE_EN,
    **{f"caption {field}": " ".join(caption) for field, caption in CAPTIONS.items()},
}
"""What is printed on every card, by slot."""
ROLES: dict[str, Role] = {
    "title_zh": "title",
    "title_en": "title",
    "mark": "mark",
    "name_zh": "chinese",
    "sex": "chinese",
    "name_en": "latin",
    "name_code": "digits",
    "birth_date": "digits",
    "issue_date": "digits",
    "id_number": "digits",
}
"""How each field is printed; all else is captions."""


@dataclass(frozen=True)
class Slot:
    """The place of one text: the left end of its baseline, its em and its room, in pixels of the flat card."""

    text: str
    x: int
    baseline: int
    em: int
    room: int


@dataclass(frozen=True)
class Layout:
    """A card of `width` by `height` pixels, its slots in reading order.

    `band` is the height of the coloured band that the titles stand on, `portrait` left, top, right and bottom of the
    frame of the silhouette. Captions stand on lines of their own above their values: a text detector takes two texts
    that are nearer to each other than their letters are high for one line.
    """

    width: int
    height: int
    band: int
    portrait: tuple[int, int, int, int]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Placed:
    """A line of text, the left end of its baseline, its em and its room, in pixels of the flat card.

    Text that is wider than its room is printed smaller.
    """

    text: str
    field: str
    role: Role
    x: int
    baseline: int
    em: int
    room: int


PORTRAIT_LEFT = Layout(
    1100,
    694,
    124,
    (60, 182, 300, 500),
    (
        Slot("title_zh", 60, 84, 52, 440),
        Slot("title_en", 560, 80, 34, 490),
        Slot("caption name", 356, 182, 24, 274),
        Slot("caption name_code", 690, 182, 24, 364),
        Slot("name_zh", 356, 248, 50, 274),
        Slot("name_code", 690, 242, 32, 364),
        Slot("name_en", 356, 314, 36, 690),
        Slot("caption birth_date", 356, 380, 24, 274),
        Slot("caption sex", 690, 380, 24, 364),
        Slot("birth_date", 356, 436, 36, 274),
        Slot("sex", 690, 436, 36, 364),
        Slot("caption issue_date", 356, 502, 24, 274),
        Slot("caption id_number", 690, 502, 24, 364),
        Slot("mark", 70, 566, 44, 230),
        Slot("issue_date", 356, 558, 36, 274),
        Slot("id_number", 690, 560, 44, 364),
        Slot("notice_zh", 356, 650, 22, 274),
        Slot("notice_en", 690, 650, 22, 364),
    ),
)
"""The portrait at the left, as on Hong Kong's cards."""

PORTRAIT_RIGHT = Layout(
    1100,
    694,
    124,
    (800, 182, 1040, 500),
    (
        Slot("title_en", 60, 80, 34, 490),
        Slot("title_zh", 640, 84, 52, 400),
        Slot("caption id_number", 60, 182, 24, 320),
        Slot("caption issue_date", 430, 182, 24, 330),
        Slot("id_number", 60, 240, 44, 320),
        Slot("issue_date", 430, 238, 36, 330),
        Slot("caption name", 60, 304, 24, 320),
        Slot("name_en", 60, 360, 36, 690),
        Slot("caption name_code", 430, 424, 24, 330),
        Slot("name_zh", 60, 444, 48, 320),
        Slot("name_code", 430, 474, 32, 330),
        Slot("caption birth_date", 60, 532, 24, 320),
        Slot("caption sex", 430, 532, 24, 330),
        Slot("mark", 810, 566, 44, 230),
        Slot("birth_date", 60, 586, 36, 320),
        Slot("sex", 430, 586, 36, 330),
        Slot("notice_en", 60, 654, 22, 330),
        Slot("notice_zh", 430, 654, 22, 330),
    ),
)
"""The number first, the name in Latin letters before the Chinese one, and the portrait at the right."""

UPRIGHT = Layout(
    694,
    1100,
    150,
    (50, 190, 290, 508),
    (
        Slot("title_zh", 50, 70, 46, 594),
        Slot("title_en", 50, 126, 28, 594),
        Slot("caption id_number", 330, 214, 24, 320),
        Slot("id_number", 330, 272, 40, 320),
        Slot("caption issue_date", 330, 338, 24, 320),
        Slot("issue_date", 330, 392, 34, 320),
        Slot("mark", 340, 484, 44, 230),
        Slot("caption name", 50, 566, 24, 594),
        Slot("name_zh", 50, 632, 50, 594),
        Slot("name_en", 50, 702, 36, 594),
        Slot("caption name_code", 50, 768, 24, 594),
        Slot("name_code", 50, 822, 32, 594),
        Slot("caption birth_date", 50, 888, 24, 280),
        Slot("caption sex", 370, 888, 24, 280),
        Slot("birth_date", 50, 944, 36, 280),
        Slot("sex", 370, 944, 36, 280),
        Slot("notice_zh", 50, 1010, 22, 594),
        Slot("notice_en", 50, 1058, 22, 594),
    ),
)
"""A card that is held upright, as passes and badges are."""


def chosen_layout(rng: Generator, weights: Layouts) -> Layout:
    """One of the layouts by its weight. Where only one has any, `rng` is left as it is."""
    by_weight = (
        (PORTRAIT_LEFT, weights.portrait_left),
        (PORTRAIT_RIGHT, weights.portrait_right),
        (UPRIGHT, weights.upright),
    )
    wanted = [(layout, weight) for layout, weight in by_weight if weight > 0]
    if len(wanted) == 1:
        return wanted[0][0]
    place = rng.random() * sum(weight for _, weight in wanted)
    for layout, weight in wanted:
        place -= weight
        if place < 0:
            return layout
    return wanted[-1][0]


def place(identity: Identity, layout: Layout) -> tuple[Placed, ...]:
    """Every line of the card in reading order: ten fields, six captions and two notices."""
    texts = {**TEXTS, **asdict(identity)}
    return tuple(
        Placed(
            texts[slot.text],
            slot.text if slot.text in ROLES else "caption",
            ROLES.get(slot.text, "caption"),
            slot.x,
            slot.baseline,
            slot.em,
            slot.room,
        )
        for slot in layout.slots
    )
