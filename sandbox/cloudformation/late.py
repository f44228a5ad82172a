"""CloudFormation, imported after the rest: moto's takes seconds, and nobody needs it before a deployment.

A request that comes earlier waits for it, so that none is answered by moto's unmended one.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.moto_server import threaded_moto_server

from sandbox.clients import client
from sandbox.endpoints.service import Endpoints
from sandbox.events.rules import EventRules
from sandbox.project.repositories import Repositories
from sandbox.settings import Settings

logger = logging.getLogger(__name__)

_MOTO_CREATE_APP = threaded_moto_server.create_backend_app

# By then the first requests of a run have been answered, and model-build is busy defining its pipeline.
WARM_UP_AFTER_SECONDS = 1.5


@dataclass(frozen=True)
class StackServices:
    """What stacks' resources are made of, beside moto's own backends."""

    settings: Settings
    endpoint_url: str
    endpoints: Endpoints
    rules: EventRules


class LateCloudFormation:
    """Installs our CloudFormation once, at the latest before its first request."""

    def __init__(self) -> None:
        self._services: StackServices | None = None
        self._lock = threading.Lock()
        self._installed = False

    def hook(self) -> None:
        """Be asked before the first request; to be called before the server starts."""

        def create_backend_app(service: str) -> Any:
            if service == "cloudformation":
                self._install()
            return _MOTO_CREATE_APP(service)

        threaded_moto_server.create_backend_app = create_backend_app

    def begin(self, services: StackServices) -> None:
        """Have stacks made of these services; the import begins a little later."""
        self._services = services
        warm_up = threading.Timer(WARM_UP_AFTER_SECONDS, self._install)
        warm_up.daemon = True
        warm_up.start()

    def _install(self) -> None:
        with self._lock:
            if self._installed:
                return
            if self._services is None:
                message = "a request for CloudFormation came before the sandbox was ready"
                raise RuntimeError(message)
            _install(self._services)
            self._installed = True
            logger.info("CloudFormation is ready")


def _install(services: StackServices) -> None:
    with _without_grammars():
        from sandbox import resources
        from sandbox.cloudformation import endpoint_stack, stack_changes
        from sandbox.events import alarms

    settings = services.settings
    resources.install(
        lambda service: client(service, settings, services.endpoint_url),
        Repositories(settings),
    )
    stack_changes.install(services.rules)
    endpoint_stack.install(services.endpoints)
    alarms.install(services.rules)


@contextmanager
def _without_grammars() -> Iterator[None]:
    """Import without a package of optional format checks, which takes longer than all of CloudFormation.

    moto's API Gateway imports a validator of OpenAPI documents, which nothing here imports, and jsonschema below it
    does without that package where it is not installed.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules[name]
