"""An exported model that is not the trained one does not leave the job."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import paddle
import pytest
import yaml
from numpy.typing import NDArray
from onnx import numpy_helper
from paddle import nn

from ocr_training.checks.parity import TIE, ExportMismatchError, Parity, check_parity, check_score
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.export import export
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights
from ocr_training.start_point import BASE
from ocr_training.validation import Validation

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE", "DECADE", "A BAD CAFE"] * 2
Draw = Callable[[str], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def weights() -> Weights:
    """The base checkpoint, which reads what is drawn here."""
    return Weights.read(BASE / "weights.npz")


@pytest.fixture(scope="module")
def graph(weights: Weights) -> nn.Layer:
    model = CRNN(weights.dictionary.n_classes)
    weights.load_into(model)
    graph = nn.Sequential(model, nn.Softmax(axis=-1))
    graph.eval()
    return graph


@pytest.fixture
def lines(drawn: Draw) -> list[LabelledLine]:
    crops = [drawn(text) for text in TEXTS]
    return [
        LabelledLine(cv2.imencode(".png", crop)[1].tobytes(), text, crop.shape[1])
        for crop, text in zip(crops, TEXTS, strict=True)
    ]


@pytest.fixture(scope="module")
def exported(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    export(weights, folder, [])
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(exported, tmp_path / "model"))


def check(graph: nn.Layer, weights: Weights, folder: Path, lines: Sequence[LabelledLine]) -> Parity:
    return check_parity(graph, weights, folder, lines)


def tamper(path: Path, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
    """Change the largest array of an ONNX model."""
    model = onnx.load(str(path))
    constants = [node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"]
    largest = max([*model.graph.initializer, *constants], key=lambda array: int(np.prod(array.dims)))
    largest.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(largest)), largest.name))
    onnx.save(model, str(path))


def swap(path: Path, one: str, other: str) -> None:
    """Exchange two characters in the dictionary of an inference.yml."""
    description = yaml.safe_load(path.read_text(encoding="utf-8"))
    characters = description["PostProcess"]["character_dict"]
    i, j = characters.index(one), characters.index(other)
    characters[i], characters[j] = other, one
    path.write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")


def test_three_engines_agree_with_the_training_graph(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    parity = check(graph, weights, folder, lines)
    assert parity.lines == len(lines)
    assert set(parity.differences) == {"Paddle inference", "ONNX Runtime", "ONNX Runtime, line by line"}
    assert 0 < parity.max_difference < 1e-4


def test_every_batch_is_seen_at_one_of_three_widths(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    widths = []

    class Seen(nn.Layer):
        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            widths.append(int(x.shape[3]))
            return graph(x)

    check_parity(Seen(), weights, folder, [lines[0]] * 24)
    tight = -(-lines[0].width // 8) * 8
    assert widths == [tight, tight + 32, 320]


def test_two_characters_exchanged_are_found_on_a_line(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    swap(folder / "inference.yml", "A", "q")
    with pytest.raises(
        ExportMismatchError, match=r"line '.*A.*' is read as '.*A.*' in training and '.*q.*' after export"
    ):
        check(graph, weights, folder, lines)


def test_a_character_less_is_found(graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]) -> None:
    description = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
    description["PostProcess"]["character_dict"].pop()
    (folder / "inference.yml").write_text(yaml.safe_dump(description), encoding="utf-8")
    with pytest.raises(ExportMismatchError, match=r"inference\.yml has 518 characters, and the trained model's 519"):
        check(graph, weights, folder, lines)


def test_other_weights_are_found_by_what_they_read(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    tamper(folder / "model.onnx", lambda array: -array)
    with pytest.raises(ExportMismatchError, match="after export, by ONNX Runtime"):
        check(graph, weights, folder, lines)


def test_weights_that_read_the_same_are_found_by_their_probabilities(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    tamper(folder / "model.onnx", lambda array: array * np.float32(1.002))
    with pytest.raises(
        ExportMismatchError, match=r"ONNX Runtime: probabilities of the exported model are .* 0.0001 is"
    ):
        check(graph, weights, folder, lines)


def test_rounding_explains_what_float64_says_it_does(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that doubts: probabilities far from 0 and 1 show every rounding."""
    monkeypatch.setattr("ocr_training.checks.parity.TOLERANCE", 0.0)
    monkeypatch.setattr("ocr_training.checks.parity.ROUNDING", 1000)
    parity = check(graph, weights, folder, lines)
    assert parity.rounding is not None
    assert 0 < parity.rounding < 1e-4
    assert parity.max_difference <= 1000 * parity.rounding


def test_rounding_explains_no_fault(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_training.checks.parity.ROUNDING", 1e9)
    tamper(folder / "model.onnx", lambda array: array * np.float32(1.2))
    with pytest.raises(ExportMismatchError, match=r"which is [\d.e-]+, and never more than 0\.01"):
        check(graph, weights, folder, lines)


def test_classes_closer_than_the_models_rounding_may_change_places(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest two classes of some line are exchanged in the training graph, as a coarse rounding would."""
    monkeypatch.setattr("ocr_training.checks.parity.MOST_ROUNDING", 1.0)

    def margins(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        first, second = np.moveaxis(np.sort(probabilities, -1)[..., -2:], -1, 0)[::-1]
        return np.asarray(first - second)

    class Rounded(nn.Layer):
        exchanged: float | None = None

        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            probabilities = graph(x).numpy()
            at = np.unravel_index(margins(probabilities).argmin(), probabilities.shape[:2])
            second, first = np.argsort(probabilities[at])[-2:]
            Rounded.exchanged = float(probabilities[at][first] - probabilities[at][second])
            probabilities[at][[first, second]] = probabilities[at][[second, first]]
            return paddle.to_tensor(probabilities)

    check_parity(Rounded(), weights, folder, lines[:4])
    assert Rounded.exchanged is not None
    assert Rounded.exchanged > TIE
    monkeypatch.setattr("ocr_training.checks.parity.MOST_ROUNDING", Rounded.exchanged / 2)
    with pytest.raises(ExportMismatchError):
        check_parity(Rounded(), weights, folder, lines[:4])


def test_a_model_that_computes_no_numbers_is_found(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    tamper(folder / "model.onnx", lambda array: array * np.float32("nan"))
    with pytest.raises(ExportMismatchError, match="ONNX Runtime"):
        check(graph, weights, folder, lines)


def test_paddles_files_are_compared_too(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    stored = (folder / "inference.pdiparams").read_bytes()
    head = weights.arrays["head.fc.weight"]
    assert stored.count(head.tobytes()) == 1
    (folder / "inference.pdiparams").write_bytes(stored.replace(head.tobytes(), (-head).tobytes()))
    with pytest.raises(ExportMismatchError, match="Paddle inference"):
        check(graph, weights, folder, lines)


def test_nothing_is_left_of_an_export_that_differs(
    weights: Weights, lines: list[LabelledLine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_training.checks.parity.TOLERANCE", 0.0)
    monkeypatch.setattr("ocr_training.checks.parity.MOST_ROUNDING", 0.0)
    with pytest.raises(ExportMismatchError):
        export(weights, tmp_path / "model", lines)
    assert list((tmp_path / "model").iterdir()) == []


def test_the_exported_model_scores_what_the_trained_one_scored(
    graph: nn.Layer, weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    """PaddleOCR #2755: trained 97%, exported 70%."""
    validation = Validation.sample(lines, weights.dictionary, len(lines), 0)
    score = validation.score(graph[0])
    assert score is not None
    assert score.accuracy.exact_match > 0
    assert check_score(folder, validation.lines, score.accuracy) == score.accuracy


def test_a_score_that_is_another_fails(weights: Weights, lines: list[LabelledLine], tmp_path: Path) -> None:
    model = CRNN(weights.dictionary.n_classes)
    weights.load_into(model)
    score = Validation.sample(lines, weights.dictionary, len(lines), 0).score(model)
    assert score is not None
    other = replace(score.accuracy, exact_match=score.accuracy.exact_match - 0.27)
    with pytest.raises(
        ExportMismatchError, match=r"exported model's exact_match on 20 validation lines is 1\.0000, and"
    ):
        export(weights, tmp_path / "model", lines, scored=other)
    assert list((tmp_path / "model").iterdir()) == []


def test_two_classes_as_likely_as_each_other_are_no_difference(tmp_path: Path, lines: list[LabelledLine]) -> None:
    dictionary = Dictionary(("A", "B"))
    arrays = {name: np.zeros_like(array) for name, array in Weights.of(CRNN(4), dictionary).arrays.items()}
    assert export(Weights(arrays, dictionary), tmp_path, lines).lines == len(lines)
