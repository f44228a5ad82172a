"""As many workers as are wanted, kept alive."""

import asyncio
import logging
import time

from ocr_inference.failure import UserError
from ocr_inference.model_files import ModelFiles
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call, Reply
from ocr_inference.workers.process import Worker, WorkerGoneError

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
"""Between attempts to start a worker that ends before it is ready, which doubles from the first pause."""


class OverdueError(Exception):
    """A call was not answered in time; ``begun`` says whether a worker was at it."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__(f"not answered in time, {'begun' if begun else 'not begun'}")
        self.begun = begun


class WorkerPool:
    """Gives each call to a worker that has nothing to do, and replaces workers that end."""

    def __init__(self, files: ModelFiles, settings: ServiceSettings, size: int) -> None:
        self._files = files
        self._settings = settings
        self._size = size
        self._ready: set[Worker] = set()
        # The last one in is the first one out: what is idle for long leaves its memory to the others.
        self._idle: list[Worker] = []
        self._idle_ones = asyncio.Semaphore(0)
        self._loaded: asyncio.Future[str] | None = None
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> bool:
        """Whether there is a worker in which a real inference has succeeded."""
        return any(worker.alive for worker in self._ready)

    @property
    def size(self) -> int:
        """How many workers there are when all is well."""
        return self._size

    @property
    def pids(self) -> list[int]:
        """Of the workers that are ready."""
        return [worker.pid for worker in self._ready if worker.alive]

    @property
    def idle(self) -> int:
        """How many workers have nothing to do."""
        return sum(worker.alive for worker in self._idle)

    async def start(self) -> str:
        """Start the workers and wait until one has loaded the model; returns its version.

        Raises:
            UserError: the model cannot be loaded.
        """
        self._loaded = asyncio.get_running_loop().create_future()
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self._size)]
        return await self._loaded

    async def ask(self, call: Call, deadline: float) -> tuple[Reply, float]:
        """Let a worker answer; calls are begun in the order in which they came. Also the seconds that it took.

        Args:
            call: what is asked.
            deadline: in the event loop's time. A worker that is late is ended, which frees what it holds.

        Raises:
            OverdueError: it was not answered by then.
            WorkerGoneError: the worker ended over this call.
        """
        try:
            async with asyncio.timeout_at(deadline):
                worker = await self._take()
        except TimeoutError as error:
            raise OverdueError(begun=False) from error
        begun = time.perf_counter()
        try:
            async with asyncio.timeout_at(deadline):
                reply = await worker.ask(call)
        except TimeoutError as error:
            worker.kill()
            raise OverdueError(begun=True) from error
        except BaseException:
            # Whatever it still says would be taken for the answer to the next call.
            worker.kill()
            raise
        self._put(worker)
        return reply, time.perf_counter() - begun

    async def close(self) -> None:
        """End all workers."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _keep(self) -> None:
        """Start a worker, and another one when it ends."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            if await self._start_one():
                pause = FIRST_PAUSE_SECONDS
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _start_one(self) -> bool:
        """The life of a worker; whether it was ready for work."""
        worker = None
        try:
            worker = await Worker.start(self._files, self._settings)
            self._tell_loaded(worker.version)
            await worker.warm_up()
            log.info("Worker %d is ready", worker.pid)
            self._ready.add(worker)
            self._put(worker)
            code = await worker.wait()
            log.error("Worker %d ended with exit code %d, another one takes its place", worker.pid, code)
        except UserError as failure:
            self._tell_failed(failure)
            log.error("A worker cannot work: %s", failure)
        except (WorkerGoneError, OSError) as failure:
            self._tell_failed(UserError(f"A worker ended while it loaded the model: {failure}"))
            log.error("A worker ended before it was ready: %s", failure)
        finally:
            if worker is not None:
                was_ready = worker in self._ready
                self._ready.discard(worker)
                worker.kill()
                await worker.wait()
        return worker is not None and was_ready

    async def _take(self) -> Worker:
        while True:
            await self._idle_ones.acquire()
            worker = self._idle.pop()
            if worker.alive:
                return worker

    def _put(self, worker: Worker) -> None:
        self._idle.append(worker)
        self._idle_ones.release()

    def _tell_loaded(self, version: str) -> None:
        if self._loaded is not None and not self._loaded.done():
            self._loaded.set_result(version)

    def _tell_failed(self, failure: UserError) -> None:
        if self._loaded is not None and not self._loaded.done():
            self._loaded.set_exception(failure)
