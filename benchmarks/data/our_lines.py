"""What the recipe `text-lines` draws: ``python -m benchmarks.data.our_lines RECIPE FIRST COUNT WARM_UP``.

Draws COUNT lines from index FIRST on, after WARM_UP others, on one core. Prints a JSON object: the texts, processor
seconds of the drawing and of the saving as PNG (in memory, as Preprocess does it), and the pixels of a picture.
"""

import json
import os
import sys
import time
from pathlib import Path

import cv2

from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import TextLinesRecipe
from ocr_processing.synthesis.recipe_file import load_recipe


def main() -> None:
    """Draw, and print."""
    file, (first, count, warm_up) = Path(sys.argv[1]), map(int, sys.argv[2:5])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    recipe = load_recipe(file)
    if not isinstance(recipe, TextLinesRecipe):
        sys.exit(f"{file} is a recipe {recipe.recipe}, expected text-lines")
    texts = []
    drawing = saving = 0.0
    pixels = 0
    for index in range(first, first + warm_up + count):
        started = time.process_time()
        sample = render_line(recipe.seed, index, recipe)
        between = time.process_time()
        cv2.imencode(".png", sample.crop)
        ended = time.process_time()
        texts.append(sample.text)
        if index >= first + warm_up:
            drawing += between - started
            saving += ended - between
            pixels += sample.crop.shape[0] * sample.crop.shape[1]
    print(json.dumps({"texts": texts, "drawing": drawing, "saving": saving, "pixels": pixels / count}))


if __name__ == "__main__":
    main()
