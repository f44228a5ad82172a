"""One validation, as the log, the curve and a tracking server have it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ocr_training.reporting.metrics import Accuracy
from ocr_training.validation import Score


@dataclass(frozen=True)
class Point:
    """One validation, and the mean training loss of a line since the one before."""

    epoch: int
    step: int
    seconds: float
    learning_rate: float
    lines_per_second: float
    train_loss: float | None
    score: Score

    def line(self) -> str:
        """The log line that SageMaker's metric definitions match."""
        accuracy = self.score.accuracy
        train = "" if self.train_loss is None else f"train_loss={self.train_loss:.4f} "
        return (
            f"epoch={self.epoch} step={self.step} {train}lr={self.learning_rate:.6f} "
            f"lines_per_second={self.lines_per_second:.1f} validation_loss={self.score.loss:.4f} "
            f"validation_exact_match={accuracy.exact_match:.4f} validation_cer={accuracy.cer:.4f} "
            f"validation_ned={accuracy.ned:.4f}"
        )

    def metrics(self) -> dict[str, float]:
        """The figures of the log line, under the same names."""
        accuracy = self.score.accuracy
        train = {} if self.train_loss is None else {"train_loss": self.train_loss}
        return {
            "epoch": self.epoch,
            **train,
            "lr": self.learning_rate,
            "lines_per_second": self.lines_per_second,
            "validation_loss": self.score.loss,
            "validation_exact_match": accuracy.exact_match,
            "validation_cer": accuracy.cer,
            "validation_ned": accuracy.ned,
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Point":
        """The point of which `record` is the JSON."""
        values = dict(record)
        accuracy = Accuracy(**{field.name: values.pop(field.name) for field in fields(Accuracy)})
        return cls(score=Score(values.pop("validation_loss"), accuracy), **values)

    def record(self) -> dict[str, Any]:
        """The point as JSON."""
        values = asdict(self)
        score = values.pop("score")
        return {**values, "validation_loss": score["loss"], **score["accuracy"]}
