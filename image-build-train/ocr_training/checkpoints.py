"""What a run keeps in its checkpoint folder while it lasts."""

from dataclasses import dataclass
from pathlib import Path

from ocr_training.json_files import write_json
from ocr_training.weights import Weights


@dataclass(frozen=True)
class Checkpoints:
    """Each file in the folder is complete or not there."""

    folder: Path

    def best(self, weights: Weights) -> None:
        """Write `best.npz`, the best weights so far."""
        weights.write(self.folder / "best.npz")

    def last(self, weights: Weights, epoch: int, step: int) -> Path:
        """Write `last.npz`, the weights at which a run was stopped, and `last.json`, which says where that was."""
        path, where = self.folder / "last.npz", self.folder / "last.json"
        # What lies there from a run before must not describe other weights than those beside it.
        where.unlink(missing_ok=True)
        weights.write(path)
        write_json(where, {"epoch": epoch, "step": step})
        return path
