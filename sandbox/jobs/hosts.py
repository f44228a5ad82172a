"""The hosts of a job: all on this machine, each with its own emulated `/opt/ml`."""

import socket
from collections.abc import Sequence
from dataclasses import replace

from sandbox.errors import SandboxError
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.job import JobContext
from sandbox.jobs.runners import Container

LOOPBACK = "127.0.0.1"


def host_folders(context: JobContext, name: str, hosts: Sequence[str]) -> dict[str, JobFolder]:
    """A fresh folder for each host of job `name`, by its name; that of the only host is the job's."""
    if len(hosts) == 1:
        return {hosts[0]: context.folder(name)}
    return {host: context.folder(f"{name}/{host}") for host in hosts}


def meeting(containers: Sequence[Container], hosts: Sequence[str]) -> Sequence[Container]:
    """The containers of a job, told where several find each other: their names lead nowhere on one machine.

    They are told as launchers of distributed training do, by MASTER_ADDR and MASTER_PORT. Raises SandboxError for
    several hosts without a network.
    """
    if len(hosts) == 1:
        return containers
    if containers[0].is_isolated:
        message = (
            f"{containers[0].name}: InstanceCount is {len(hosts)} and EnableNetworkIsolation is set; hosts of the "
            "sandbox find each other on this machine's network: set one of the two otherwise"
        )
        raise SandboxError(message)
    with socket.create_server((LOOPBACK, 0)) as free:
        place = {"MASTER_ADDR": LOOPBACK, "MASTER_PORT": str(free.getsockname()[1])}
    return [
        replace(container, name=f"{container.name}-{host}", environment={**container.environment, **place})
        for container, host in zip(containers, hosts, strict=True)
    ]
