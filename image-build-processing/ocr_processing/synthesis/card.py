"""The recipe `identity-card`: photographed cards, each a function of (seed, index) alone.

`python -m ocr_processing.synthesis.card --seed 99 --output build/card` draws cards to look at or to read.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_processing.document import Document, Image, Line, Polygon
from ocr_processing.synthesis.annotate import annotated
from ocr_processing.synthesis.artwork import card_outline
from ocr_processing.synthesis.card_face import draw_card
from ocr_processing.synthesis.degrade import decode
from ocr_processing.synthesis.fonts import FontError, find_fonts
from ocr_processing.synthesis.photo import corner_points, photograph
from ocr_processing.synthesis.recipe import IdentityCardRecipe

SOURCE = "identity-card"


@dataclass(frozen=True)
class CardSample:
    """A card's flat picture and its photograph.

    `flat` is uint8 BGR [height, width, 3]; `jpeg` is the photograph's file; `corners` float32 [4, 2] are the
    card's corners and `lines` its texts with their polygons and fields, both in pixels of the photograph.
    """

    name: str
    flat: Image
    jpeg: bytes
    corners: Polygon
    lines: tuple[Line, ...]

    def pixels(self) -> Image:
        """The photograph uint8 BGR [height, width, 3]."""
        return decode(self.jpeg)

    def document(self) -> Document:
        """The photograph as one document of a dataset."""
        return Document(self.name, SOURCE, self.jpeg, self.lines)


def render_card(seed: int, index: int, recipe: IdentityCardRecipe) -> CardSample:
    """Card `index` of the recipe drawn with `seed`.

    Raises FontError when no font can be found, RecipeError for a background that cannot be read.
    """
    rng = np.random.default_rng((seed, index))
    face = draw_card(rng, find_fonts(recipe.fonts), recipe.layouts)
    size = (face.pixels.shape[1], face.pixels.shape[0])
    width = int(rng.integers(recipe.width[0], recipe.width[1] + 1))
    photo = photograph(rng, face.pixels, card_outline(*size), recipe, width)
    corners = photo.project(corner_points(*size))
    lines = tuple(
        Line(line.text, photo.project(line.polygon), line.field) for line in face.lines if line.polygon is not None
    )
    return CardSample(f"card-{seed}-{index:05}", face.pixels, photo.jpeg, corners, lines)


def write_card(sample: CardSample, folder: Path) -> tuple[Path, Path, Path]:
    """Write NAME.jpg, NAME.json and NAME-annotated.png into the folder, and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    photo, labels, picture = (folder / f"{sample.name}{end}" for end in (".jpg", ".json", "-annotated.png"))
    description = {
        "document": sample.name,
        "source": SOURCE,
        "image": photo.name,
        "corners": _rounded(sample.corners),
        "lines": [
            {"text": line.text, "field": line.field, "polygon": _rounded(line.polygon)}
            for line in sample.lines
            if line.polygon is not None
        ],
    }
    _write(photo, sample.jpeg)
    _write(labels, json.dumps(description, ensure_ascii=False, indent=1).encode())
    _write(picture, annotated(sample.pixels(), sample.corners, sample.lines, find_fonts().chinese[0]))
    return photo, labels, picture


def _rounded(points: Polygon) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Draw cards into a folder and print their files."""
    parser = argparse.ArgumentParser(prog="python -m ocr_processing.synthesis.card", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=17, help="another seed draws other cards (default 17)")
    parser.add_argument("--count", type=int, default=1, help="how many cards (default 1)")
    parser.add_argument("--output", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(arguments)
    if options.seed < 0 or options.count < 1:
        parser.error(f"--seed {options.seed} --count {options.count}: expected a seed >= 0 and a count >= 1")
    recipe = IdentityCardRecipe(recipe="identity-card", seed=options.seed, documents=options.count)
    try:
        for index in range(options.count):
            for path in write_card(render_card(options.seed, index, recipe), options.output):
                print(path)
    except (FontError, OSError) as error:
        print(f"no card was drawn: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
