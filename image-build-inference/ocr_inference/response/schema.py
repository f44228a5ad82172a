"""The JSON of the answers, for the OpenAPI document and the tests; ``encode.py`` writes it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ocr_inference.request import Task

Confidence = Annotated[float, Field(ge=0, le=1)]
Point = Annotated[list[float], Field(min_length=2, max_length=2, description="x and y in pixels.")]
Box = Annotated[
    list[Point],
    Field(
        min_length=4,
        max_length=4,
        description="The corners, clockwise from the top left, in pixels of the page after its EXIF orientation.",
    ),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WordAnswer(_Form):
    """What stands between two spaces of a line."""

    text: str
    confidence: Annotated[Confidence, Field(description="The mean probability of its characters.")]
    box: Box


class LineAnswer(_Form):
    """A line of text."""

    text: Annotated[str, Field(description="Missing with task=detection.")] = ""
    confidence: Annotated[
        Confidence, Field(description="The mean probability of its characters; with task=detection, the detector's.")
    ]
    box: Box
    words: Annotated[list[WordAnswer], Field(description="Only with words=true.")] = []


class PageAnswer(_Form):
    """A page of a picture file, its lines in reading order."""

    number: Annotated[int, Field(ge=1)]
    width: Annotated[int, Field(ge=1, description="In pixels, as are the boxes.")]
    height: Annotated[int, Field(ge=1)]
    lines: list[LineAnswer]


Milliseconds = Annotated[
    dict[str, Annotated[float, Field(ge=0)]], Field(description="How long each stage took, in milliseconds.")
]
Pages = Annotated[list[PageAnswer], Field(min_length=1)]
Model = Annotated[
    str,
    Field(
        pattern="^sha256:[0-9a-f]{16}$",
        description="The start of the SHA-256 of model.onnx, followed by detector/model.onnx where the model has one.",
    ),
]
Finder = Annotated[
    str,
    Field(
        description="What found the lines: the start of the SHA-256 of detector/model.onnx, or the name of the "
        "pretrained detector. Missing with task=recognition."
    ),
]


class PictureAnswer(_Form):
    """What was read of one picture file."""

    pages: Pages
    model: Model
    detector: Finder = ""
    task: Task
    timings_ms: Milliseconds


class Refusal(_Form):
    """Why a request, or one picture of several, is not read."""

    error: Annotated[str, Field(description="A sentence.")]


class PictureResult(_Form):
    """What was read of one picture file among several."""

    pages: Pages


class BatchAnswer(_Form):
    """A result for each picture, in their order."""

    results: list[PictureResult | Refusal]
    model: Model
    detector: Finder = ""
    task: Task
    timings_ms: Milliseconds


class ReadLine(LineAnswer):
    """A line of text, as a line of JSON Lines."""

    image: Annotated[int, Field(ge=1, description="The number of the picture; only where several were sent.")] = 1
    page: Annotated[int, Field(ge=1)]


class RefusedImage(Refusal):
    """Why one picture of several is not read, as a line of JSON Lines."""

    image: Annotated[int, Field(ge=1)]


class ExecutionParameters(_Form):
    """What batch transform should send where the job does not say."""

    MaxConcurrentTransforms: Annotated[int, Field(ge=1)]
    BatchStrategy: Literal["SINGLE_RECORD", "MULTI_RECORD"]
    MaxPayloadInMB: Annotated[int, Field(ge=1, le=100)]


class Ready(_Form):
    """The server can read."""

    status: Literal["ready"]
