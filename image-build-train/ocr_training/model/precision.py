"""Mixed precision: float16 or bfloat16 where a GPU is faster with them, float32 where it matters.

Paddle's level O1: weights and their gradients stay float32 (Micikevicius et al., "Mixed Precision Training", 2018).
"""

import contextlib
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import paddle

from ocr_training.errors import UserError

FIRST_SCALE = 2.0**15
DTYPES = {"fp16": "float16", "bf16": "bfloat16"}


class Precision:
    """How a step computes: `none` is float32 throughout; the others need a GPU, which UserError says."""

    def __init__(self, amp: str, device: str) -> None:
        if amp != "none" and not device.startswith("gpu"):
            raise UserError(
                f"the hyperparameter 'amp' is {amp!r} and the job computes on a CPU, where mixed precision gains "
                "nothing; set 'amp' to 'none', or choose an instance type with GPUs"
            )
        self._dtype = DTYPES.get(amp)
        # float16 has no room for small gradients: the loss is scaled up before, and they are scaled down after.
        self._scaler = paddle.amp.GradScaler(init_loss_scaling=FIRST_SCALE) if amp == "fp16" else None

    def forward(self) -> AbstractContextManager[Any]:
        """Within it the model computes with this precision."""
        if self._dtype is None:
            return contextlib.nullcontext()
        context: AbstractContextManager[Any] = paddle.amp.auto_cast(dtype=self._dtype, level="O1")
        return context

    def backward(self, loss: paddle.Tensor) -> None:
        """Compute the gradients of the loss, as large as the step wants them."""
        (self._scaler.scale(loss) if self._scaler else loss).backward()

    def state(self) -> dict[str, Any]:
        """What `restore` wants, as JSON has it."""
        state = self._scaler.state_dict() if self._scaler else {}
        return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in state.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with the loss scale that another process had come to."""
        if self._scaler and state:
            self._scaler.load_state_dict({**state, "scale": np.asarray(state["scale"], np.float32)})

    def step(self, optimizer: paddle.optimizer.Optimizer) -> None:
        """Apply the gradients; a step whose float16 gradients overflowed is left out, and the next scale is smaller."""
        if self._scaler is None:
            optimizer.step()
        else:
            self._scaler.step(optimizer)
            self._scaler.update()
