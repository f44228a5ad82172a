"""`python -m sandbox.pictures`: the pictures of the README, drawn by the project's own code.

The card comes from the recipe `identity-card`, the pipeline from its own definition.
"""

import argparse
import html
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"
CARD_SEED = 2026
CARD_WIDTH = 1100

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 168, 92, 46, 14
COLOURS = {
    "Processing": "#e6f1ee",
    "Training": "#e7ecf7",
    "Condition": "#fdf3dc",
    "RegisterModel": "#e3f4e1",
    "Fail": "#fbe5e3",
}
# What runs in a step is not in the definition's own words.
NOTES = {
    "Preprocess": ("processing image", "documents to lines"),
    "Train": ("training image", "fine-tune, export"),
    "Evaluate": ("inference image", "the reader that serves"),
    "QualityGate": ("floor, and no regression", "against the champion"),
    "Baseline": ("processing image", "what drift is told by"),
    "Fail": ("stop with", "the figures"),
    "RegisterModel": ("model version,", "waiting for approval"),
}


def main() -> None:
    """Draw both pictures into docs/pictures."""
    argparse.ArgumentParser(prog="python -m sandbox.pictures", description=__doc__).parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / "pipeline.svg").write_text(pipeline_svg(_definition()), encoding="utf-8")
    _draw_card(PICTURES / "card.jpg")
    print(f"drawn: {PICTURES / 'pipeline.svg'}, {PICTURES / 'card.jpg'}")


def _definition() -> dict[str, Any]:
    command = [sys.executable, "-m", "pipelines.get_pipeline_definition"]
    done = subprocess.run(command, cwd=ROOT / "model-build", stdout=subprocess.PIPE, check=True)  # noqa: S603
    definition: dict[str, Any] = json.loads(done.stdout)
    return definition


def _draw_card(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ocr_processing.synthesis.card", "--seed", str(CARD_SEED), "--output", folder]
        subprocess.run(command, env=dict(os.environ), stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        (drawn,) = Path(folder).glob("*-annotated.png")
        picture = cv2.imread(str(drawn))
    assert picture is not None, "the command above wrote it"  # noqa: S101
    height = round(picture.shape[0] * CARD_WIDTH / picture.shape[1])
    smaller = cv2.resize(picture, (CARD_WIDTH, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(target), smaller, [cv2.IMWRITE_JPEG_QUALITY, 88])


def pipeline_svg(definition: dict[str, Any]) -> str:
    """The steps of a pipeline definition as a picture: one after the other, a condition's branches at its end."""
    steps = definition["Steps"]
    condition = next(step for step in steps if step["Type"] == "Condition")
    outcomes = [condition["Arguments"][branch] for branch in ("IfSteps", "ElseSteps")]
    before = [step for step in steps if step is not condition]
    middle = MARGIN + BOX_HEIGHT + GAP // 4 - BOX_HEIGHT // 2
    boxes, x = [], MARGIN
    for step in [*before, condition]:
        boxes.append(_box(step, x, middle))
        boxes.append(_arrow(x + BOX_WIDTH, middle + BOX_HEIGHT // 2, middle + BOX_HEIGHT // 2))
        x += BOX_WIDTH + GAP
    boxes.pop()
    for row, branch in enumerate(outcomes):
        y = MARGIN + row * (BOX_HEIGHT + GAP // 2)
        begin = middle + BOX_HEIGHT // 2
        for place, step in enumerate(branch):
            left = x + place * (BOX_WIDTH + GAP)
            boxes += [_box(step, left, y), _arrow(left - GAP, begin, y + BOX_HEIGHT // 2)]
            begin = y + BOX_HEIGHT // 2
    width = x + max(map(len, outcomes)) * (BOX_WIDTH + GAP) - GAP + MARGIN
    height = 2 * (BOX_HEIGHT + MARGIN) + GAP // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif" role="img" aria-label="The steps of the pipeline">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(boxes) + "\n</svg>\n"
    )


def _box(step: dict[str, Any], x: int, y: int) -> str:
    name, kind = step["Name"], step["Type"]
    notes = NOTES.get(name) or NOTES.get(kind) or ("", "")
    texts = [(name.split("-")[0], 28, 15, "bold", "#223"), (notes[0], 54, 12, "normal", "#445")]
    texts.append((notes[1], 72, 12, "normal", "#445"))
    lines = "".join(
        f'<text x="{x + BOX_WIDTH // 2}" y="{y + down}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="middle">{html.escape(text)}</text>'
        for text, down, size, weight, colour in texts
    )
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9" fill="{COLOURS[kind]}" '
        f'stroke="#889" stroke-width="1"/>{lines}'
    )


def _arrow(x: int, y: int, end: int) -> str:
    middle = x + GAP // 2
    return (
        f'<path d="M{x} {y}C{middle} {y} {middle} {end} {x + GAP - 2} {end}" fill="none" stroke="#667" '
        'stroke-width="1.6" marker-end="url(#tip)"/>'
    )


if __name__ == "__main__":
    main()
