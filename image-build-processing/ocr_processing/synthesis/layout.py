"""Where everything stands on the card, in pixels of a card 1100 wide."""

from dataclasses import dataclass
from typing import Literal

from ocr_processing.synthesis.charset import CAPTIONS, MARK, NOTICE_EN, NOTICE_ZH, TITLE_EN, TITLE_ZH
from ocr_processing.synthesis.identity import Identity

Role = Literal["title", "caption", "chinese", "latin", "digits", "mark"]

WIDTH, HEIGHT = 1100, 694
CORNER_RADIUS = 36
BAND = 124
"""Height of the coloured band that the titles stand on."""
PORTRAIT = (60, 182, 300, 500)
"""Left, top, right, bottom of the frame of the silhouette."""

LEFT, MIDDLE = 356, 690
ROOM_LEFT, ROOM_MIDDLE = 274, 364


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


def place(identity: Identity) -> tuple[Placed, ...]:
    """Every line of the card in reading order: ten fields, six captions and two notices.

    Captions stand on lines of their own above their values: a text detector takes two texts that are
    nearer to each other than their letters are high for one line.
    """
    return (
        Placed(TITLE_ZH, "title_zh", "title", 60, 84, 52, 440),
        Placed(TITLE_EN, "title_en", "title", 560, 80, 34, 490),
        _caption("name", LEFT, 182),
        _caption("name_code", MIDDLE, 182),
        Placed(identity.name_zh, "name_zh", "chinese", LEFT, 248, 50, ROOM_LEFT),
        Placed(identity.name_code, "name_code", "digits", MIDDLE, 242, 32, ROOM_MIDDLE),
        Placed(identity.name_en, "name_en", "latin", LEFT, 314, 36, 690),
        _caption("birth_date", LEFT, 380),
        _caption("sex", MIDDLE, 380),
        Placed(identity.birth_date, "birth_date", "digits", LEFT, 436, 36, ROOM_LEFT),
        Placed(identity.sex, "sex", "chinese", MIDDLE, 436, 36, ROOM_MIDDLE),
        _caption("issue_date", LEFT, 502),
        _caption("id_number", MIDDLE, 502),
        Placed(MARK, "mark", "mark", 70, 566, 44, 230),
        Placed(identity.issue_date, "issue_date", "digits", LEFT, 558, 36, ROOM_LEFT),
        Placed(identity.id_number, "id_number", "digits", MIDDLE, 560, 44, ROOM_MIDDLE),
        Placed(NOTICE_ZH, "caption", "caption", LEFT, 650, 22, ROOM_LEFT),
        Placed(NOTICE_EN, "caption", "caption", MIDDLE, 650, 22, ROOM_MIDDLE),
    )


def _caption(field: str, x: int, baseline: int) -> Placed:
    room = ROOM_LEFT if x == LEFT else ROOM_MIDDLE
    return Placed(" ".join(CAPTIONS[field]), "caption", "caption", x, baseline, 24, room)
