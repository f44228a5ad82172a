"""Metrics that SageMaker reads from the training job's log, a regular expression each.

Training prints lines such as `epoch=1 step=120 train_loss=0.53 lr=0.0008 validation_cer=0.02`, in any
order and with any of the names left out.
"""

_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_NAMES = {
    "epoch": "epoch",
    "step": "step",
    "train:loss": "train_loss",
    "train:learning_rate": "lr",
    "train:lines_per_second": "lines_per_second",
    "validation:loss": "validation_loss",
    "validation:exact_match": "validation_exact_match",
    "validation:cer": "validation_cer",
    "validation:ned": "validation_ned",
}

METRICS = {metric: rf"(?:^|\s){printed}={_NUMBER}" for metric, printed in _NAMES.items()}
