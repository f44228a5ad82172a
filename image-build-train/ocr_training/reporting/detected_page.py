"""The page of validation pages on which lines were missed or invented: each as a picture with its boxes."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.complete_files import complete
from ocr_training.detection.boxes import Boxes
from ocr_training.detection.matching import Matched, match
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.validation import DetectionScore

SHOWN = 24
LONGEST = 1000
"""Pixels of a picture's longer side."""
FOUND, MISSED, INVENTED, IGNORED = (64, 160, 43), (32, 32, 220), (0, 140, 255), (160, 160, 160)
"""Colours, as OpenCV has them: blue, green, red."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 72rem; padding: 0 1rem; color: #222 }
figure { margin: 2rem 0 } img { max-width: 100%; border: 1px solid #ccc }
.found { color: #2ba040 } .missed { color: #dc2020 } .invented { color: #c06800 } .ignored { color: #777 }
"""


def write_detected(path: Path, found: Sequence[tuple[LabelledPage, Boxes]], score: DetectionScore) -> None:
    """Write one HTML file that needs nothing else; the pages with most mistakes come first."""
    looked = [(page, boxes, match(page.regions, boxes.polygons)) for page, boxes in found]
    wrong = [each for each in looked if _mistakes(each[2])]
    wrong.sort(key=lambda each: -_mistakes(each[2]))
    shown = f"; those {SHOWN} with most are shown" if len(wrong) > SHOWN else ""
    figures = "\n".join(_figure(*each) for each in wrong[:SHOWN])
    html = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lines that were missed or invented</title><style>{STYLE}</style>
<h1>Lines that were missed or invented</h1>
<p>The exported detector on {score.pages} validation pages with {score.lines} lines: precision {score.precision:.3f},
recall {score.recall:.3f}, harmonic mean {score.hmean:.3f}. {len(wrong)} pages have mistakes{shown}.</p>
<p><b class="found">found</b> · <b class="missed">missed</b>: labelled and not found · <b class="invented">invented</b>:
found and not labelled, or not half alike · <b class="ignored">not to be read</b>: counts neither way</p>
{figures}
</html>
"""
    with complete(path) as file:
        file.write(html.encode())


def _mistakes(matched: Matched) -> int:
    return len(matched.missed) + len(matched.invented)


def _figure(page: LabelledPage, boxes: Boxes, matched: Matched) -> str:
    picture = base64.b64encode(cv2.imencode(".jpg", _drawn(page, boxes, matched))[1].tobytes()).decode()
    return (
        f'<figure><figcaption>{escape(page.origin)}: {len(matched.pairs)} found, <b class="missed">'
        f'{len(matched.missed)} missed</b>, <b class="invented">{len(matched.invented)} invented</b></figcaption>'
        f'<img alt="" src="data:image/jpeg;base64,{picture}"></figure>'
    )


def _drawn(page: LabelledPage, boxes: Boxes, matched: Matched) -> NDArray[np.uint8]:
    pixels = page.pixels()
    scale = min(1.0, LONGEST / max(pixels.shape[:2]))
    picture = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    outlines = [
        *((region.polygon, IGNORED) for region in page.regions if region.ignored),
        *((boxes.polygons[box], FOUND) for _, box in matched.pairs),
        *((page.regions[line].polygon, MISSED) for line in matched.missed),
        *((boxes.polygons[box], INVENTED) for box in matched.invented),
    ]
    for polygon, colour in outlines:
        cv2.polylines(picture, [(polygon * scale).round().astype(np.int32)], True, colour, 2, cv2.LINE_AA)
    return picture
