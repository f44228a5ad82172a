"""Exports of other PaddleOCR recognisers than ours, as their inference.yml describes them."""

from typing import Any

import pytest
import yaml

from ocr_inference.failure import UserError
from ocr_inference.inference_config import InferenceConfig, parse_inference_config
from ocr_inference.preprocess import LineInput


def described(operations: list[dict[str, Any]], **post_process: Any) -> InferenceConfig:
    content = {
        "PreProcess": {"transform_ops": [*operations, {"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": ["a", "b"], **post_process},
    }
    return parse_inference_config(yaml.safe_dump(content).encode(), "inference.yml")


def test_without_normalisation_pixels_go_from_minus_one_to_one() -> None:
    assert described([]).pre_process.line_input == LineInput(48, 1 / 255, (0.5,) * 3, (0.5,) * 3)


def test_what_recognition_does_not_need_is_ignored() -> None:
    operations = [{"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}, {"MultiLabelEncode": None}]
    assert described(operations).pre_process.line_input == LineInput(48)


def test_normalisation_and_the_order_of_channels_are_the_exports_own() -> None:
    operations = [
        {"DecodeImage": {"img_mode": "RGB"}},
        {"NormalizeImage": {"scale": "1./255.", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}},
    ]
    expected = LineInput(48, 1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), rgb=True)
    assert described(operations).pre_process.line_input == expected


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        ({"NormalizeImage": {"scale": "1/0"}}, "divides by zero"),
        ({"NormalizeImage": {"scale": "a/255"}}, "scale|Invalid"),
        ({"NormalizeImage": {"std": [1, 1, 0]}}, "greater than 0"),
        ({"DecodeImage": {"img_mode": "GRAY"}}, "'BGR' or 'RGB'"),
    ],
)
def test_a_wrong_operation_says_what_is_wrong(operation: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        described([operation])


@pytest.mark.parametrize(
    ("said", "answered", "classes"),
    [
        ({}, 4, ("", "a", "b", " ")),
        ({}, 3, ("", "a", "b")),
        ({}, 5, None),
        ({"use_space_char": True}, 4, ("", "a", "b", " ")),
        ({"use_space_char": True}, 3, None),
        ({"use_space_char": False}, 3, ("", "a", "b")),
        ({"use_space_char": False}, 4, None),
    ],
)
def test_the_space_is_a_class_where_the_export_has_one(
    said: dict[str, bool], answered: int, classes: tuple[str, ...] | None
) -> None:
    assert described([], **said).post_process.classes(answered) == classes
