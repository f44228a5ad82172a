"""`resourceconfig.json`: the machines of a job, as SageMaker tells a container of them.

The hosts of a job are processes or containers of this machine.
"""

from collections.abc import Mapping
from typing import Any

GROUP = "homogeneousCluster"


def training_hosts(request: Mapping[str, Any]) -> list[str]:
    """Names of the hosts that a CreateTrainingJob request asks for."""
    return _named(request["ResourceConfig"].get("InstanceCount", 1))


def processing_hosts(request: Mapping[str, Any]) -> list[str]:
    """Names of the hosts that a CreateProcessingJob request asks for."""
    return _named(request["ProcessingResources"]["ClusterConfig"].get("InstanceCount", 1))


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


def processing_resources(request: Mapping[str, Any], host: str) -> dict[str, Any]:
    """For one host of a CreateProcessingJob request.

    The form is that of https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html.
    """
    return {"current_host": host, "hosts": processing_hosts(request)}


def _named(count: int) -> list[str]:
    return [f"algo-{number}" for number in range(1, count + 1)]
