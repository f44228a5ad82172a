"""The step cache: a step whose inputs did not change is answered by its earlier result."""

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.errors import SandboxError
from sandbox.pipelines.definition import CacheConfig

# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
KEY_ATTRIBUTES = {
    "Processing": ("AppSpecification", "Environment", "ProcessingInputs"),
    "Training": (
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
}

_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
_DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}


@dataclass(frozen=True)
class CachedStep:
    """An earlier result: who made it, when, and what Describe said of it."""

    execution_arn: str
    at: datetime
    described: dict[str, Any]


class StepCache:
    """Results of finished steps of one pipeline service; thread-safe."""

    def __init__(self) -> None:
        self._results: dict[str, CachedStep] = {}
        self._lock = threading.Lock()

    def find(self, key: str, config: CacheConfig) -> CachedStep | None:
        """A result for this key that is young enough, or None."""
        if not config.enabled:
            return None
        with self._lock:
            found = self._results.get(key)
        if found is None:
            return None
        if config.expire_after and datetime.now(UTC) - found.at > duration(config.expire_after):
            return None
        return found

    def store(self, key: str, execution_arn: str, described: dict[str, Any]) -> None:
        """Keep a result, replacing an older one."""
        with self._lock:
            self._results[key] = CachedStep(execution_arn, datetime.now(UTC), described)


def cache_key(pipeline: str, step_name: str, kind: str, arguments: Mapping[str, Any]) -> str:
    """SHA-256 over the attributes that, if changed, make SageMaker run the step again."""
    relevant = {name: arguments.get(name) for name in KEY_ATTRIBUTES.get(kind, sorted(arguments))}
    text = json.dumps([pipeline, step_name, kind, relevant], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def duration(text: str) -> timedelta:
    """An ISO 8601 duration, also in AWS's form without P. Raises SandboxError for anything else."""
    match = _DURATION.fullmatch(text)
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    if not parts:
        message = f"{text!r} is not an ISO 8601 duration such as P30D or PT1H"
        raise SandboxError(message)
    days = sum(parts.get(name, 0) * count for name, count in _DAYS.items())
    return timedelta(
        days=days,
        hours=parts.get("hours", 0),
        minutes=parts.get("minutes", 0),
        seconds=parts.get("seconds", 0),
    )
