"""The drift job of the workbench is the one that model-deploy's schedule starts."""

import json

import pytest

from wiring.deployment import deployed
from workbench.drift_template import job_request

RUN = "<aws.scheduler.execution-id>"


@pytest.mark.parametrize("variant", ["everything", "drift"])
def test_the_request_is_that_of_the_schedule(variant: str) -> None:
    stack = deployed("everything").stacks["drift"]
    parameters = dict(stack.parameters)
    if variant == "drift":
        parameters |= {"KmsKeyArn": "", "SubnetIds": "", "SecurityGroupIds": ""}
    scheduled = type(stack)(stack.name, stack.template, parameters)["Schedule"].properties["Target"]["Input"]
    assert job_request(parameters, RUN) == json.loads(scheduled)
