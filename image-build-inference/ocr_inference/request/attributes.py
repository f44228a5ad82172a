"""The custom attributes of an invocation: ``task=ocr, min_confidence=0.5, words=true``."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_inference.request.error import RequestError
from ocr_inference.task import Task


class Options(BaseModel):
    """What a caller can choose; each is the custom attribute of its name."""

    model_config = ConfigDict(frozen=True)

    task: Annotated[
        Task, Field(description="The whole reader, or one half of it. An endpoint can be set to another default.")
    ] = Task.OCR
    min_confidence: Annotated[
        float, Field(ge=0, le=1, description="Lines of which the reader is less sure are left out.")
    ] = 0.0
    words: Annotated[bool, Field(description="Whether each line comes with its words.")] = False


EXPECTED = {
    "task": f"task must be one of {', '.join(Task)}",
    "min_confidence": "min_confidence must be a number from 0 to 1",
    "words": "words must be true or false",
}
LONGEST_QUOTED = 80


def parse_attributes(header: str, default: Task = Task.OCR) -> Options:
    """Read the custom attributes, separated by commas or semicolons; unknown ones are somebody else's.

    Args:
        header: the attributes.
        default: the task where they name none.

    Raises:
        RequestError: 400 for a value that is not admitted, or an attribute that is given twice.
    """
    given = _given(header)
    try:
        return Options.model_validate({"task": default, **given})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        found = given[name][:LONGEST_QUOTED]
        raise RequestError(400, f"The custom attribute {name} is {found!r}: {EXPECTED[name]}.") from error


def _given(header: str) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for attribute in header.replace(";", ",").split(","):
        name, _, value = attribute.partition("=")
        name = name.strip().lower()
        if name not in Options.model_fields:
            continue
        if name in given:
            raise RequestError(400, f"The custom attribute {name} is given twice: send it once.")
        given[name] = value.strip().lower()
    return given
