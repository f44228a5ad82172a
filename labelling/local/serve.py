"""Runs the server until it is told to stop."""

import socket
import webbrowser
from contextlib import suppress
from pathlib import Path

import uvicorn

from labelling.errors import LabellingError
from labelling.local.folder import LabelledFolder
from labelling.local.server import application
from labelling.reading import Read

HOST = "127.0.0.1"


def serve(folder: Path, port: int, read: Read | None, kind: str, open_browser: bool) -> None:
    """Serve a folder's pages on loopback until SIGINT or SIGTERM; with port 0, on a free one.

    Raises LabellingError where the folder or the port cannot be had.
    """
    labelled = LabelledFolder(folder, read, kind)
    try:
        # Ctrl+C, which uvicorn raises again when it has ended, is how this is meant to end.
        with listening(port) as listener, suppress(KeyboardInterrupt):
            address = f"http://{HOST}:{listener.getsockname()[1]}"
            print(f"{len(labelled.pictures)} pages. Label them at {address} and stop with Ctrl+C.", flush=True)
            print(f"Each page that is submitted stands in {labelled.labels.path} at once.", flush=True)
            if open_browser:
                webbrowser.open(address)
            uvicorn.Server(configuration(labelled)).run(sockets=[listener])
    finally:
        labelled.labels.close()


def configuration(labelled: LabelledFolder) -> uvicorn.Config:
    """How the server runs."""
    # A browser keeps its connection open: nobody should wait for that at the end.
    return uvicorn.Config(
        application(labelled),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def listening(port: int) -> socket.socket:
    """A listening socket on loopback; with port 0, on a free one. Raises LabellingError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        # Who comes before the server has begun waits for it.
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise LabellingError(f"Port {port} cannot be had ({error}); say another with --port.") from error
    return listener
