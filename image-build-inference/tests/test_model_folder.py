from collections.abc import Callable, Sequence
from pathlib import Path

import onnx
import pytest
import yaml

from ocr_inference.failure import UserError
from ocr_inference.model_files import ModelFiles
from ocr_inference.model_folder import open_model, open_model_folder
from ocr_inference.provider import Provider

MakeModel = Callable[[Path, Sequence[str], Sequence[float]], Path]


def test_the_classes_are_blank_the_dictionary_and_space(stripe_model: Path) -> None:
    model = open_model_folder(stripe_model)
    assert model.classes == ("", *"ABCDEFGH", " ")
    assert model.line_input.height == 32


def test_a_dictionary_that_does_not_fit_names_both_numbers(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path, "ABC", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    with pytest.raises(UserError, match=r"3 characters, with blank and space 5 classes.* answers 6 classes"):
        open_model_folder(tmp_path)


def test_a_missing_model_is_named(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(UserError, match=r"There is no .*model\.onnx"):
        open_model_folder(tmp_path)


def test_a_model_that_is_no_model_is_refused(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(UserError, match="not a model that ONNX Runtime can load"):
        open_model_folder(tmp_path)


def test_a_model_without_softmax_is_refused(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    network = onnx.load(tmp_path / "model.onnx")
    softmax = network.graph.node.pop()
    network.graph.node[-1].output[0] = softmax.output[0]
    onnx.save(network, tmp_path / "model.onnx")
    with pytest.raises(UserError, match="softmax"):
        open_model_folder(tmp_path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"PostProcess": {"name": "DBPostProcess", "character_dict": ["A"]}}, "PostProcess.name"),
        ({"PostProcess": {"name": "CTCLabelDecode", "character_dict": []}}, "PostProcess.character_dict"),
        ({"PostProcess": {"name": "CTCLabelDecode", "character_dict": [1]}}, r"character_dict\.0"),
        ({"PreProcess": {"transform_ops": [{"DecodeImage": {}}]}}, "RecResizeImg"),
        ({"PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [1, 32, 100]}}]}}, "image_shape"),
    ],
)
def test_a_wrong_inference_yml_says_where(
    tmp_path: Path, make_model: MakeModel, change: dict[str, object], complaint: str
) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    path = tmp_path / "inference.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | change))
    with pytest.raises(UserError, match=complaint):
        open_model_folder(tmp_path)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"", b"- 1"])
def test_a_broken_inference_yml_is_refused(tmp_path: Path, make_model: MakeModel, content: bytes) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    (tmp_path / "inference.yml").write_bytes(content)
    with pytest.raises(UserError, match=r"inference\.yml"):
        open_model_folder(tmp_path)


@pytest.mark.parametrize("name", ["inference.json", "inference.pdmodel"])
def test_a_network_in_paddles_form_alone_says_how_to_convert_it(
    tmp_path: Path, make_model: MakeModel, name: str
) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    (tmp_path / "model.onnx").rename(tmp_path / name)
    with pytest.raises(UserError, match=rf"paddle2onnx .*{name} .*inference\.pdiparams"):
        open_model_folder(tmp_path)


def test_paddles_form_beside_onnx_is_what_training_writes(tmp_path: Path, make_model: MakeModel) -> None:
    make_model(tmp_path, "A", [0.0, 0.1, 0.2])
    (tmp_path / "inference.json").touch()
    assert open_model_folder(tmp_path).classes == ("", "A", " ")


def test_a_provider_that_is_not_there_says_what_to_do(stripe_model: Path) -> None:
    with pytest.raises(UserError, match="DEVICE=cuda"):
        open_model(ModelFiles.read(stripe_model), provider=Provider.CUDA)
