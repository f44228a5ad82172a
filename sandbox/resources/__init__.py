"""CloudFormation types of the project's templates, on moto's own backends.

Each module has the types of one part of AWS; `install` makes them known. A type that is neither here nor in moto fails
the stack.
"""

from sandbox.project.repositories import Repositories
from sandbox.resources import (
    catalog,
    developer_tools,
    firewall,
    front_door,
    identity,
    registries,
    sagemaker,
    starting,
    storage,
    usage_plans,
    watching,
)
from sandbox.resources.resource import Resource
from sandbox.resources.service_calls import ClientOf, ServiceCalls

__all__ = [
    "catalog",
    "developer_tools",
    "firewall",
    "front_door",
    "identity",
    "install",
    "registries",
    "sagemaker",
    "starting",
    "storage",
    "usage_plans",
    "watching",
]


def install(client_of: ClientOf, repositories: Repositories) -> None:
    """Have the types call services with `client_of(service)`, for this process."""
    storage.install()
    Resource.calls = ServiceCalls(client_of)
    developer_tools.Repository.repositories = repositories
