"""The CORS rule for Studio among others."""

import pytest

from publisher.cors import ORIGIN, STUDIO_RULE, with_studio, without_studio

OTHER = {"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}


def test_it_is_added_behind_the_others() -> None:
    assert with_studio([OTHER]) == [OTHER, STUDIO_RULE]


def test_it_is_added_once() -> None:
    assert with_studio([STUDIO_RULE]) == [STUDIO_RULE]


def test_an_older_form_of_it_is_replaced() -> None:
    assert with_studio([{**STUDIO_RULE, "AllowedMethods": ["GET"]}]) == [STUDIO_RULE]


@pytest.mark.parametrize("origins", [["*"], ["https://example.com", ORIGIN]])
def test_somebody_elses_that_does_the_same_is_enough(origins: list[str]) -> None:
    rule = {**{key: value for key, value in STUDIO_RULE.items() if key != "ID"}, "AllowedOrigins": origins}
    assert with_studio([rule]) == [rule]


def test_only_ours_is_removed() -> None:
    assert without_studio([OTHER, STUDIO_RULE, {**STUDIO_RULE, "ID": "x"}]) == [OTHER, {**STUDIO_RULE, "ID": "x"}]
