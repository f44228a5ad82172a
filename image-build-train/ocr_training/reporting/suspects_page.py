"""The page of labels that may be wrong: a picture, the label and what was read, for each."""

import base64
from html import escape
from pathlib import Path

import cv2

from ocr_training.checks.suspects import Suspect, Suspects
from ocr_training.complete_files import complete
from ocr_training.data.preprocess import resize

SHOWN = 200
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid #ccc; padding: .4rem; vertical-align: top }
img { max-width: 100%; image-rendering: pixelated } code { white-space: pre-wrap; overflow-wrap: anywhere }
small { color: #666 }
"""


def write_suspects(path: Path, suspects: Suspects, start_point: str) -> None:
    """Write one HTML file that needs nothing else."""
    count = len(suspects.found)
    shown = f"; the surest {SHOWN} are shown" if count > SHOWN else ""
    rows = "\n".join(map(_row, suspects.found[:SHOWN]))
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Labels that may be wrong</title><style>{STYLE}</style>
<h1>Labels that may be wrong</h1>
<p>{count} of {suspects.lines} training lines that were read with the {escape(start_point)}{shown}. It is sure of
what it reads, and the label says something else. All of them were learned; correct those that are wrong, and prepare
the dataset anew.</p>
<table>
{rows}
</table>
</html>
"""
    with complete(path) as file:
        file.write(page.encode())


def _row(suspect: Suspect) -> str:
    encoded = cv2.imencode(".png", resize(suspect.line.pixels()))[1].tobytes()
    picture = base64.b64encode(encoded).decode()
    return (
        f'<tr><td><img alt="" src="data:image/png;base64,{picture}"><br>'
        f"<small>{escape(suspect.line.origin)}</small></td>"
        f"<td>label <code>{escape(suspect.line.text)}</code><br>read <code>{escape(suspect.read)}</code> "
        f"<small>({suspect.confidence:.0%})</small></td></tr>"
    )
