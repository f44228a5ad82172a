"""What the pretrained channel may hold, and what is refused there."""

import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import paddle
import pytest
from numpy.typing import NDArray

from ocr_training.data.dictionary import Dictionary
from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.weights import BoxSettings, DetectorWeights
from ocr_training.errors import UserError
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import HEAD, WEIGHTS, Weights, arrays_of
from ocr_training.pretrained import channel_files
from ocr_training.pretrained.detector_channel import read_pretrained_detector
from ocr_training.pretrained.pretrained_channel import read_pretrained
from ocr_training.start_point import start_point

KNOWN = Dictionary(tuple("0123456789"))


@pytest.fixture(scope="module")
def weights() -> Weights:
    paddle.seed(1)
    return Weights.of(CRNN(KNOWN.n_classes), KNOWN)


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    folder = tmp_path / "pretrained"
    folder.mkdir()
    return folder


def packed(path: Path, *members: tuple[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def content(weights: Weights, folder: Path) -> bytes:
    weights.write(folder / "made.npz")
    return (folder / "made.npz").read_bytes()


def pdparams(weights: Weights) -> bytes:
    return pickle.dumps({**weights.arrays, "StructuredToParameterName@@": {}}, 2)


def same(found: Weights, expected: Weights) -> None:
    assert found.dictionary == expected.dictionary
    for key, values in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[key], values)


def test_a_packed_model_gives_its_weights_and_is_named(channel: Path, tmp_path: Path, weights: Weights) -> None:
    packed(channel / "model.tar.gz", ("model.onnx", b"x" * 9), ("./weights.npz", content(weights, tmp_path)))
    found = read_pretrained(channel)
    same(found.weights, weights)
    assert found.origin
    assert found.origin["file"] == "model.tar.gz"


def test_a_path_in_a_packed_model_leads_nowhere(channel: Path, tmp_path: Path, weights: Weights) -> None:
    packed(channel / "model.tar.gz", ("../../weights.npz", content(weights, tmp_path)))
    same(read_pretrained(channel).weights, weights)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.npz", "pretrained"]


def test_a_checkpoint_of_paddleocr_is_read_with_the_dictionary_beside_it(channel: Path, weights: Weights) -> None:
    (channel / "best_accuracy.pdparams").write_bytes(pdparams(weights))
    (channel / "dict.txt").write_text("".join(f"{c}\n" for c in KNOWN.characters), encoding="utf-8")
    same(read_pretrained(channel).weights, weights)


def test_a_tar_of_paddleocr_is_read_too(channel: Path, weights: Weights) -> None:
    checkpoint = pdparams(weights)
    with tarfile.open(channel / "rec_train.tar", "w") as archive:
        member = tarfile.TarInfo("rec_train/best_accuracy.pdparams")
        member.size = len(checkpoint)
        archive.addfile(member, io.BytesIO(checkpoint))
    (channel / "dict.txt").write_text("".join(f"{c}\n" for c in KNOWN.characters), encoding="utf-8")
    same(read_pretrained(channel).weights, weights)


def test_a_start_point_without_lines_replays_those_of_the_base_checkpoint(
    channel: Path, tmp_path: Path, weights: Weights
) -> None:
    packed(channel / "model.tar.gz", ("weights.npz", content(weights, tmp_path)))
    start = start_point("auto", channel, KNOWN, 0)
    assert start.replay
    assert all(set(line.text) <= {*KNOWN.characters, " "} for line in start.replay)


def test_a_dictionary_that_contradicts_the_head_is_an_error(channel: Path, weights: Weights) -> None:
    Weights(weights.arrays, Dictionary(tuple("012345678"))).write(channel / WEIGHTS)
    with pytest.raises(UserError, match=r"head of 12 classes, and its dictionary 9 characters, which are 11 classes"):
        read_pretrained(channel)


def test_so_is_a_bias_that_contradicts_its_weight(channel: Path, weights: Weights) -> None:
    arrays = {**weights.arrays, HEAD[1]: np.zeros(11, np.float32)}
    Weights(arrays, KNOWN).write(channel / WEIGHTS)
    with pytest.raises(UserError, match=r"head of 11 classes, and its dictionary 10 characters"):
        read_pretrained(channel)


@pytest.mark.parametrize("beside", [None, "0123456"])
def test_a_checkpoint_of_paddleocr_with_another_dictionary_is_an_error(
    channel: Path, weights: Weights, beside: str | None
) -> None:
    (channel / "latest.pdparams").write_bytes(pdparams(weights))
    if beside:
        (channel / "dict.txt").write_text("".join(f"{c}\n" for c in beside), encoding="utf-8")
    told = (
        r"dict\.txt: it has a head of 12"
        if beside
        else r"no dict\.txt beside it: it has a head of 12 .* 6623 characters"
    )
    with pytest.raises(UserError, match=told):
        read_pretrained(channel)


def test_two_start_points_are_refused(channel: Path, weights: Weights) -> None:
    weights.write(channel / WEIGHTS)
    packed(channel / "model.tar.gz")
    with pytest.raises(UserError, match=r"holds model\.tar\.gz, weights\.npz; expected one of"):
        read_pretrained(channel)


def test_an_empty_channel_is_refused(channel: Path) -> None:
    with pytest.raises(UserError, match=r"holds nothing; expected one of weights\.npz, model\.tar\.gz"):
        read_pretrained(channel)


def test_a_model_without_weights_is_refused_by_what_it_has(channel: Path) -> None:
    packed(channel / "model.tar.gz", ("model.onnx", b"x"))
    with pytest.raises(UserError, match=r"no weights\.npz, .* it has 'model\.onnx'"):
        read_pretrained(channel)


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_model_that_was_cut_off_is_refused(channel: Path, tmp_path: Path, weights: Weights, share: float) -> None:
    path = channel / "model.tar.gz"
    packed(path, ("weights.npz", content(weights, tmp_path)))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UserError, match=r"model\.tar\.gz"):
        read_pretrained(channel)


def test_a_model_that_unpacks_without_end_is_refused(channel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_files, "MODEL_BYTES", 1000)
    packed(channel / "model.tar.gz", ("a", bytes(800)), ("b", bytes(800)))
    with pytest.raises(UserError, match="more than 1000 bytes"):
        read_pretrained(channel)


def detector_arrays() -> dict[str, NDArray[np.float32]]:
    paddle.seed(2)
    return arrays_of(DBNet("DBFPN"))


def test_a_recogniser_s_and_a_detector_s_checkpoint_are_told_apart_by_their_keys(
    channel: Path, weights: Weights
) -> None:
    (channel / "dict.txt").write_text("".join(f"{c}\n" for c in KNOWN.characters), encoding="utf-8")
    (channel / "first.pdparams").write_bytes(pickle.dumps(detector_arrays(), 2))
    (channel / "second.pdparams").write_bytes(pdparams(weights))
    found, detector = read_pretrained(channel), read_pretrained_detector(channel)
    assert found
    assert detector
    same(found.weights, weights)
    np.testing.assert_array_equal(
        detector.weights.arrays["neck.in2_conv.weight"], detector_arrays()["neck.in2_conv.weight"]
    )
    assert detector.origin
    assert detector.origin["file"] == "first.pdparams"


def test_a_detector_trained_beside_others_is_the_student_with_a_new_threshold_branch(channel: Path) -> None:
    own = {key: values for key, values in detector_arrays().items() if not key.startswith("head.thresh.")}
    others = {
        f"{name}.{key}": values + name.startswith("T") for name in ("Student", "Teacher") for key, values in own.items()
    }
    (channel / "best_accuracy.pdparams").write_bytes(pickle.dumps(others, 2))
    detector = read_pretrained_detector(channel)
    assert detector
    key = "head.binarize.conv1.weight"
    np.testing.assert_array_equal(detector.weights.arrays[key], own[key])
    assert "head.thresh.conv1.weight" in detector.weights.arrays


def test_a_channel_with_a_detector_alone_has_no_recogniser(channel: Path) -> None:
    DetectorWeights(detector_arrays()).write(channel / "detector/weights.npz")
    assert read_pretrained(channel) is None
    assert start_point("base", channel, KNOWN, 0).name == "base checkpoint"


def test_a_model_may_have_a_detector(channel: Path, tmp_path: Path, weights: Weights) -> None:
    DetectorWeights(detector_arrays(), BoxSettings(thresh=0.2)).write(tmp_path / "detector.npz")
    members = (
        ("detector/weights.npz", (tmp_path / "detector.npz").read_bytes()),
        ("weights.npz", content(weights, tmp_path)),
    )
    packed(channel / "model.tar.gz", *members)
    found, detector = read_pretrained(channel), read_pretrained_detector(channel)
    assert found
    assert detector
    same(found.weights, weights)
    assert detector.weights.boxes.thresh == 0.2


def test_of_several_detectors_one_must_be_chosen(channel: Path) -> None:
    for name in ("one", "other"):
        (channel / f"{name}.pdparams").write_bytes(pickle.dumps(detector_arrays(), 2))
    with pytest.raises(UserError, match=r"several detectors, one\.pdparams, other\.pdparams; leave one"):
        read_pretrained_detector(channel)


def test_a_detector_of_another_architecture_is_refused(channel: Path) -> None:
    broken = {**detector_arrays(), "neck.in2_conv.weight": np.zeros((256, 16, 1, 1), np.float32)}
    (channel / "x.pdparams").write_bytes(pickle.dumps(broken, 2))
    with pytest.raises(UserError, match=r"neck\.in2_conv\.weight of the start point is \(256, 16, 1, 1\)"):
        read_pretrained_detector(channel)
