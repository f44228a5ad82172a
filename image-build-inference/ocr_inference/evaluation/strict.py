"""The form of everything in ``evaluation.json``."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Numbers only: JSON has no NaN, and a gate must not meet one."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
