"""`python -m sandbox.base_checkpoint`: the start point that the training image ships.

Preprocess draws lines by the recipe `text-lines`, Train learns them from random weights, and the best weights go with a
sample of the lines to `image-build-train/ocr_training/base`, where fine-tuning finds both.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import lmdb
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
BASE = ROOT / "image-build-train/ocr_training/base"
WORK = ROOT / "build/base"
LIMIT_BYTES = 6_000_000
"""What a repository of code may carry."""
RECIPE, SEED = "text-lines", 11
REPLAY_HEIGHT = 32
REPLAY_QUALITY = 80


def main() -> None:
    """Make the base checkpoint anew. Raises subprocess.CalledProcessError when a step fails."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.base_checkpoint", description=__doc__)
    parser.add_argument("--lines", type=int, default=120_000, help="lines drawn (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=3000, help="training time (default: %(default)s)")
    parser.add_argument("--replay", type=int, default=1500, help="lines kept to be replayed (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=BASE, help="where to put the result (default: %(default)s)")
    asked = parser.parse_args()
    dataset = _draw(asked.lines)
    checkpoint, validation = _train(dataset, asked.seconds)
    record = {"recipe": RECIPE, "lines": asked.lines, "seed": SEED, "seconds": asked.seconds, "validation": validation}
    size = _publish(checkpoint, dataset, record, asked.replay, asked.output)
    print(f"base checkpoint of {size / 1e6:.1f} MB in {asked.output}: {json.dumps(record)}")
    print("next: make test, then make demo, and commit the folder")


def _draw(lines: int) -> Path:
    job = WORK / "draw"
    shutil.rmtree(job, ignore_errors=True)
    documents = job / "processing/input/documents"
    documents.mkdir(parents=True)
    (documents / "text-lines.yaml").write_text(
        f"recipe: {RECIPE}\ndocuments: {lines}\nseed: {SEED}\n", encoding="utf-8"
    )
    # All but a few hundred lines are learned from; validation asks for no more.
    held_out = str(min(0.05, 1000 / lines))
    fractions = ["--validation-fraction", held_out, "--test-fraction", held_out]
    _run(job, "ocr_processing.preprocess", *fractions)
    return job / "processing/output"


def _train(dataset: Path, seconds: int) -> tuple[Path, dict[str, float]]:
    job = WORK / "train"
    shutil.rmtree(job, ignore_errors=True)
    channels = job / "input/data"
    for name in ("dictionary", "lineage"):
        (channels / name).mkdir(parents=True)
    for name in ("train", "validation"):
        (channels / name).symlink_to(dataset / name)
    shutil.copy(dataset / "dict.txt", channels / "dictionary")
    shutil.copy(dataset / "dataset.json", channels / "lineage")
    hyperparameters = {
        "pretrained": "none",
        "epoch_num": "100",
        "max_seconds": str(seconds),
        "learning_rate": "0.002",
        "shortest_first": "16000",
        # The recipe has damaged the lines already.
        "augment": "0",
    }
    config = job / "input/config/hyperparameters.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps(hyperparameters), encoding="utf-8")
    _run(job, "ocr_training", "train")
    curve = json.loads((job / "model/training.json").read_text(encoding="utf-8"))["curve"]
    best = max(curve, key=lambda point: (point["exact_match"], -point["cer"]))
    return job / "checkpoints/best.npz", {key: best[key] for key in ("exact_match", "cer", "lines", "step", "seconds")}


def _run(job: Path, module: str, *arguments: str) -> None:
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(job)}
    subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=True)  # noqa: S603


def _publish(checkpoint: Path, dataset: Path, record: dict[str, Any], replay: int, output: Path) -> int:
    """Write the folder beside and rename it into place; its size in bytes. Raises SystemExit when it is too large."""
    beside = output.with_name(output.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    shutil.copy(checkpoint, beside / "weights.npz")
    _write_replay(dataset / "train", beside / "replay/lines-00000", replay)
    (beside / "base.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in beside.rglob("*") if path.is_file())
    if size > LIMIT_BYTES:
        raise SystemExit(f"{beside} has {size} bytes; at most {LIMIT_BYTES} may be shipped: lower --replay")
    shutil.rmtree(output, ignore_errors=True)
    beside.rename(output)
    return size


def _write_replay(channel: Path, folder: Path, count: int) -> None:
    """A sample of the channel's lines, small enough to ship."""
    (source,) = sorted(path.parent for path in channel.glob("*/data.mdb"))[:1]
    folder.mkdir(parents=True)
    with (
        lmdb.open(str(source), readonly=True, lock=False) as lines,
        lines.begin() as read,
        lmdb.open(str(folder), map_size=LIMIT_BYTES * 4, lock=False) as kept,
        kept.begin(write=True) as write,
    ):
        total = int(_value(read, b"num-samples"))
        chosen = np.random.default_rng(17).choice(total, min(count, total), replace=False)
        for i, number in enumerate(sorted(int(n) + 1 for n in chosen), start=1):
            write.put(b"image-%09d" % i, _smaller(_value(read, b"image-%09d" % number)))
            for key in (b"label", b"meta"):
                write.put(key + b"-%09d" % i, _value(read, key + b"-%09d" % number))
        write.put(b"num-samples", str(len(chosen)).encode())


def _value(records: lmdb.Transaction, key: bytes) -> bytes:
    value = records.get(key)
    if value is None:
        raise KeyError(key)
    return bytes(value)


def _smaller(encoded: bytes) -> bytes:
    crop = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert crop is not None, "Preprocess wrote it"  # noqa: S101
    width = round(crop.shape[1] * REPLAY_HEIGHT / crop.shape[0])
    crop = cv2.resize(crop, (width, REPLAY_HEIGHT), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".webp", crop, [cv2.IMWRITE_WEBP_QUALITY, REPLAY_QUALITY])[1].tobytes()


if __name__ == "__main__":
    main()
