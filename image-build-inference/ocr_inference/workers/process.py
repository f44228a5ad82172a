"""One worker as the server sees it."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress

from ocr_inference.failure import UserError
from ocr_inference.model_files import ModelFiles
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call, Reply
from ocr_inference.workers.messages import Message, receive_async, send_async
from ocr_inference.workers.worker import FAILED

PROGRAM = "ocr_inference.workers.worker"

ALLOCATOR = {
    # glibc keeps an arena a thread, and each would keep the memory of the largest page it saw.
    "MALLOC_ARENA_MAX": "2",
    # glibc raises this by itself to what was freed last, and then keeps pictures as holes in its heap.
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}


class WorkerGoneError(Exception):
    """The worker has ended, or does not answer as a worker."""


class Worker:
    """A process that has loaded the model."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._gone = False
        self.version = ""

    @classmethod
    async def start(cls, files: ModelFiles, settings: ServiceSettings) -> "Worker":
        """Start a process and let it load the model.

        Raises:
            UserError: the model cannot be loaded.
            WorkerGoneError: the process ended meanwhile.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", PROGRAM), stdin=theirs.fileno(), env={**ALLOCATOR, **os.environ}
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = cls(process, reader, writer)
        header = {
            "folder": str(files.folder),
            "sizes": [len(part) for part in files.parts],
            "settings": settings.model_dump(mode="json"),
        }
        try:
            worker.version = (await worker._exchange(Message(header, b"".join(files.parts)))).header["version"]
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Its number among the system's processes."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process is there and its connection open."""
        return not (self._gone or self._reader.at_eof())

    async def warm_up(self) -> None:
        """Wait until it has read something.

        Raises:
            UserError: it could not.
            WorkerGoneError: it ended meanwhile.
        """
        await self._exchange(None)

    async def ask(self, call: Call) -> Reply:
        """Let it answer a call; one at a time.

        Raises:
            WorkerGoneError: it ended meanwhile.
        """
        header = {"content_type": call.content_type, "attributes": call.attributes, "accept": call.accept}
        answer = await self._exchange(Message(header, call.body))
        return Reply(content=answer.body, **answer.header)

    def kill(self) -> None:
        """End it at once, whatever it is doing: it has nothing to lose."""
        self._gone = True
        self._writer.close()
        if self._process.returncode is None:
            # Not the process's own kill(), which collects the exit code of one that has just ended: the event loop
            # would then wait for a process that is no more.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it ends; the exit code, negative for a signal."""
        return await self._process.wait()

    async def _exchange(self, message: Message | None) -> Message:
        try:
            if message is not None:
                await send_async(self._writer, message)
            answer = await receive_async(self._reader)
        except (OSError, EOFError) as error:
            self._gone = True
            raise WorkerGoneError(f"Worker {self.pid} has ended.") from error
        if answer.header.get("state") == FAILED:
            raise UserError(answer.header["sentence"])
        return answer
