"""The training job's hyperparameters, typed and checked where they are read."""

import difflib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_training.errors import UserError

Pretrained = Literal["auto", "official", "base", "none"]
DictionaryChoice = Literal["union", "dataset", "official"]


class TrainingConfig(BaseModel):
    """Hyperparameters of one training job. SageMaker hands all of them over as strings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pretrained: Pretrained = Field(
        "auto",
        description="Start point when there is no `pretrained` channel: `official` (PaddleOCR's weights), `base` (the "
        "base checkpoint), `none`, or `auto`: official when the image was built with it, else base.",
    )
    dictionary: DictionaryChoice = Field(
        "union",
        description="Characters that the model can write: `union` (the start point's and the dataset's), `dataset`, or "
        "`official` (PaddleOCR's 6,623). The space is one always.",
    )
    epoch_num: int = Field(10, ge=1, description="Passes over the training lines.")
    max_seconds: int = Field(
        0,
        ge=0,
        description="Wall-clock limit of the training loop; the schedule is fitted into it. 0: no limit.",
    )
    batch_size: int = Field(8, ge=1, le=1024, description="Lines in a batch, replayed ones included.")
    learning_rate: float = Field(0.001, gt=0, le=1, description="Peak learning rate of Adam.")
    warmup_share: float = Field(0.05, ge=0, lt=1, description="Share of the run in which the rate rises linearly.")
    weight_decay: float = Field(1e-5, ge=0, description="Factor of the L2 penalty.")
    clip_norm: float = Field(5.0, gt=0, description="Global norm to which gradients are clipped.")
    replay_share: float = Field(
        0.25,
        ge=0,
        lt=1,
        description="Share of each batch drawn from the start point's own lines, against forgetting.",
    )
    shortest_first: int = Field(
        0, ge=0, description="Lines of the first epoch that come in order of width, to start from nothing."
    )
    augment: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Probability of each of PaddleOCR's RecAug augmentations for a line. 0: none.",
    )
    distort: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Probability of each distortion of printing, scanning and cutting out for a line. 0: none.",
    )
    pad: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of the batches that get more padding on the right than their lines need, so that what is "
        "read does not depend on it. 0: none.",
    )
    checkpoint_seconds: float = Field(
        60.0,
        ge=0,
        description="Seconds between checkpoints, besides those at each validation. 0: one after each step.",
    )
    validation_lines: int = Field(
        1000,
        ge=1,
        description="Validation lines scored at most; a fixed sample is drawn when there are more.",
    )
    max_overlap: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of the validation pictures that may be among the training lines too; more fail the job.",
    )
    device: Literal["auto", "cpu", "gpu"] = Field(
        "auto", description="`cpu`, `gpu`, or `auto`: GPUs where the host has some and the image can use them."
    )
    amp: Literal["none", "fp16", "bf16"] = Field(
        "none", description="Mixed precision on GPUs: `none`, `fp16` with a scaled loss, or `bf16`."
    )
    processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes of each host that share a batch, on CPUs. 0: one a core, four at most. GPUs: one each.",
    )
    join_seconds: int = Field(
        600, ge=1, description="How long the hosts of a job wait for each other before the first step."
    )
    seed: int = Field(17, ge=0, description="Seed of initialisation, order and augmentation.")


def read_config(path: Path) -> TrainingConfig:
    """Read `hyperparameters.json`; without the file every hyperparameter has its default.

    Raises UserError for anything but a JSON object of known names and possible values.
    """
    if not path.exists():
        return TrainingConfig()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is not readable JSON ({error}); expected an object of hyperparameters") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} holds a JSON {type(found).__name__}; expected an object of hyperparameters")
    # What SageMaker's own tooling adds is not ours to judge.
    ours = {name: value for name, value in found.items() if not name.startswith("sagemaker_")}
    for name in ours:
        if name not in TrainingConfig.model_fields:
            raise UserError(f"unknown hyperparameter {name!r} in {path}; {_suggestion(name)}")
    try:
        return TrainingConfig.model_validate(ours)
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0]
        raise UserError(f"hyperparameter {name!r} in {path} is {first['input']!r}: {first['msg']}") from error


def _suggestion(name: str) -> str:
    known = sorted(TrainingConfig.model_fields)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
