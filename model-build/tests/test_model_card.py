"""The model card: JSON of SageMaker's form, whatever the pipeline's variables turn out to be."""

import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.config import ConfigurationError, Settings
from pipelines.get_pipeline_definition import definition

# JSON that has no variable in it, texts with everything that needs an escape included.
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture(scope="module")
def registered() -> Any:
    """The Register step's request."""
    with mock.patch.dict(os.environ):
        steps = json.loads(definition(Settings.from_environment({"COMMIT": "0a1b2c3d"}, placeholders=True)))["Steps"]
    (gate,) = (step for step in steps if step["Name"] == "QualityGate")
    return next(step["Arguments"] for step in gate["Arguments"]["IfSteps"] if step["Name"] == "Register")


@pytest.fixture(scope="module")
def module(registered: Any) -> Any:  # noqa: ARG001  (what the SDK needs when it is imported is set by then)
    from pipelines import model_card

    return model_card


def filled(value: Any) -> str:
    """What a value may become: a number for a figure, which can stand as a text too."""
    if isinstance(value, str):
        return value
    if "Std:Join" in value:
        return str(value["Std:Join"]["On"].join(filled(part) for part in value["Std:Join"]["Values"]))
    return "0.9512"


@pytest.fixture(scope="module")
def content(registered: Any) -> Any:
    return json.loads(filled(registered["ModelCard"]["ModelCardContent"]))


def test_the_card_has_the_form_of_model_package_cards(content: Any) -> None:
    from sagemaker.core.shapes.model_card_shapes import ModelCardContent

    known = ModelCardContent.model_validate(content).model_dump(mode="json", exclude_unset=True)
    assert known == content
    # Of a model package's card the overview has no more than this.
    assert content["model_overview"].keys() <= {"model_creator", "model_artifact"}


def test_the_service_takes_the_card(registered: Any) -> None:
    card = registered["ModelCard"]
    assert len(filled(card["ModelCardContent"])) < 50_000  # of 100,000
    assert "\n" not in filled(card["ModelCardContent"])
    assert card["ModelCardStatus"] == "PendingReview"


def test_figures_are_numbers(content: Any) -> None:
    lines, _ = content["evaluation_details"]
    figures = lines["metric_groups"][0]["metric_data"]
    assert {(figure["type"], figure["value"]) for figure in figures} == {("number", 0.9512)}


def test_the_card_says_where_the_version_comes_from(content: Any) -> None:
    assert content["additional_information"]["custom_details"]["commit"] == "0a1b2c3d"
    assert {
        parameter["name"]
        for parameter in content["training_details"]["training_job_details"]["user_provided_hyper_parameters"]
    } >= {"epoch_num", "learning_rate"}


def test_words_and_figures_share_a_part(content: Any) -> None:
    assert content["additional_information"].keys() == {
        "ethical_considerations",
        "caveats_and_recommendations",
        "custom_details",
    }


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{", "expected parts of a model card"),
        ('{"risk": "Low"}', "a key that"),
        ('{"intended_uses": {"risk_rating": "Fine"}}', "Fine|High"),
    ],
)
def test_words_that_are_no_card_stop_the_build(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    (tmp_path / module.WORDS_NAME).write_text(written)
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match=told) as refused:
        module.words()
    assert "pipelines/model-card.json" in str(refused.value)


@given(PLAIN)
def test_what_has_no_variable_is_plain_json(module: Any, value: Any) -> None:
    (text,) = module.json_text(value).values
    assert json.loads(text) == value
