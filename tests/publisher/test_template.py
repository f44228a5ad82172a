"""Defaults written into a template's text."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import PublishError
from publisher.template import CLOUDFORMATION_TEMPLATE_BYTES, parse, with_defaults

DEFAULTS = {"SeedBucket": "b", "SeedPrefix": "p/1", "SeedVersion": "1"}


def test_the_defaults_are_the_only_lines_that_change(case: SimpleNamespace) -> None:
    before, after = (text.splitlines() for text in (case.template, with_defaults(case.template, DEFAULTS, "x")))
    assert set(after) - set(before) == {'    Default: "b"', '    Default: "p/1"', '    Default: "1"'}
    assert set(before) - set(after) == {'    Default: ""', "    Default: none  # written in when published"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_any_value_is_read_again(value: str) -> None:
    text = "Parameters:\n  A:\n    Type: String\nResources: {}\n"
    assert parse(with_defaults(text, {"A": value}, "x"), "x")["Parameters"]["A"]["Default"] == value


def test_a_resource_of_the_same_name_is_left_alone() -> None:
    text = "Parameters:\n  A:\n    Type: String\nResources:\n  A:\n    Default: x\n"
    assert "Resources:\n  A:\n    Default: x\n" in with_defaults(text, {"A": "1"}, "x")


def test_writing_the_same_twice_changes_nothing(case: SimpleNamespace) -> None:
    once = with_defaults(case.template, DEFAULTS, "x")
    assert with_defaults(once, DEFAULTS, "x") == once


def test_a_parameter_that_is_not_there_is_told(case: SimpleNamespace) -> None:
    with pytest.raises(PublishError, match="no parameter Missing"):
        with_defaults(case.template, {"Missing": "x"}, "project.yaml")


@pytest.mark.parametrize("block", ["  A: {Type: String}", "  A:\n    Type: String\n    Default: >-\n      folded"])
def test_a_form_that_a_line_cannot_replace_is_told(block: str) -> None:
    with pytest.raises(PublishError, match=r"could not be written in|is no YAML"):
        with_defaults(f"Parameters:\n{block}\nResources: {{}}\n", {"A": "1"}, "x")


def test_a_template_too_large_for_cloudformation_is_told(case: SimpleNamespace) -> None:
    with pytest.raises(PublishError, match=f"CloudFormation takes {CLOUDFORMATION_TEMPLATE_BYTES} at most"):
        with_defaults(case.template + "#" * CLOUDFORMATION_TEMPLATE_BYTES, DEFAULTS, "x")


@pytest.mark.parametrize("text", ["", "- a\n", "Resources: {}\n", "a: [\n"])
def test_what_is_no_template_is_told(text: str) -> None:
    with pytest.raises(PublishError, match=r"x (has no Parameters|is no YAML)"):
        parse(text, "x")


def test_short_forms_are_told_from_plain_text() -> None:
    assert parse("Parameters: {}\nA: !Ref B\n", "x") != parse("Parameters: {}\nA: B\n", "x")
