"""The endpoint's answer, as the inference image's README has it."""

from pydantic import BaseModel, Field


class AnsweredLine(BaseModel):
    """One line; without a text where only the detector was asked."""

    text: str | None = None
    confidence: float = Field(ge=0, le=1)


class AnsweredPage(BaseModel):
    """One page: its size in pixels, and its lines in reading order."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    lines: list[AnsweredLine]


class Answer(BaseModel):
    """The whole answer: a page for each page of the picture, and which model read them."""

    pages: list[AnsweredPage] = Field(min_length=1)
    model: str = Field(max_length=80)
    task: str = Field(max_length=80)
