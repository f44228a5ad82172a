"""The labelled pages that Preprocess keeps: `NAME.jpg`, and `NAME.json` beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from ocr_inference.failure import UserError
from ocr_inference.image import Image

Corners = Annotated[list[tuple[float, float]], Field(min_length=3)]
"""Of a polygon, in pixels of the page."""


class LabelledLine(BaseModel):
    """A line as it was labelled; without a polygon the whole picture is the line."""

    text: str
    polygon: Corners | None = None


class PageLabel(BaseModel):
    """What is known of a page; `complete` unless it has lines that are not listed.

    `ignored` are the places of text that nobody is expected to read: what is found there is neither right nor wrong.
    """

    document: str
    image: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    complete: bool = True
    lines: Annotated[list[LabelledLine], Field(min_length=1)]
    ignored: list[Corners] = []


@dataclass(frozen=True)
class LabelledPage:
    """A page's label and its picture."""

    label: PageLabel
    picture: Path

    @property
    def name(self) -> str:
        """What its files are called, without their ends."""
        return self.picture.stem

    @property
    def has_places(self) -> bool:
        """Whether it is known where its lines are: not of a picture that is one line as a whole."""
        return all(line.polygon is not None for line in self.label.lines)

    def decode(self) -> Image:
        """The picture, upright by its EXIF orientation.

        Raises:
            UserError: it cannot be decoded.
        """
        image = cv2.imdecode(np.frombuffer(self.picture.read_bytes(), dtype=np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            raise UserError(f"The page {self.picture} cannot be decoded: run Preprocess again.")
        return np.asarray(image, dtype=np.uint8)


def read_labelled_pages(folder: Path) -> list[LabelledPage]:
    """Every page in ``folder``, in the order of their names; none where there is no such folder.

    Raises:
        UserError: a label is of another form, or its picture is missing.
    """
    return [_page(path) for path in sorted(folder.glob("*.json"))]


def _page(path: Path) -> LabelledPage:
    try:
        label = PageLabel.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UserError(f"{path} is not a page's label as Preprocess writes it: {where}: {first['msg']}.") from error
    picture = path.with_name(label.image)
    if not picture.is_file():
        raise UserError(f"The picture {picture} of {path.name} is missing: run Preprocess again.")
    return LabelledPage(label, picture)
