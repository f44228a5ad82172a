"""Metrics that SageMaker reads from the training job's log, a regular expression each.

Training prints lines such as `epoch=1 step=120 train_loss=0.53 lr=0.0008 validation_cer=0.02` of the recogniser, and
`detection epoch=1 step=40 train_loss=2.1 validation_hmean=0.87` of the detector, in any order after the first name and
with any of the names left out. Names that both have are told apart by the first word of the line. Look-behind would do
that in less, but which regular expressions SageMaker takes is not written down.
"""

_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"

# A line's first name, after the time and whatever else a log puts in front of it, and what may stand before another.
_RECOGNISER = r"(?:^|\n|[^n] )epoch="
_DETECTOR = r"(?:^|\s)detection epoch="
_BETWEEN = r"[^ \n]+ (?:[^ \n]+ )*?"

_OF_BOTH = {"step": "step", "train:loss": "train_loss", "train:learning_rate": "lr"}
_OF_ONE = {
    "train:lines_per_second": "lines_per_second",
    "validation:exact_match": "validation_exact_match",
    "validation:cer": "validation_cer",
    "validation:ned": "validation_ned",
    "detection:train:pages_per_second": "pages_per_second",
    "detection:validation:precision": "validation_precision",
    "detection:validation:recall": "validation_recall",
    "detection:validation:hmean": "validation_hmean",
}


def _told_apart(begin: str, names: dict[str, str]) -> dict[str, str]:
    others = {metric: rf"{begin}{_BETWEEN}{printed}={_NUMBER}" for metric, printed in names.items()}
    return {"epoch": rf"{begin}{_NUMBER}", **others}


METRICS = {
    **_told_apart(_RECOGNISER, _OF_BOTH | {"validation:loss": "validation_loss"}),
    **{f"detection:{metric}": regex for metric, regex in _told_apart(_DETECTOR, _OF_BOTH).items()},
    **{metric: rf"(?:^|\s){printed}={_NUMBER}" for metric, printed in _OF_ONE.items()},
}
