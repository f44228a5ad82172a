"""The program of a worker: ``python -m ocr_inference.workers.worker``, with a socket to the server as standard input.

The server sends the model and the settings, then one call after the other. The worker ends when the server is gone.
"""

import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ocr_inference.failure import UserError, log_to_stdout
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call
from ocr_inference.workers.messages import Message, receive, send

log = logging.getLogger(__name__)

READY, LOADED, FAILED = "ready", "loaded", "failed"

OOM_SCORE = 500
"""Of 1000: where memory is short, the kernel is to take a worker, which is replaced, and not the server."""


def main() -> int:
    """Serve until the server is gone; the exit code."""
    log_to_stdout()
    # The server decides when its workers end, also where a terminal or an init system signals all of its processes.
    # A handler and not SIG_IGN, which the programs that a worker starts would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    _offer_to_the_oom_killer()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as connection, connection.makefile("rb") as incoming:
        start = receive(incoming)
        try:
            return _work(start, incoming, connection) if start else 0
        except (BrokenPipeError, ConnectionResetError):  # the server is gone
            return 0


def _work(start: Message, incoming: BinaryIO, connection: socket.socket) -> int:
    # Not before: this takes most of a second, and the server hears at once that the process is there.
    import cv2

    from ocr_inference.machine import available_cores
    from ocr_inference.model_files import ModelFiles
    from ocr_inference.reader import Reader
    from ocr_inference.service import Service

    settings = ServiceSettings.model_validate(start.header["settings"])
    with BytesIO(start.body) as body:
        files = ModelFiles.of_parts(Path(start.header["folder"]), [body.read(size) for size in start.header["sizes"]])
    del start
    try:
        cv2.setNumThreads(settings.threads or available_cores())
        service = Service(Reader.from_files(files, settings.threads or None, settings.provider), settings)
        send(connection, Message({"state": LOADED, "version": files.version}))
        service.warm_up()
    except UserError as failure:
        send(connection, Message({"state": FAILED, "sentence": str(failure)}))
        return 1
    del files
    send(connection, Message({"state": READY}))
    while (message := receive(incoming)) is not None:
        reply = service.answer(Call(message.body, **message.header))
        send(
            connection,
            Message({"status": reply.status, "media_type": reply.media_type, "summary": reply.summary}, reply.content),
        )
        del message, reply
    return 0


def _offer_to_the_oom_killer() -> None:
    with suppress(OSError):  # not on Linux, or not where /proc is read-only: then the kernel chooses as ever
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")


if __name__ == "__main__":
    sys.exit(main())
