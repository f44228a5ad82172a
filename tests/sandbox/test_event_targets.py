"""What a target is given of an event."""

from typing import Any

import pytest

from sandbox.events.rules import target_input

EVENT = {"detail-type": "Something", "detail": {"commitId": "abc", "branches": ["main"]}, "resources": []}


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ({}, EVENT),
        ({"Input": '{"a": 1}'}, {"a": 1}),
        ({"InputPath": "$.detail"}, EVENT["detail"]),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"commit": "$.detail.commitId"},
                    "InputTemplate": '{"c": "<commit>"}',
                }
            },
            {"c": "abc"},
        ),
    ],
    ids=["whole", "constant", "part", "template"],
)
def test_a_target_is_given_what_its_rule_says(target: dict[str, Any], told: Any) -> None:
    assert target_input(target, {**EVENT, "ingestion-time": 1.0}) == told
