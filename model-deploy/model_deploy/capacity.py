"""What a stage's parameters must be to each other, where the template's rules cannot compare numbers."""

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["realtime", "async", "serverless"]

MIB = 1024 * 1024
LARGEST_PAYLOAD: dict[Mode, int] = {"realtime": 25 * MIB, "serverless": 4 * MIB, "async": 1024 * MIB}
"""Bytes of a request that each mode takes.
https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-options.html
"""


class Capacity(BaseModel):
    """The parameters of endpoint.yaml that must fit each other, with the template's defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: Mode = Field("realtime", alias="Mode")
    max_payload_bytes: int = Field(0, alias="MaxPayloadBytes")
    instance_count: int = Field(1, alias="InstanceCount")
    min_instance_count: int = Field(1, alias="MinInstanceCount")
    max_instance_count: int = Field(1, alias="MaxInstanceCount")
    traffic_routing: Literal["ALL_AT_ONCE", "CANARY", "LINEAR"] = Field("ALL_AT_ONCE", alias="TrafficRouting")
    traffic_step_percent: int = Field(50, alias="TrafficStepPercent", ge=10, le=50)
    traffic_wait_seconds: int = Field(300, alias="TrafficWaitSeconds")
    termination_wait_seconds: int = Field(120, alias="TerminationWaitSeconds")
    max_deployment_seconds: int = Field(3600, alias="MaxDeploymentSeconds")

    def problems(self) -> list[str]:
        """What does not fit, a sentence each."""
        found = [self._payload(), *([] if self.mode == "serverless" else [self._instances(), self._deployment()])]
        return [problem for problem in found if problem]

    def _payload(self) -> str | None:
        largest = LARGEST_PAYLOAD[self.mode]
        if self.max_payload_bytes <= largest:
            return None
        return f"MaxPayloadBytes is {self.max_payload_bytes}; with Mode {self.mode} a request has at most {largest}"

    def _instances(self) -> str | None:
        fewest, most = self.min_instance_count, self.max_instance_count
        if fewest > most:
            return f"MinInstanceCount is {fewest} and MaxInstanceCount is {most}; the first cannot be more"
        if fewest < most and not fewest <= self.instance_count <= most:
            return f"InstanceCount is {self.instance_count}; with scaling it is from {fewest} to {most}"
        return None

    def _deployment(self) -> str | None:
        steps = {"ALL_AT_ONCE": 0, "CANARY": 1, "LINEAR": math.ceil(100 / self.traffic_step_percent) - 1}
        waits = steps[self.traffic_routing] * self.traffic_wait_seconds + self.termination_wait_seconds
        if waits < self.max_deployment_seconds:
            return None
        return (
            f"MaxDeploymentSeconds is {self.max_deployment_seconds}, and the waits alone take {waits} seconds: "
            "allow more, or lower TrafficWaitSeconds or TerminationWaitSeconds"
        )
