"""Adam's moments by the names that parameters have in the model, so that another process finds them again."""

from collections.abc import Mapping

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

MOMENTS = ("moment1_0", "moment2_0", "beta1_pow_acc_0", "beta2_pow_acc_0")
"""Paddle's endings: the two moments, and the powers of the betas, which stand for the number of steps."""


def read_moments(optimizer: paddle.optimizer.Adam, model: nn.Layer) -> dict[str, NDArray[np.float32]]:
    """A copy of them, `KEY/MOMENT` -> array; none before the first step."""
    state = optimizer.state_dict()
    return {
        f"{key}/{moment}": state[name].numpy().copy()
        for key, parameter in model.named_parameters()
        for moment in MOMENTS
        if (name := f"{parameter.name}_{moment}") in state
    }


def restore_moments(
    optimizer: paddle.optimizer.Adam, model: nn.Layer, moments: Mapping[str, NDArray[np.float32]]
) -> None:
    """Set them, before the first step of an optimizer that has none yet."""
    optimizer.set_state_dict(
        {
            f"{parameter.name}_{moment}": paddle.to_tensor(moments[f"{key}/{moment}"])
            for key, parameter in model.named_parameters()
            for moment in MOMENTS
            if f"{key}/{moment}" in moments
        }
    )
