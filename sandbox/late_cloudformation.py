"""CloudFormation, imported after the rest: moto's takes seconds, and nobody needs it before a deployment.

A request that comes earlier waits for it, so that none is answered by moto's unmended one.
"""

import logging
import threading
from typing import Any

from moto.moto_server import threaded_moto_server

from sandbox.endpoints import Endpoints

logger = logging.getLogger(__name__)

_MOTO_CREATE_APP = threaded_moto_server.create_backend_app

# By then the first requests of a run have been answered, and model-build is busy defining its pipeline.
WARM_UP_AFTER_SECONDS = 1.5


class LateCloudFormation:
    """Installs our CloudFormation once, at the latest before its first request."""

    def __init__(self) -> None:
        self._endpoints: Endpoints | None = None
        self._lock = threading.Lock()
        self._installed = False

    def hook(self) -> None:
        """Be asked before the first request; to be called before the server starts."""

        def create_backend_app(service: str) -> Any:
            if service == "cloudformation":
                self._install()
            return _MOTO_CREATE_APP(service)

        threaded_moto_server.create_backend_app = create_backend_app

    def begin(self, endpoints: Endpoints) -> None:
        """Have stacks' endpoints served by `endpoints`; the import begins a little later."""
        self._endpoints = endpoints
        warm_up = threading.Timer(WARM_UP_AFTER_SECONDS, self._install)
        warm_up.daemon = True
        warm_up.start()

    def _install(self) -> None:
        with self._lock:
            if self._installed:
                return
            if self._endpoints is None:
                message = "a request for CloudFormation came before the sandbox was ready"
                raise RuntimeError(message)
            from sandbox import cloudformation

            cloudformation.install(self._endpoints)
            self._installed = True
            logger.info("CloudFormation is ready")
