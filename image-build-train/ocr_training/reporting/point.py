"""One validation, as the log, the curve and a tracking server have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from ocr_training.subject import S


@dataclass(frozen=True)
class Point(Generic[S]):
    """One validation, and the mean training loss of a sample since the one before."""

    epoch: int
    step: int
    seconds: float
    learning_rate: float
    speed: float
    """Samples a second."""
    train_loss: float | None
    score: S

    def line(self) -> str:
        """The log line that SageMaker's metric definitions match."""
        train = "" if self.train_loss is None else f"train_loss={self.train_loss:.4f} "
        scored = " ".join(f"validation_{name}={value:.4f}" for name, value in self.score.metrics().items())
        return (
            f"{self.score.prefix}{' ' * bool(self.score.prefix)}epoch={self.epoch} step={self.step} {train}"
            f"lr={self.learning_rate:.6f} {self._speed_name}={self.speed:.1f} {scored}"
        )

    def metrics(self) -> dict[str, float]:
        """The figures of the log line, under the same names; what stands in front of the line is in front of each."""
        train = {} if self.train_loss is None else {"train_loss": self.train_loss}
        named = {
            "epoch": self.epoch,
            **train,
            "lr": self.learning_rate,
            self._speed_name: self.speed,
            **{f"validation_{name}": value for name, value in self.score.metrics().items()},
        }
        front = f"{self.score.prefix}_" if self.score.prefix else ""
        return {f"{front}{name}": value for name, value in named.items()}

    @classmethod
    def of(cls, record: Mapping[str, Any], score: type[S]) -> "Point[S]":
        """The point of which `record` is the JSON, with a score of this class."""
        found = score.of(record)
        return cls(
            record["epoch"],
            record["step"],
            record["seconds"],
            record["learning_rate"],
            record[f"{found.unit}_per_second"],
            record["train_loss"],
            found,
        )

    def record(self) -> dict[str, Any]:
        """The point as JSON."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "seconds": self.seconds,
            "learning_rate": self.learning_rate,
            self._speed_name: self.speed,
            "train_loss": self.train_loss,
            **self.score.record(),
        }

    @property
    def _speed_name(self) -> str:
        return f"{self.score.unit}_per_second"
