"""Inside the training image: read the validation lines with the model that the job exported.

Prints JSON: `cer`, the share of characters read wrong, and `lines`, pairs of the label and what was read.
"""

import json
from pathlib import Path

import onnxruntime
import yaml

from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine, read_lines
from ocr_training.data.preprocess import batch, resize
from ocr_training.reporting.metrics import accuracy

BASE = Path("/opt/ml")


def main() -> None:
    """Read and print."""
    lines = read_lines(BASE / "input/data/validation")
    description = yaml.safe_load((BASE / "model/inference.yml").read_text(encoding="utf-8"))
    dictionary = Dictionary(tuple(description["PostProcess"]["character_dict"]))
    session = onnxruntime.InferenceSession(str(BASE / "model/model.onnx"), providers=["CPUExecutionProvider"])
    texts = [read(session, dictionary, line) for line in lines]
    labels = [line.text for line in lines]
    print(json.dumps({"cer": accuracy(labels, texts).cer, "lines": list(zip(labels, texts, strict=True))}))


def read(session: onnxruntime.InferenceSession, dictionary: Dictionary, line: LabelledLine) -> str:
    """The text of one line."""
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: batch([resize(line.pixels())])})
    return dictionary.decode(probabilities[0].argmax(-1).tolist())


if __name__ == "__main__":
    main()
