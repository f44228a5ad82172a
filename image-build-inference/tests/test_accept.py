import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.request import AnswerForm, RequestError
from ocr_inference.request.accept import choose_form

ALL = tuple(AnswerForm)
JSON, LINES, TEXT = ALL


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", TEXT),
        ("text/plain", TEXT),
        ("TEXT/Plain; charset=utf-8", TEXT),
        ("application/x-jsonlines", LINES),
        ("application/x-ndjson;q=0.5, text/plain;q=0.4", LINES),
        ("application/json;q=0.2, text/plain", TEXT),
        ("application/json;q=0.2, text/plain;q=0.20", JSON),
        ("*/*;q=0.1, text/plain;q=0.8", TEXT),
        ("application/json;q=0, */*", LINES),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/html, text/*;q=0.3", TEXT),
        ("junk", JSON),
        ("*/plain", JSON),
        ("text/plain;q=2", JSON),
        (", ,", JSON),
    ],
)
def test_the_best_liked_form_is_chosen(accept: str, form: AnswerForm) -> None:
    assert choose_form(accept, ALL) is form


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "image/*", "application/json;q=0.000"])
def test_what_cannot_be_made_is_refused(accept: str) -> None:
    with pytest.raises(RequestError, match="accept application/json or ") as refusal:
        choose_form(accept, ALL)
    assert refusal.value.status == 406


@given(st.text(max_size=200))
def test_any_header_is_understood_or_refused(accept: str) -> None:
    try:
        outcome: object = choose_form(accept, ALL)
    except RequestError as refusal:
        outcome = refusal.status
    assert outcome in {*ALL, 406}


@given(st.permutations([(form.value, quality) for form, quality in zip(ALL, ("0.9", "0.5", "0.1"), strict=True)]))
def test_the_order_of_the_header_counts_for_nothing(ranges: list[tuple[str, str]]) -> None:
    assert choose_form(", ".join(f"{name};q={quality}" for name, quality in ranges), ALL) is JSON
