"""Endpoints whose status is that of a real server."""

import itertools
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.clients import client
from sandbox.endpoints.captures import Body
from sandbox.endpoints.model import served_model
from sandbox.endpoints.server import EndpointServer, ServerFailed, start_server
from sandbox.errors import SandboxError
from sandbox.jobs.job import JobContext
from sandbox.state import EndpointState

logger = logging.getLogger(__name__)


class Endpoints:
    """Servers by endpoint name; thread-safe.

    The records are moto's (`FakeEndpoint`): Describe answers from them, we keep their status true.
    """

    def __init__(self, context: JobContext, on_change: Callable[[dict[str, EndpointState]], None]):
        self._context = context
        self._on_change = on_change
        self._lock = threading.Lock()
        self._servers: dict[str, EndpointServer] = {}
        self._records: dict[str, Any] = {}
        self._stops: dict[str, threading.Event] = {}
        self._numbers = itertools.count(1)

    def create(self, record: Any) -> None:
        """Start the server of a new endpoint; returns at once, the status tells the rest."""
        record.endpoint_status = "Creating"
        self._begin(record, record.endpoint_config_name)

    def update(self, record: Any, endpoint_config_name: str) -> None:
        """Replace the server by one of another configuration; the old one answers until the new one can."""
        record.endpoint_status = "Updating"
        self._begin(record, endpoint_config_name)

    def delete(self, name: str) -> None:
        """Stop the server of an endpoint."""
        with self._lock:
            server = self._servers.pop(name, None)
            self._records.pop(name, None)
            stop = self._stops.pop(name, None)
        if stop is not None:
            stop.set()
        if server is not None:
            server.running.stop()
        self._publish()

    def server(self, name: str) -> EndpointServer | None:
        """The server that answers for an endpoint, or None when none does."""
        with self._lock:
            return self._servers.get(name)

    def capture(self, name: str, server: EndpointServer, asked: Body, answered: Body) -> None:
        """Keep an exchange where the endpoint's configuration asks for it."""
        if server.model.capture is not None:
            s3 = client("s3", self._context.settings, self._context.endpoint_url)
            server.model.capture.keep(s3, name, server.model.variant, asked, answered)

    def _begin(self, record: Any, endpoint_config_name: str) -> None:
        record.last_modified_time = datetime.now(UTC)
        stop = threading.Event()
        with self._lock:
            self._records[record.endpoint_name] = record
            self._stops[record.endpoint_name] = stop
        self._publish()
        threading.Thread(
            target=self._bring_up,
            args=(record, endpoint_config_name, stop),
            name=f"endpoint-{record.endpoint_name}",
            daemon=True,
        ).start()

    def _bring_up(self, record: Any, endpoint_config_name: str, stop: threading.Event) -> None:
        name = record.endpoint_name
        try:
            model = served_model(self._context.client, endpoint_config_name)
            server = start_server(self._context, f"{name}-{next(self._numbers)}", model, stop)
        except (ServerFailed, SandboxError, RuntimeError) as error:
            self._failed(record, str(error))
            return
        except Exception as error:
            logger.exception("endpoint %s", name)
            self._failed(record, f"{type(error).__name__}: {error}")
            return
        with self._lock:
            if stop.is_set():
                old: EndpointServer | None = server
            else:
                old = self._servers.get(name)
                self._servers[name] = server
                record.endpoint_config_name = endpoint_config_name
                record.failure_reason = None
                record.endpoint_status = "InService"
                record.last_modified_time = datetime.now(UTC)
        logger.info("endpoint %s is InService on port %d", name, server.port)
        self._publish()
        if old is not None:
            old.running.stop()

    def _failed(self, record: Any, reason: str) -> None:
        logger.warning("endpoint %s: %s", record.endpoint_name, reason)
        with self._lock:
            # An update that fails leaves the endpoint in service with what it served before.
            record.endpoint_status = "InService" if record.endpoint_name in self._servers else "Failed"
            record.failure_reason = reason
            record.last_modified_time = datetime.now(UTC)
        self._publish()

    def _publish(self) -> None:
        with self._lock:
            states = {name: self._state(record) for name, record in self._records.items()}
        self._on_change(states)

    def _state(self, record: Any) -> EndpointState:
        server = self._servers.get(record.endpoint_name)
        return EndpointState(
            status=record.endpoint_status,
            failure_reason=record.failure_reason,
            port=server.port if server else None,
            pid=server.running.pid if server else None,
            container=server.running.name if server else None,
            model_package_arn=server.model.model_package_arn if server else None,
            seconds_to_ready=round(server.seconds_to_ready, 3) if server else None,
        )
