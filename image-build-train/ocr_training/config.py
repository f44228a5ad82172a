"""Hyperparameters: the shipped recipe, and SageMaker's strings over it. Typed, and refused by name when impossible."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import ConfigDict, ValidationError, model_validator

from ocr_training.detection.hyperparameters import PREFIX, DetectionHyperparameters
from ocr_training.errors import UserError
from ocr_training.pace import Pace
from ocr_training.recipe import SHIPPED, at, nest

Task = Literal["recognition", "detection", "both"]
Pretrained = Literal["auto", "official", "base", "none"]
DictionaryChoice = Literal["union", "dataset", "official"]
Frozen = Literal["none", "backbone", "backbone+neck"]


SHARED = ("checkpoint_seconds", "amp", "beta1", "beta2", "clip_norm_global")
"""Hyperparameters of a run that the recogniser's and the detector's have in common."""
OWN = ("epoch_num", "max_seconds", "eval_batch_step", "patience", "learning_rate", "factor")
"""Those that each has its own of."""


class TrainingConfig(DetectionHyperparameters):
    """The hyperparameters of one training job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Task = at(
        "Global.task",
        "What is trained: `recognition`, `detection`, or `both`, the recogniser first. What is not is kept.",
    )
    epoch_num: int = at("Global.epoch_num", "Passes over the training lines.", ge=1)
    max_seconds: int = at(
        "Global.max_seconds",
        "Wall-clock limit of the training loop; the schedule is fitted into it. 0: no limit.",
        ge=0,
    )
    eval_batch_step: int = at(
        "Global.eval_batch_step",
        "Steps between validations. 0: as many as let them take a tenth of the time, an epoch at the most.",
        ge=0,
    )
    patience: int = at(
        "Global.patience", "Validations in a row without a better one that end the run early. 0: none do.", ge=0
    )
    checkpoint_seconds: float = at(
        "Global.checkpoint_seconds",
        "Seconds between checkpoints, besides those at each validation. 0: one after each step.",
        ge=0,
    )
    pretrained: Pretrained = at(
        "Global.pretrained",
        "Start point when there is no `pretrained` channel: `official` (PaddleOCR's weights), `base` (the base "
        "checkpoint), `none`, or `auto`: official when the image was built with it, else base.",
    )
    dictionary: DictionaryChoice = at(
        "Global.dictionary",
        "Characters that the model can write: `union` (the start point's and the dataset's), `dataset`, or `official` "
        "(PaddleOCR's 6,623). The space is one always.",
    )
    seed: int = at("Global.seed", "Seed of initialisation, order and augmentation.", ge=0)
    device: Literal["auto", "cpu", "gpu"] = at(
        "Global.device", "`cpu`, `gpu`, or `auto`: GPUs where the host has some and the image can use them."
    )
    amp: Literal["none", "fp16", "bf16"] = at(
        "Global.amp", "Mixed precision on GPUs: `none`, `fp16` with a scaled loss, or `bf16`."
    )
    processes: int = at(
        "Global.processes",
        "Processes of each host that share a batch, on CPUs. 0: one a core, four at most. GPUs: one each.",
        ge=0,
        le=64,
    )
    join_seconds: int = at(
        "Global.join_seconds", "How long the hosts of a job wait for each other before the first step.", ge=1
    )
    freeze: Frozen = at(
        "Architecture.freeze",
        "What is not learned: `none`, the `backbone` (convolutions), or `backbone+neck` (all but the head).",
    )
    optimizer: Literal["Adam"] = at("Optimizer.name", "`Adam`, as in PaddleOCR's recipe of this model.")
    beta1: float = at("Optimizer.beta1", "Adam's decay of the mean of the gradients.", ge=0, lt=1)
    beta2: float = at("Optimizer.beta2", "Adam's decay of the mean of their squares.", ge=0, lt=1)
    clip_norm_global: float = at(
        "Optimizer.clip_norm_global", "Norm of all gradients together, to which they are clipped.", gt=0
    )
    schedule: Literal["Cosine"] = at("Optimizer.lr.name", "`Cosine`: from the peak to zero at the end of the run.")
    learning_rate: float = at("Optimizer.lr.learning_rate", "Peak learning rate.", gt=0, le=1)
    warmup_epoch: float = at(
        "Optimizer.lr.warmup_epoch", "Epochs in which the rate rises linearly. 0: `warmup_share`.", ge=0
    )
    warmup_share: float = at(
        "Optimizer.lr.warmup_share", "Share of the run in which the rate rises linearly.", ge=0, lt=1
    )
    regularizer: Literal["L2"] = at("Optimizer.regularizer.name", "`L2`, of all weights.")
    factor: float = at("Optimizer.regularizer.factor", "Factor of the L2 penalty.", ge=0)
    replay_share: float = at(
        "Train.dataset.replay_share",
        "Share of each batch drawn from the start point's own lines, against forgetting.",
        ge=0,
        lt=1,
    )
    suspect_seconds: float = at(
        "Train.dataset.suspect_seconds",
        "How long training lines are read with the start point, to find labels that may be wrong. 0: none are.",
        ge=0,
    )
    augment: float = at(
        "Train.dataset.transforms.augment",
        "Probability of each of PaddleOCR's RecAug augmentations for a line. 0: none.",
        ge=0,
        le=1,
    )
    distort: float = at(
        "Train.dataset.transforms.distort",
        "Probability of each distortion of printing, scanning and cutting out for a line. 0: none.",
        ge=0,
        le=1,
    )
    pad: float = at(
        "Train.dataset.transforms.pad",
        "Share of the batches that get more padding on the right than their lines need, so that what is read does not "
        "depend on it. 0: none.",
        ge=0,
        le=1,
    )
    batch_size_per_card: int = at(
        "Train.loader.batch_size_per_card",
        "Lines in a batch of each GPU, or of the CPUs of each host together; replayed ones included.",
        ge=1,
        le=1024,
    )
    shortest_first: int = at(
        "Train.loader.shortest_first",
        "Lines of the first epoch that come in order of width, to start from nothing.",
        ge=0,
    )
    validation_lines: int = at(
        "Eval.dataset.validation_lines",
        "Validation lines scored at most; a fixed sample is drawn when there are more.",
        ge=1,
    )
    max_overlap: float = at(
        "Eval.dataset.max_overlap",
        "Share of the validation pictures that may be among the training lines too; more fail the job.",
        ge=0,
        le=1,
    )

    @model_validator(mode="after")
    def _warm_up_ends(self) -> Self:
        if self.warmup_epoch >= self.epoch_num:
            raise ValueError(f"warmup_epoch is {self.warmup_epoch:g}, and epoch_num {self.epoch_num}; lower the former")
        return self

    @property
    def trains_recogniser(self) -> bool:
        """Whether the task asks for it."""
        return self.task != "detection"

    @property
    def trains_detector(self) -> bool:
        """Whether the task asks for it."""
        return self.task != "recognition"

    @property
    def pace(self) -> Pace:
        """How the recogniser's run goes."""
        return self._pace("", self.warmup)

    @property
    def detection_pace(self) -> Pace:
        """How the detector's run goes."""
        return self._pace(PREFIX, self.detection_warmup_share)

    def _pace(self, prefix: str, warmup: float) -> Pace:
        shared = {name: getattr(self, name) for name in SHARED}
        own = {name: getattr(self, f"{prefix}{name}") for name in OWN}
        return Pace(**shared, **own, warmup=warmup, prefix=prefix)

    @property
    def warmup(self) -> float:
        """The share of the run in which the rate rises."""
        return self.warmup_epoch / self.epoch_num if self.warmup_epoch else self.warmup_share

    def recipe(self) -> str:
        """These hyperparameters in the form of the shipped recipe."""
        values = {path: getattr(self, PATHS[path]) for path in SHIPPED}
        return yaml.safe_dump(nest(values), sort_keys=False)


def path_of(name: str) -> str:
    """Where the recipe has the hyperparameter of this name."""
    extra = TrainingConfig.model_fields[name].json_schema_extra
    assert isinstance(extra, dict), "every field is made by `at`"  # noqa: S101
    return str(extra["path"])


PATHS = {path_of(name): name for name in TrainingConfig.model_fields}
"""The hyperparameters' names by their paths."""


def read_config(path: Path) -> TrainingConfig:
    """Read `hyperparameters.json`; without the file every hyperparameter has its default.

    Raises UserError for anything but a JSON object of known names or paths and possible values.
    """
    if not path.exists():
        return TrainingConfig()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is not readable JSON ({error}); expected an object of hyperparameters") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} holds a JSON {type(found).__name__}; expected an object of hyperparameters")
    try:
        return TrainingConfig.model_validate(_by_name(found, path))
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise UserError(f"hyperparameters in {path}: {first['msg'].removeprefix('Value error, ')}") from error
        name = first["loc"][0]
        raise UserError(f"hyperparameter {name!r} in {path} is {first['input']!r}: {first['msg']}") from error


def _by_name(found: Mapping[str, Any], path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for given, value in found.items():
        # What SageMaker's own tooling adds is not ours to judge.
        if given.startswith("sagemaker_"):
            continue
        name = PATHS.get(given, given)
        if name not in TrainingConfig.model_fields:
            raise UserError(f"unknown hyperparameter {given!r} in {path}; {_suggestion(given)}")
        if name in values:
            raise UserError(f"hyperparameter {name!r} is in {path} twice, by its name and its path {path_of(name)}")
        values[name] = value
    return values


def _suggestion(name: str) -> str:
    known = sorted(TrainingConfig.model_fields)
    near = difflib.get_close_matches(name, [*known, *PATHS], n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
