"""The endpoint's OpenAPI document, made of the models that requests and answers are held to.

``python -m ocr_inference.openapi > openapi.json`` writes the copy that lies in the repository.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ocr_inference.request import AnswerForm, Options, Task
from ocr_inference.request.json_bodies import BatchRequest, PictureRequest
from ocr_inference.response.schema import (
    BatchAnswer,
    ExecutionParameters,
    PictureAnswer,
    ReadLine,
    Ready,
    Refusal,
    RefusedImage,
)

API_VERSION = "1.0.0"
"""Of what is said and answered: the first number changes when a caller must."""

ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/tiff", "image/bmp")
FILE_TYPES = (*PICTURE_TYPES, "application/pdf", "application/octet-stream")
MODELS: tuple[type[BaseModel], ...] = (
    PictureRequest,
    BatchRequest,
    PictureAnswer,
    BatchAnswer,
    ReadLine,
    RefusedImage,
    Refusal,
    ExecutionParameters,
    Ready,
)
REFUSALS = {
    "400": "Malformed: the request, its custom attributes, or the picture.",
    "406": "No form of answer that Accept admits can be made.",
    "408": "The body did not arrive in time.",
    "413": "Too large: bytes, pixels, pages, pictures, or the time that decoding takes.",
    "415": "A content type that is not admitted.",
    "429": "Too many requests are under way: try again.",
    "503": "Not ready, or too many requests are waiting: try again.",
}


@cache
def openapi_document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OCR endpoint",
            "version": API_VERSION,
            "description": "Reads the text of pictures. Behind SageMaker the body, Content-Type, Accept and custom "
            "attributes of InvokeEndpoint are those of POST /invocations.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/ping": {"get": _ping()},
            "/invocations": {"post": _invocations()},
            "/execution-parameters": {"get": _execution_parameters()},
        },
        "components": {"schemas": definitions["$defs"]},
    }


def _ping() -> dict[str, Any]:
    return {
        "operationId": "ping",
        "summary": "Whether the server can read",
        "responses": {
            "200": _answer("A real inference has succeeded.", {AnswerForm.JSON: Ready}),
            "503": _answer(REFUSALS["503"], {AnswerForm.JSON: Refusal}),
        },
    }


def _execution_parameters() -> dict[str, Any]:
    return {
        "operationId": "executionParameters",
        "summary": "What batch transform should send where the job does not say",
        "responses": {"200": _answer("The parameters.", {AnswerForm.JSON: ExecutionParameters})},
    }


def _invocations() -> dict[str, Any]:
    bodies: dict[str, Any] = {name: {} for name in FILE_TYPES}
    bodies["application/json"] = {"schema": {"anyOf": [_reference(PictureRequest), _reference(BatchRequest)]}}
    bodies[AnswerForm.JSON_LINES.value] = {"schema": {"type": "string"}}
    read: dict[str, Any] = {
        AnswerForm.JSON.value: {"schema": {"anyOf": [_reference(PictureAnswer), _reference(BatchAnswer)]}},
        AnswerForm.JSON_LINES.value: {"schema": {"type": "string"}},
        AnswerForm.TEXT.value: {"schema": {"type": "string"}},
    }
    return {
        "operationId": "invocations",
        "summary": "Read pictures",
        "description": "The body is a picture file (what its bytes say counts, not its content type), JSON with one or "
        "several of them, or JSON Lines with one a line (each a PictureRequest). With task=recognition a "
        "PictureRequest can say where the lines are, by the pages of the answer to task=detection. A TIFF or a PDF may "
        "have several pages. JSON Lines are answered with a PictureAnswer or a Refusal for each line; other requests, "
        "where Accept asks for JSON Lines, with a ReadLine for each line of text, and a RefusedImage for a picture of "
        "several that cannot be read. Plain text has a line for each line, and a form feed between pages; it is made "
        "of one picture only.",
        "parameters": [
            {
                "name": ATTRIBUTES_HEADER,
                "in": "header",
                "description": "name=value, separated by commas: " + _described_options(),
                "schema": {"type": "string"},
                "example": "task=ocr, min_confidence=0.5, words=true",
            }
        ],
        "requestBody": {"required": True, "content": bodies},
        "responses": {
            "200": {"description": "What was read.", "content": read},
            **{status: _answer(why, {AnswerForm.JSON: Refusal}) for status, why in REFUSALS.items()},
        },
    }


def _described_options() -> str:
    admitted = {"task": f"one of {', '.join(Task)}", "min_confidence": "0 to 1", "words": "true or false"}
    return "; ".join(
        f"{name} ({admitted[name]}; {field.default} by default): {field.description}"
        for name, field in Options.model_fields.items()
    )


def _answer(description: str, content: Mapping[AnswerForm, type[BaseModel]]) -> dict[str, Any]:
    forms = {form.value: {"schema": _reference(model)} for form, model in content.items()}
    return {"description": description, "content": forms}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def main() -> None:
    """Print the document."""
    print(json.dumps(openapi_document(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
