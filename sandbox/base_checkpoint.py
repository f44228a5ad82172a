"""`python -m sandbox.base_checkpoint`: the start point that the training image ships.

Preprocess draws lines by the recipes `text-lines` and `receipt-lines`, and Train learns them from random weights. A
second, shorter run goes on with lines of Chinese, whose many characters each come too seldom in the first, and replays
the first's, receipts included. The best weights and a sample of the lines go to `image-build-train/ocr_training/base`,
where fine-tuning finds both.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
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
RECIPES = ("text-lines", "receipt-lines")
RECEIPT_SHARE = 0.5
"""Share of the first run's lines that are of receipts: narrow and worn letters take longer to learn than others."""
REPLAY_HEIGHT = 32
REPLAY_QUALITY = 80


@dataclass(frozen=True)
class Stage:
    """Lines to draw and how long to learn them. `seed` is the recipes', `chinese_share` that of `text-lines`."""

    name: str
    lines: int
    seed: int
    chinese_share: float
    receipt_share: float
    seconds: int
    hyperparameters: dict[str, str]


def main() -> None:
    """Make the base checkpoint anew. Raises subprocess.CalledProcessError when a step fails."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.base_checkpoint", description=__doc__)
    parser.add_argument("--lines", type=int, default=120_000, help="lines of the first run (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=3000, help="time of the first run (default: %(default)s)")
    parser.add_argument("--chinese-lines", type=int, default=40_000, help="of the second run (default: %(default)s)")
    parser.add_argument("--chinese-seconds", type=int, default=600, help="of the second run (default: %(default)s)")
    parser.add_argument("--replay", type=int, default=1500, help="lines kept to be replayed (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=BASE, help="where to put the result (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=WORK, help="where the runs take place (default: %(default)s)")
    asked = parser.parse_args()
    work = asked.work.absolute()
    from_nothing = {"pretrained": "none", "learning_rate": "0.002", "shortest_first": "16000"}
    going_on = {"learning_rate": "0.0015", "replay_share": "0.375"}
    first = Stage("general", asked.lines, 11, 0.35, RECEIPT_SHARE, asked.seconds, from_nothing)
    second = Stage("chinese", asked.chinese_lines, 12, 0.9, 0.0, asked.chinese_seconds, going_on)
    general = _draw(work, first)
    checkpoint, first_score = _train(work, first, general, None)
    start = _start_point(work, checkpoint, general)
    checkpoint, second_score = _train(work, second, _draw(work, second), start)
    record = {"recipes": RECIPES, "stages": [_record(first, first_score), _record(second, second_score)]}
    size = _publish(checkpoint, general, record, asked.replay, asked.output)
    print(f"base checkpoint of {size / 1e6:.1f} MB in {asked.output}: {json.dumps(record)}")
    print("next: make test, then make demo, and commit the folder")


def _record(stage: Stage, validation: dict[str, float]) -> dict[str, Any]:
    values = asdict(stage)
    del values["hyperparameters"]
    return {**values, "validation": validation}


def _draw(work: Path, stage: Stage) -> Path:
    job = work / f"draw-{stage.name}"
    shutil.rmtree(job, ignore_errors=True)
    documents = job / "processing/input/documents"
    documents.mkdir(parents=True)
    receipts = round(stage.lines * stage.receipt_share)
    counts = {"text-lines": stage.lines - receipts, "receipt-lines": receipts}
    for recipe in RECIPES:
        settings = {"recipe": recipe, "documents": counts[recipe], "seed": stage.seed}
        if recipe == "text-lines":
            settings["chinese_share"] = stage.chinese_share
        if counts[recipe]:
            (documents / f"{recipe}.yaml").write_text(json.dumps(settings), encoding="utf-8")
    # All but about a thousand lines are learned from; validation asks for no more.
    held_out = min(0.05, 1000 / stage.lines)
    fractions = {"train": 1 - 2 * held_out, "validation": held_out, "test": held_out}
    arguments = [word for split, share in fractions.items() for word in (f"--{split}-fraction", str(share))]
    _run(job, "ocr_processing.preprocess", *arguments)
    return job / "processing/output"


def _start_point(work: Path, checkpoint: Path, dataset: Path) -> Path:
    folder = work / "start"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(checkpoint, folder / "weights.npz")
    (folder / "replay").symlink_to(dataset / "train")
    return folder


def _train(work: Path, stage: Stage, dataset: Path, start: Path | None) -> tuple[Path, dict[str, float]]:
    job = work / f"train-{stage.name}"
    shutil.rmtree(job, ignore_errors=True)
    channels = job / "input/data"
    for name in ("dictionary", "lineage"):
        (channels / name).mkdir(parents=True)
    for name in ("train", "validation"):
        (channels / name).symlink_to(dataset / name)
    if start:
        (channels / "pretrained").symlink_to(start)
    shutil.copy(dataset / "dict.txt", channels / "dictionary")
    shutil.copy(dataset / "dataset.json", channels / "lineage")
    # The recipe has damaged the lines already, hence no augmentation.
    hyperparameters = {"epoch_num": "100", "max_seconds": str(stage.seconds), "augment": "0", **stage.hyperparameters}
    config = job / "input/config/hyperparameters.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps(hyperparameters), encoding="utf-8")
    _run(job, "ocr_training", "train")
    record = json.loads((job / "model/training.json").read_text(encoding="utf-8"))
    best = next(point for point in record["curve"] if point["step"] == record["best_step"])
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
