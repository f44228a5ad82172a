"""Data capture: what an endpoint was asked and answered, in S3 in the form in which SageMaker keeps it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html; SageMaker collects for minutes and
writes several a file, here every exchange is a file of its own, at once.
"""

import base64
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.jobs.storage import S3Uri

_SIDES = (("Input", "endpointInput", "INPUT"), ("Output", "endpointOutput", "OUTPUT"))
_DRAWN = random.SystemRandom()


@dataclass(frozen=True)
class Body:
    """What went one way."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class DataCapture:
    """An endpoint configuration's DataCaptureConfig."""

    destination: S3Uri
    percent: int
    modes: frozenset[str]
    json_types: frozenset[str]
    csv_types: frozenset[str]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "DataCapture | None":
        """The configuration, or None where nothing is to be captured."""
        if not config.get("EnableCapture"):
            return None
        types = config.get("CaptureContentTypeHeader", {})
        return cls(
            destination=S3Uri.parse(config["DestinationS3Uri"]),
            percent=int(config["InitialSamplingPercentage"]),
            modes=frozenset(option["CaptureMode"] for option in config["CaptureOptions"]),
            json_types=frozenset(types.get("JsonContentTypes", [])),
            csv_types=frozenset(types.get("CsvContentTypes", [])),
        )

    def keep(self, s3: Any, endpoint: str, variant: str, asked: Body, answered: Body) -> None:
        """Store an exchange, or leave it out by lot where not all are to be kept."""
        if _DRAWN.random() * 100 >= self.percent:
            return
        now, event = datetime.now(UTC), str(uuid.uuid4())
        sides = {"Input": asked, "Output": answered}
        line = {
            "captureData": {name: self._side(sides[mode], said) for mode, name, said in _SIDES if mode in self.modes},
            "eventMetadata": {"eventId": event, "inferenceTime": now.strftime("%Y-%m-%dT%H:%M:%SZ")},
            "eventVersion": "0",
        }
        folder = "/".join(part for part in (self.destination.key.strip("/"), endpoint, variant) if part)
        key = f"{folder}/{now:%Y/%m/%d/%H}/{now:%M-%S}-{now.microsecond // 1000:03}-{event}.jsonl"
        s3.put_object(Bucket=self.destination.bucket, Key=key, Body=json.dumps(line).encode() + b"\n")

    def _side(self, body: Body, mode: str) -> dict[str, str]:
        media_type = body.content_type.partition(";")[0].strip().lower()
        encoding = "JSON" if media_type in self.json_types else "CSV" if media_type in self.csv_types else "BASE64"
        data = base64.b64encode(body.content).decode() if encoding == "BASE64" else body.content.decode()
        return {"observedContentType": body.content_type, "mode": mode, "data": data, "encoding": encoding}
