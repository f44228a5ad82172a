"""Serve the model in the platform's model folder: ``python -m ocr_inference serve``."""

import logging
import time

import uvicorn

from ocr_inference.failure import log_to_stdout, run_reported
from ocr_inference.platform_folders import PlatformFolders
from ocr_inference.privileges import give_up_root
from ocr_inference.reader import Reader
from ocr_inference.server import create_app
from ocr_inference.service import Service
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.stopping import leave_on_sigterm

log = logging.getLogger(__name__)

GRACE_SECONDS = 25
"""For requests under way when the server is told to stop; the platform kills after 30."""


def serve() -> int:
    """Serve until told to stop; returns the exit code."""
    log_to_stdout()
    return run_reported(_serve)


def _serve() -> None:
    start = time.perf_counter()
    settings = ServiceSettings.from_environment()
    folder = PlatformFolders.from_environment().model
    reader = Reader.from_folder(folder, settings.threads or None)
    log.info("Loaded %s, model %s, in %.1f s", folder, reader.version, time.perf_counter() - start)
    give_up_root(settings.run_as)
    app = create_app(Service(reader, settings), settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # uvicorn raises the signal again once the requests under way are answered; stopping is no failure.
    leave_on_sigterm(0)
    uvicorn.Server(config).run()
