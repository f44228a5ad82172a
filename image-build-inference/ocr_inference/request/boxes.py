"""Where the lines of a page are, as the caller knows it: in the form in which task=detection answers it."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ocr_inference.crop import can_be_cropped, crop_size
from ocr_inference.image import Image, Polygon
from ocr_inference.request.error import RequestError

MOST_BOXES = 10_000
"""On a page."""

MOST_OVERLAP = 4
"""How many times the boxes of a page may cover it: what is cut out is held in memory together."""

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Corner = Annotated[list[Coordinate], Field(min_length=2, max_length=2, description="x and y in pixels.")]


class BoxedLine(BaseModel):
    """A line of an answer, of which the box counts."""

    model_config = ConfigDict(strict=True)

    box: Annotated[
        list[Corner],
        Field(min_length=4, max_length=4, description="The corners, clockwise from the top left, in pixels."),
    ]


class BoxedPage(BaseModel):
    """A page of an answer, of which the boxes count; what else it has is ignored."""

    model_config = ConfigDict(strict=True)

    width: Annotated[
        int | None, Field(ge=1, description="In pixels; where it is given, the picture must be as wide.")
    ] = None
    height: Annotated[int | None, Field(ge=1)] = None
    lines: Annotated[list[BoxedLine], Field(max_length=MOST_BOXES)]

    def polygons(self, picture: Image, number: int) -> list[Polygon]:
        """The boxes, cut off at the edges of the ``picture``, which is the page of that ``number``.

        Raises:
            RequestError: 400 where the boxes are those of another picture or one has no area, 413 where they cover
                the page too often.
        """
        height, width = picture.shape[:2]
        if (self.width or width, self.height or height) != (width, height):
            raise RequestError(
                400,
                f"Page {number} has {width} x {height} pixels, but its boxes are of a page of {self.width or width} x "
                f"{self.height or height}: send the picture in which they were found.",
            )
        limits = np.array([width, height], dtype=np.float32)
        polygons = [np.clip(np.array(line.box, dtype=np.float32), 0, limits) for line in self.lines]
        for place, polygon in enumerate(polygons, start=1):
            if not can_be_cropped(polygon):
                raise RequestError(400, f"Box {place} of page {number} covers no pixel of the page.")
        covered = sum(int(np.prod(crop_size(polygon))) for polygon in polygons)
        if covered > MOST_OVERLAP * width * height:
            raise RequestError(
                413, f"The boxes of page {number} cover it more than the {MOST_OVERLAP} times that are admitted."
            )
        return polygons


def must_match(boxed: Sequence[BoxedPage], pages: int) -> None:
    """Check that a picture with ``pages`` pages has boxes for each.

    Raises:
        RequestError: 400 where it has not.
    """
    if len(boxed) != pages:
        raise RequestError(400, f"The request has boxes for {len(boxed)} pages, the picture has {pages}.")
