"""PaddleOCR's own weights as a start point: `python -m ocr_training.official --url URL --output FOLDER`.

Run while the image is built, so that no job depends on a foreign server.
"""

import argparse
import hashlib
import importlib.util
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_training.data.dictionary import Dictionary
from ocr_training.detection.weights import DetectorWeights, is_detector, with_threshold_branch
from ocr_training.errors import UserError
from ocr_training.json_files import write_json
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import ORIGIN, WEIGHTS, Weights
from ocr_training.pretrained.checkpoint_archive import read_checkpoint
from ocr_training.pretrained.download import PAUSES, download
from ocr_training.pretrained.pdparams import read_pdparams

ARCHIVE_BYTES = 200_000_000
CHECKPOINT_BYTES = 50_000_000
CELL = re.compile(r"(?P<lstm>.+\.lstm)\.(?P<layer>\d+)\.cell_(?P<way>fw|bw)\.(?P<part>(?:weight|bias)_[ih]h)")
"""Paddle's other spelling of an LSTM's tensors."""
STUDENT = "Student."
"""What the keys of PP-OCRv3's detector begin with, which was trained beside others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `weights.npz` and `official.json`; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ocr_training.official", description=__doc__)
    parser.add_argument("--url", required=True, help="the training checkpoint's tar, http or https; empty: do nothing")
    parser.add_argument("--sha256", default="", help="what the tar must have; empty: any, and it is printed")
    parser.add_argument("--output", required=True, type=Path, help="the folder to write, made if need be")
    asked = parser.parse_args(arguments)
    asked.output.mkdir(parents=True, exist_ok=True)
    if not asked.url:
        print("no address is given: the start point is what comes without", flush=True)
        return 0
    try:
        fetch(asked.url, asked.sha256, asked.output)
    except UserError as error:
        print(
            f"error: no official weights from {_public(asked.url)}: {error}; set PRETRAINED_URL, or for a "
            "detector PRETRAINED_DETECTOR_URL, to another address, or to nothing to start from what comes without",
            file=sys.stderr,
            flush=True,
        )
        return 1
    return 0


def fetch(url: str, sha256: str, folder: Path, pauses: Sequence[float] = PAUSES) -> None:
    """Download the tar, check it, and write its weights and where they came from. Raises UserError."""
    archive = download(url, ARCHIVE_BYTES, pauses)
    found = hashlib.sha256(archive).hexdigest()
    if sha256 and sha256.lower() != found:
        raise UserError(f"its SHA-256 is {found}, expected {sha256}")
    checkpoint = read_checkpoint(archive, CHECKPOINT_BYTES)
    weights: Weights | DetectorWeights
    if is_detector(read_pdparams(checkpoint)):
        folder, weights = folder / "detector", official_detector(checkpoint)
    else:
        weights = official_weights(checkpoint)
    weights.write(folder / WEIGHTS)
    origin = {"url": _public(url), "sha256": found, "bytes": len(archive), "keys": len(weights.arrays)}
    write_json(folder / ORIGIN, origin)
    checked = "as asked for" if sha256 else "not checked, because none was given"
    print(f"official weights from {_public(url)}: {len(archive)} bytes, SHA-256 {found} ({checked})", flush=True)


def official_detector(checkpoint: bytes) -> DetectorWeights:
    """A `.pdparams` of `ch_ppocr_mobile_v2.0_det`, or of PP-OCRv3's mobile detector, as this project's weights.

    Of several models that were trained together it is the student. A checkpoint without the threshold branch gets a new
    one. Raises UserError when it is of another model.
    """
    state = read_pdparams(checkpoint)
    front = STUDENT if any(key.startswith(STUDENT) for key in state) else ""
    arrays = {key.removeprefix(front): _finite(key, values) for key, values in state.items() if key.startswith(front)}
    weights = DetectorWeights(with_threshold_branch(arrays, seed=0))
    weights.model()
    return weights


def official_weights(checkpoint: bytes, dictionary: Dictionary | None = None) -> Weights:
    """A `.pdparams` of `ch_ppocr_mobile_v2.0_rec`, with either spelling of the LSTM, as this project's weights.

    It was trained with the dictionary, or with PaddleOCR's own. Raises UserError when it is of another model, or when
    the dictionary contradicts its head.
    """
    arrays: dict[str, NDArray[np.float32]] = {}
    for spelled, stored in read_pdparams(checkpoint).items():
        key = _own_spelling(spelled)
        values = _finite(spelled, stored)
        if key in arrays and not np.array_equal(arrays[key], values):
            raise UserError(f"{spelled} in it differs from {key}, of which it is another name")
        arrays[key] = values
    dictionary = dictionary or official_dictionary()
    weights = Weights(arrays, dictionary)
    weights.require_own_dictionary("it")
    weights.load_into(CRNN(dictionary.n_classes))
    return weights


def official_dictionary() -> Dictionary:
    """The 6623 characters that PaddleOCR's Chinese models write, in their order."""
    package = importlib.util.find_spec("paddleocr")
    if package is None or not package.submodule_search_locations:
        raise UserError("the package paddleocr, which has the dictionary, is not installed")
    return Dictionary.read(Path(package.submodule_search_locations[0]) / "ppocr/utils/ppocr_keys_v1.txt")


def _finite(key: str, values: NDArray[Any]) -> NDArray[np.float32]:
    if values.dtype.kind != "f" or not np.isfinite(values).all():
        raise UserError(f"{key} in it is not all finite numbers of type float")
    return values.astype(np.float32)


def _own_spelling(key: str) -> str:
    if cell := CELL.fullmatch(key):
        return f"{cell['lstm']}.{cell['part']}_l{cell['layer']}{'_reverse' if cell['way'] == 'bw' else ''}"
    return key


def _public(url: str) -> str:
    """The address without what may be secret in it: user, password, query."""
    return re.sub(r"//[^/]*@", "//", re.split("[?#]", url)[0])


if __name__ == "__main__":
    sys.exit(main())
