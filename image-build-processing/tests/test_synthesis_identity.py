import datetime
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.synthesis.identity import check_digit, draw_identity, name_code

bodies = st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize(("body", "digit"), [("A123456", "3"), ("AB123456", "9"), ("AB987654", "3")])
def test_check_digit_of_worked_examples(body: str, digit: str) -> None:
    assert check_digit(body) == digit


@given(bodies)
def test_check_digit_completes_a_multiple_of_eleven(body: str) -> None:
    values = [36 if c == " " else int(c, 36) for c in body.rjust(8)]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    assert (total + int(check_digit(body), 36)) % 11 == 0


@given(bodies, st.integers(0, 5), st.integers(1, 9))
def test_a_single_wrong_digit_changes_the_check_digit(body: str, place: int, change: int) -> None:
    at = len(body) - 6 + place
    wrong = body[:at] + str((int(body[at]) + change) % 10) + body[at + 1 :]
    assert check_digit(wrong) != check_digit(body)


@pytest.mark.parametrize("body", ["123456", "A12345", "ABC123456", "a123456", "A12345６", "A12345X", ""])
def test_another_form_is_refused_by_name(body: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(body))):
        check_digit(body)


@given(st.integers(0, 2**32))
def test_a_drawn_identity_is_consistent(seed: int) -> None:
    identity = draw_identity(np.random.default_rng(seed))
    number = re.fullmatch(r"([QU][A-Z]?\d{6})\((.)\)", identity.id_number)
    assert number is not None
    assert check_digit(number[1]) == number[2]
    assert identity.name_code == " ".join(name_code(character) for character in identity.name_zh)
    assert re.fullmatch(r"[A-Z]+, [A-Z][a-z]+( [A-Z][a-z]+)?", identity.name_en)
    birth = datetime.datetime.strptime(identity.birth_date, "%d-%m-%Y")
    issue = datetime.datetime.strptime(identity.issue_date, "%d-%m-%y")
    assert issue.year - birth.year >= 11


def test_one_seed_draws_one_identity() -> None:
    first, again, other = (draw_identity(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
