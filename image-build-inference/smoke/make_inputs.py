"""Inside the inference image: a model to serve and to evaluate, and lines to evaluate it on.

The model is rapidocr's own recogniser, which comes with its detector; the lines are those of `card.jpg`. Everything is
written below /opt/ml.
"""

import json
import shutil
import tarfile
from pathlib import Path

import cv2
import lmdb
import numpy as np
import onnxruntime
import yaml

from ocr_inference.crop import crop_line
from ocr_inference.rapidocr_models import WHEEL

HERE, BASE = Path(__file__).parent, Path("/opt/ml")
HEIGHT = 48


def main() -> None:
    """Write model/, and the inputs of Evaluate."""
    write_model(BASE / "model")
    packed = BASE / "processing/input/model"
    packed.mkdir(parents=True)
    with tarfile.open(packed / "model.tar.gz", "w:gz", compresslevel=1) as archive:
        for path in sorted((BASE / "model").iterdir()):
            archive.add(path, path.name)
    write_lines(BASE / "processing/input/test/lines-00000")


def write_model(folder: Path) -> None:
    """A model folder as training exports it."""
    folder.mkdir()
    source = WHEEL / "models/PP-OCRv6_rec_small.onnx"
    shutil.copyfile(source, folder / "model.onnx")
    characters = onnxruntime.InferenceSession(str(source)).get_modelmeta().custom_metadata_map["character"]
    description = {
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, HEIGHT, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters.splitlines()},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")


def write_lines(folder: Path) -> None:
    """The card's lines in the form that Preprocess writes."""
    card = cv2.imread(str(HERE / "card.jpg"))
    lines = json.loads((HERE / "card.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=1 << 24) as environment, environment.begin(write=True) as records:
        records.put(b"num-samples", b"%d" % len(lines))
        for number, line in enumerate(lines, start=1):
            crop = crop_line(card, np.array(line["polygon"], np.float32))
            records.put(b"image-%09d" % number, cv2.imencode(".png", crop)[1].tobytes())
            records.put(b"label-%09d" % number, line["text"].encode())
            meta = {"source": "smoke-test", "field": line["field"], "document": "card", "line": number}
            records.put(b"meta-%09d" % number, json.dumps(meta).encode())


if __name__ == "__main__":
    main()
