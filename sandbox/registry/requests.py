"""What the model registry checks of a new version, and moto does not."""

import json
import re
from collections.abc import Mapping

from sandbox.errors import SandboxError

MAX_PROPERTIES = 50
# Letters, digits, spaces and these signs; Python's \w is the service's letters and digits, and _.
_KEY = re.compile(r"[\w \-.:/=+@]{1,128}")
_VALUE = re.compile(r"[\w \-.:/=+@]{1,256}")
MAX_CARD_CHARACTERS = 100_000
CARD_STATUSES = ("Draft", "PendingReview", "Approved", "Archived")
# Of the model package model card schema.
CARD_PARTS = {
    "model_overview",
    "intended_uses",
    "business_details",
    "training_details",
    "evaluation_details",
    "additional_information",
}


def check_metadata(properties: Mapping[str, str] | None) -> None:
    """Raise SandboxError for metadata that CreateModelPackage refuses."""
    if properties is None:
        return
    if not 1 <= len(properties) <= MAX_PROPERTIES:
        message = f"CustomerMetadataProperties has {len(properties)} properties: expected 1 to {MAX_PROPERTIES}"
        raise SandboxError(message)
    for key, value in properties.items():
        if not (_KEY.fullmatch(key) and _VALUE.fullmatch(value)):
            message = (
                f"CustomerMetadataProperties: {key!r} is {value!r}: expected at most 256 letters, digits, spaces "
                "and _.:/=+-@"
            )
            raise SandboxError(message)


def check_card(card: Mapping[str, str] | None) -> None:
    """Raise SandboxError for a model card that CreateModelPackage refuses, as far as its first level goes."""
    if card is None:
        return
    content, status = card.get("ModelCardContent", ""), card.get("ModelCardStatus")
    if status not in CARD_STATUSES:
        message = f"ModelCardStatus is {status!r}: expected one of {', '.join(CARD_STATUSES)}"
        raise SandboxError(message)
    if len(content) > MAX_CARD_CHARACTERS:
        message = f"ModelCardContent has {len(content)} characters: expected at most {MAX_CARD_CHARACTERS}"
        raise SandboxError(message)
    try:
        parts = json.loads(content)
    except ValueError as error:
        message = f"ModelCardContent is not JSON: {error}"
        raise SandboxError(message) from error
    if not isinstance(parts, dict) or not parts.keys() <= CARD_PARTS:
        message = f"ModelCardContent is not a model package model card: expected {', '.join(sorted(CARD_PARTS))}"
        raise SandboxError(message)
