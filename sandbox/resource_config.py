"""`resourceconfig.json`: the machines of a job, as SageMaker tells a container of them.

The hosts of a training job are processes or containers of this machine; a processing job has one, whatever it asks for.
"""

from collections.abc import Mapping
from typing import Any

GROUP = "homogeneousCluster"


def training_hosts(request: Mapping[str, Any]) -> list[str]:
    """Names of the hosts that a CreateTrainingJob request asks for."""
    return [f"algo-{number}" for number in range(1, request["ResourceConfig"].get("InstanceCount", 1) + 1)]


def training_resources(request: Mapping[str, Any], host: str) -> dict[str, Any]:
    """For one host of a CreateTrainingJob request.

    The form is that of
    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html,
    with the group that SageMaker names for a cluster of one instance type.
    """
    instance_type = request["ResourceConfig"]["InstanceType"]
    hosts = training_hosts(request)
    return {
        "current_host": host,
        "hosts": hosts,
        "current_instance_type": instance_type,
        "current_group_name": GROUP,
        "instance_groups": [{"instance_group_name": GROUP, "instance_type": instance_type, "hosts": hosts}],
        # The one that a container without a network has too.
        "network_interface_name": "lo",
    }


def processing_resources() -> dict[str, Any]:
    """For a processing job.

    The form is that of https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html.
    """
    return {"current_host": "algo-1", "hosts": ["algo-1"]}
