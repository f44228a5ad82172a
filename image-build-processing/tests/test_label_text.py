import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.dictionary import Dictionary
from ocr_processing.label_text import FULL_WIDTH_PUNCTUATION, Form, FullWidth, TextPolicy, normalise

POLICIES = st.builds(TextPolicy, st.sampled_from(["nfc", "nfkc", "none"]), st.sampled_from(["fold", "keep"]))
ODD = "ＡＢ１－．！（），：；？［］～。、「」\u3000\u00a0é\u0301e\u212bﬁ①½가각ｶﾞ"
TEXTS = st.text() | st.text(st.sampled_from(ODD + "AB1-. "))
DICTIONARIES = st.frozensets(st.sampled_from(ODD + "AB1-.é"), min_size=1).map(Dictionary)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  two  spaces ", "two spaces"),
        ("no\u00a0break\u3000wide\ttab", "no break wide tab"),
        ("e\u0301", "é"),
        ("Ａ\u0301", "Á"),
        ("ＡＢ－１．５", "AB-1.5"),
        ("！（），：；？［］～。、「」…", "！（），：；？［］～。、「」…"),
        ("Keep CASE, “quotes”…", "Keep CASE, “quotes”…"),
    ],
)
def test_text_is_normalised(text: str, kept: str) -> None:
    assert TextPolicy().normalise(text) == kept


@pytest.mark.parametrize(
    ("form", "full_width", "kept"),
    [
        ("nfkc", "fold", "A:é1"),
        ("nfkc", "keep", "A:é1"),
        ("nfc", "keep", "Ａ：é①"),
        ("none", "keep", "Ａ：e\u0301①"),
        ("none", "fold", "A：e\u0301①"),
    ],
)
def test_the_policy_decides_what_is_changed(form: Form, full_width: FullWidth, kept: str) -> None:
    assert TextPolicy(form, full_width).normalise("Ａ：e\u0301①") == kept


def test_a_reading_keeps_its_full_width_forms() -> None:
    assert normalise(" ＡＢ  e\u0301") == "ＡＢ é"


@given(policy=POLICIES, text=TEXTS)
def test_normalising_twice_changes_nothing_more(policy: TextPolicy, text: str) -> None:
    assert policy.normalise(policy.normalise(text)) == policy.normalise(text)


@given(policy=POLICIES, text=TEXTS, dictionary=DICTIONARIES)
def test_normalising_twice_for_a_dictionary_changes_nothing_more(
    policy: TextPolicy, text: str, dictionary: Dictionary
) -> None:
    once = policy.normalise(text, dictionary)
    assert policy.normalise(once, dictionary) == once


@given(policy=POLICIES, text=TEXTS)
def test_no_character_is_invented(policy: TextPolicy, text: str) -> None:
    parts = set(unicodedata.normalize("NFKD", text)) | set(unicodedata.normalize("NFD", text)) | {" "}
    assert set(unicodedata.normalize("NFD", policy.normalise(text))) <= parts


@given(policy=POLICIES, text=TEXTS, dictionary=DICTIONARIES)
def test_what_the_dictionary_admits_stays_admitted(policy: TextPolicy, text: str, dictionary: Dictionary) -> None:
    if not dictionary.unknown(" ".join(text.split())):
        assert not dictionary.unknown(policy.normalise(text, dictionary))


@given(text=TEXTS)
def test_chinese_punctuation_stays(text: str) -> None:
    kept = TextPolicy().normalise(text)
    for mark in FULL_WIDTH_PUNCTUATION + "。、「」《》【】":
        assert kept.count(mark) == text.count(mark)


def test_a_dictionary_that_lists_a_full_width_form_alone_keeps_it() -> None:
    assert TextPolicy().normalise("Ａ  1", Dictionary(frozenset("Ａ1"))) == "Ａ 1"
    assert TextPolicy().normalise("Ａ  1", Dictionary(frozenset("ＡA1"))) == "A 1"
