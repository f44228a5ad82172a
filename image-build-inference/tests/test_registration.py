"""`registration.json`: short texts, always there, that the registry and JSON take as they are."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.evaluate import main
from ocr_inference.evaluation.dataset import DatasetSummary
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.schema import ComparedChampion, Evaluation, NoChampion
from ocr_inference.pages.figures import CountedPages, measure
from ocr_inference.registration import MAX_CHARACTERS, admitted, registration

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
# The pattern of CreateModelPackage's CustomerMetadataProperties, as far as Python's module has its classes.
ADMITTED = re.compile(r"[\w \-.:/=+@]{1,256}")
COUNTED = CountedPages("PP-OCRv6_det_small", [np.array([10, 9, 8, 9, 7], dtype=np.int64)])
MEASURED = measure(COUNTED, "", 17, before=COUNTED)
ARN = "arn:aws:sagemaker:eu-central-1:123456789012:model-package/ocr/7"
CHAMPION = ComparedChampion.model_construct(
    model_package_arn=ARN, exact_match=0.75, exact_match_difference=Difference(value=-0.25, lower=-0.5, upper=0.0)
)


@pytest.fixture(scope="module")
def evaluation(
    tmp_path_factory: pytest.TempPathFactory,
    write_lmdb: Callable[[Path, Sequence[tuple[str, str]]], None],
    pack: Callable[[Path, Path, str], None],
    swapped_model: Path,
) -> Evaluation:
    """What the job writes for a model that reads one line of two."""
    base = tmp_path_factory.mktemp("job")
    write_lmdb(base / "processing" / "input" / "test" / "lines", [("ACDE", "name"), ("EFGH", "name")])
    pack(swapped_model, base / "processing" / "input" / "model" / "model.tar.gz", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGEMAKER_BASE_DIR", str(base))
        assert main([]) == 0
    output = base / "processing" / "output"
    evaluation = Evaluation.model_validate_json((output / "evaluation.json").read_bytes())
    assert json.loads((output / "registration.json").read_text()) == registration(evaluation, None)
    return evaluation


def test_the_names_are_the_same_whatever_was_found(evaluation: Evaluation) -> None:
    bare = registration(evaluation, None)
    full = registration(
        evaluation.model_copy(update={"champion": CHAMPION, "pages": MEASURED}), DatasetSummary(sha256="c0ffee")
    )
    assert bare.keys() == full.keys()
    assert (bare["dataset_sha256"], bare["champion"], bare["detection_f"]) == ("none", "none", "none")
    assert (full["dataset_sha256"], full["champion"], full["champion_exact_match"]) == ("c0ffee", ARN, "0.7500")
    assert full["champion_difference"] == "-0.2500 - 95 percent from -0.5000 to +0.0000"


def test_every_text_is_documented(evaluation: Evaluation) -> None:
    section = README.partition("### `registration.json`")[2].partition("\n### ")[0]
    assert [name for name in registration(evaluation, None) if f"`{name}`" not in section] == []


def test_figures_are_texts_that_are_numbers(evaluation: Evaluation) -> None:
    texts = registration(evaluation.model_copy(update={"pages": MEASURED}), None)
    assert (texts["exact_match"], texts["cer"], texts["lines"]) == ("0.5000", "0.1250", "2")
    assert (texts["task"], texts["detector"], texts["before_detection_f"]) == (
        "recognition",
        "PP-OCRv6_det_small",
        "0.8421",
    )
    assert texts["before_detection_f_difference"] == "+0.0000 - 95 percent from +0.0000 to +0.0000"
    assert texts["champion_detection_f"] == "none"
    assert (texts["pages"], texts["detection_recall"], texts["end_to_end_recall"]) == ("1", "0.8000", "0.7000")
    assert re.fullmatch(r"0\.\d{4} to [01]\.\d{4}", texts["exact_match_interval"])


def test_why_there_is_no_figure_is_told(evaluation: Evaluation) -> None:
    assert registration(evaluation, None)["pages"] == "none: The dataset has no pages."


def test_the_registry_takes_every_text(evaluation: Evaluation) -> None:
    gate = evaluation.gate.model_copy(update={"reasons": ['A note (in brackets), with % and "quotes".'] * 10})
    noted = evaluation.model_copy(update={"champion": NoChampion(note="None."), "gate": gate})
    for text in registration(noted, None).values():
        assert ADMITTED.fullmatch(text)


@given(st.text())
def test_any_text_becomes_one_that_is_admitted_and_needs_no_escape(text: str) -> None:
    made = admitted(text)
    assert ADMITTED.fullmatch(made)
    assert len(made) <= MAX_CHARACTERS
    assert json.dumps(made, ensure_ascii=False) == f'"{made}"'
