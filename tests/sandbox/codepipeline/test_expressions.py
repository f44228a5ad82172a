"""Variables and conditions of entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.codepipeline.conditions import unmet
from sandbox.codepipeline.declaration import Rule
from sandbox.codepipeline.variables import resolve
from sandbox.errors import SandboxError

names = st.text("abcXYZ019_-@", min_size=1)
values = st.text(st.characters(codec="utf-8"))


@given(namespace=names, name=names, value=values, before=values, after=values)
def test_a_reference_becomes_its_value_whatever_stands_around_it(
    namespace: str, name: str, value: str, before: str, after: str
) -> None:
    before, after = before.replace("#", ""), after.replace("#", "")
    text = f"{before}#{{{namespace}.{name}}}{after}"
    assert resolve(text, {namespace: {name: value}}) == before + value + after


@given(text=values)
def test_text_without_references_stays(text: str) -> None:
    assert resolve(text.replace("#", ""), {}) == text.replace("#", "")


def test_a_variable_that_nothing_exported_is_named_with_those_there_are() -> None:
    with pytest.raises(SandboxError, match=r"#\{Build\.DEPLY\}.*so far there are Build\.DEPLOY"):
        resolve("#{Build.DEPLY}", {"Build": {"DEPLOY": "true"}})


def rule(operator: str, value: str) -> Rule:
    return Rule.model_validate(
        {
            "name": "HasModel",
            "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
            "configuration": {"Variable": "#{Build.DEPLOY}", "Operator": operator, "Value": value},
        }
    )


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("EQ", "true", True),
        ("EQ", "tru", False),
        ("NE", "true", False),
        ("NE", "false", True),
        ("CONTAINS", "ru", True),
        ("CONTAINS", "x", False),
        ("MATCHES", "t.*e", True),
        ("MATCHES", "t", False),
    ],
)
def test_the_operators_of_a_variable_check(operator: str, value: str, *, holds: bool) -> None:
    assert (unmet([rule(operator, value)], {"Build": {"DEPLOY": "true"}}) is None) is holds


def test_a_rule_that_does_not_hold_says_what_it_found() -> None:
    sentence = unmet([rule("EQ", "true")], {"Build": {"DEPLOY": "false"}})
    assert sentence == "#{Build.DEPLOY} is 'false', and rule HasModel asks for EQ 'true'"


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(SandboxError, match="operator 'GT'; expected one of EQ, NE, CONTAINS, MATCHES"):
        unmet([rule("GT", "1")], {"Build": {"DEPLOY": "true"}})
