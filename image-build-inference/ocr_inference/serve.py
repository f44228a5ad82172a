"""Serve the model in the platform's model folder: ``python -m ocr_inference serve``."""

import asyncio
import logging
import time

import uvicorn

from ocr_inference.failure import log_to_stdout, run_reported
from ocr_inference.machine import available_cores, available_memory
from ocr_inference.model_files import ModelFiles
from ocr_inference.platform_folders import PlatformFolders
from ocr_inference.privileges import give_up_root
from ocr_inference.server import create_app
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.stopping import leave_on_sigterm
from ocr_inference.workers.pool import WorkerPool
from ocr_inference.workers.sizing import worker_count

log = logging.getLogger(__name__)

GRACE_SECONDS = 25
"""For requests under way when the server is told to stop; the platform kills after 30."""

KEEP_ALIVE_SECONDS = 75
"""Longer than callers keep an idle connection: closed by the server, it may lose the request that is on its way."""


def serve() -> int:
    """Serve until told to stop; returns the exit code."""
    log_to_stdout()
    return run_reported(_serve)


def _serve() -> None:
    settings = ServiceSettings.from_environment()
    # Read once, by root where root started this: a worker that takes the place of another gets the same model.
    files = ModelFiles.read(PlatformFolders.from_environment().model)
    give_up_root(settings.run_as)
    # uvicorn raises the signal again once the requests under way are answered; stopping is no failure.
    leave_on_sigterm(0)
    asyncio.run(_serve_from_workers(files, settings))


async def _serve_from_workers(files: ModelFiles, settings: ServiceSettings) -> None:
    start = time.perf_counter()
    pool = WorkerPool(files, settings, worker_count(settings, available_cores(), available_memory()))
    try:
        version = await pool.start()
        log.info(
            "Loaded %s, model %s with %s, task=%s unless asked otherwise, in %.1f s, for %d workers",
            files.folder,
            version,
            "the pretrained detector" if files.detector is None else f"its own detector {files.detector.version}",
            settings.task,
            time.perf_counter() - start,
            pool.size,
        )
        config = uvicorn.Config(
            create_app(pool, settings),
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        await uvicorn.Server(config).serve()
    finally:
        await pool.close()
