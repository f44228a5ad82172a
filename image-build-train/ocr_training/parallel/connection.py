"""A line of JSON at a time between two processes of a job."""

import contextlib
import json
import socket
import sys
from typing import Any

LINE_LIMIT = 1 << 26
"""Bytes of a message: the longest has the curve of a whole run."""
LOST_SECONDS = 30
"""After how long a machine that has vanished counts as lost; the end of a process is known at once."""
PROBE_SECONDS = 5


class Connection:
    """One end of a TCP connection."""

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(None)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _probe(connected)
        self._socket = connected
        self._lines = connected.makefile("rb")

    def send(self, message: dict[str, Any]) -> None:
        """Send a message. One that is too late for its receiver is lost: whoever reads here learns of that."""
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
        """The next message; None when the other end is gone, says nothing for so long, or talks of something else."""
        if seconds is not None:
            self._socket.settimeout(seconds)
        try:
            message = json.loads(self._lines.readline(LINE_LIMIT))
            if seconds is not None:
                self._socket.settimeout(None)
        except (OSError, ValueError):
            return None
        return message if isinstance(message, dict) else None

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _probe(connected: socket.socket) -> None:
    """Let the system ask from time to time whether the other machine is still there."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBE_SECONDS)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_SECONDS)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, LOST_SECONDS // PROBE_SECONDS - 1)
        # The same for what was sent and never acknowledged.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LOST_SECONDS * 1000)
