"""What a run needs to know of the model that it trains: the recogniser, or the detector."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, TypeVar

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

from ocr_training.parallel.replicas import Replicas
from ocr_training.termination import Termination


class Batch(Protocol):
    """Pictures that are learned in one step, and whatever the loss wants to know of them."""

    @property
    def images(self) -> NDArray[np.float32]:
        """float32 [N, 3, H, W]."""

    @property
    def weight(self) -> float:
        """What their mean loss counts for, where replicas hold unequal shares of a batch."""


class Batches(Protocol):
    """The batches of each epoch, this replica's share of them."""

    @property
    def this(self) -> Replicas:
        """The replica."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    @property
    def samples(self) -> int:
        """What an epoch shows."""

    def __call__(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch after the first `skip`."""


class Score(Protocol):
    """How well a model did on what it does not learn from."""

    unit: ClassVar[str]
    """What it is scored on: lines, pages."""
    prefix: ClassVar[str]
    """What stands in front of its figures, in a job that may train several models."""

    @property
    def rank(self) -> tuple[float, ...]:
        """Greater is better."""

    def metrics(self) -> dict[str, float]:
        """Figures by name, in the order in which the log has them."""

    def record(self) -> dict[str, float]:
        """The score as JSON."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The score of which `record` has the JSON, among other things."""


class Kept(Protocol):
    """A model's weights as they are kept."""

    @property
    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """By state-dict key."""

    def write(self, path: Path) -> None:
        """Write a file, complete or not at all."""


S = TypeVar("S", bound=Score)
W = TypeVar("W", bound=Kept)
S_co = TypeVar("S_co", bound=Score, covariant=True)
W_co = TypeVar("W_co", bound=Kept, covariant=True)


class Validation(Protocol[S_co]):
    """What a model is scored on."""

    def score(self, model: Any, termination: Termination | None, this: Replicas) -> S_co | None:
        """Score the model as it stands, the same in all replicas. None when told to end meanwhile."""

    def interval(self, batches: Any) -> int:
        """Steps between validations, so that they take a tenth of the time at the most."""


class Subject(Protocol[W_co, S_co]):
    """A model, what it learns from, and what becomes of it."""

    @property
    def model(self) -> nn.Layer:
        """The model that is trained."""

    @property
    def batches(self) -> Batches:
        """What it learns from."""

    @property
    def validation(self) -> Validation[S_co]:
        """What it is scored on."""

    @property
    def score_type(self) -> type[S_co]:
        """The scores that validation gives."""

    def loss(self, output: paddle.Tensor, batch: Any) -> paddle.Tensor:
        """The mean loss of a batch, from the model's output in training."""

    def weights(self, arrays: dict[str, NDArray[np.float32]], score: Any, /) -> W_co:
        """Arrays of the model as they are kept, and what they scored."""
