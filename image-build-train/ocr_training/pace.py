"""How a run goes, whatever it trains. Nothing heavy is imported here: the hyperparameters are read before Paddle is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The hyperparameters of the same names."""

    epoch_num: int
    max_seconds: int
    eval_batch_step: int
    patience: int
    checkpoint_seconds: float
    amp: str
    beta1: float
    beta2: float
    clip_norm_global: float
    learning_rate: float
    warmup: float
    factor: float
    prefix: str = ""
    """What the hyperparameters' names begin with, for messages."""
