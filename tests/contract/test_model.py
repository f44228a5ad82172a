"""Train -> Evaluate, endpoint: an exported model reads the same in the serving image."""

import tarfile
from pathlib import Path

import numpy as np
import paddle
import pytest

from ocr_inference.recognizer import Recognizer
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine, read_lines
from ocr_training.data.preprocess import batch, resize
from ocr_training.export import export
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights
from ocr_training.start_point import start_point


@pytest.fixture(scope="module")
def lines(dataset: Path) -> list[LabelledLine]:
    return list(read_lines(dataset / "test"))[:12]


@pytest.fixture(scope="module")
def weights(dataset: Path) -> Weights:
    """Random weights with loud enough a head that they read something."""
    dictionary = Dictionary.read(dataset / "dict.txt")
    paddle.seed(3)
    weights = Weights.of(CRNN(dictionary.n_classes), dictionary)
    weights.arrays["head.fc.weight"] *= 30
    return weights


@pytest.fixture(scope="module")
def folder(weights: Weights, lines: list[LabelledLine], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export(weights, folder, lines)
    return folder


def test_the_endpoint_reads_what_the_training_graph_reads(
    weights: Weights, folder: Path, lines: list[LabelledLine]
) -> None:
    model = CRNN(weights.dictionary.n_classes)
    weights.load_into(model)
    model.eval()
    trained = []
    for line in lines:
        with paddle.no_grad():
            logits = model(paddle.to_tensor(batch([resize(line.pixels())])))
        trained.append(weights.dictionary.decode(logits[0].argmax(-1).tolist()))
    served = [reading.text for reading in Recognizer.from_folder(folder).read_lines([line.pixels() for line in lines])]
    assert served == trained
    assert any(served), "a model that reads nothing would prove nothing"


def test_a_packed_model_is_a_start_point(weights: Weights, folder: Path, tmp_path: Path) -> None:
    channel = tmp_path / "pretrained"
    channel.mkdir()
    with tarfile.open(channel / "model.tar.gz", "w:gz") as archive:
        archive.add(folder, ".")
    start = start_point("auto", channel, weights.dictionary, 0)
    assert start.weights.dictionary == weights.dictionary
    for key, values in weights.arrays.items():
        np.testing.assert_array_equal(start.weights.arrays[key], values)


def test_paddleocr_3_finds_the_files_that_it_looks_for(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "inference.json", "inference.pdiparams", "inference.yml", "model.onnx", "weights.npz",
    }  # fmt: skip
