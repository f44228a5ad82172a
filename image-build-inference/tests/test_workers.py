"""Workers that are overloaded, slow, killed and replaced: real processes, stopped and killed by real signals."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import numpy.typing as npt
import pytest

from ocr_inference.failure import UserError
from ocr_inference.model_files import ModelFiles
from ocr_inference.server import ATTRIBUTES_HEADER, create_app
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call
from ocr_inference.workers.pool import OverdueError, WorkerPool
from ocr_inference.workers.process import WorkerGoneError
from ocr_inference.workers.sizing import WORKER_BYTES, worker_count

LINE = {ATTRIBUTES_HEADER: "task=recognition", "content-type": "image/png"}
PATIENCE = 60.0

Draw = Callable[[str], npt.NDArray[np.uint8]]
Encode = Callable[[npt.NDArray[np.uint8]], bytes]


@pytest.fixture(scope="module")
def line(draw_stripes: Draw, to_png: Encode) -> bytes:
    return to_png(draw_stripes("HEAD"))


@asynccontextmanager
async def pool_of(model: Path, size: int = 1, **settings: float) -> AsyncIterator[WorkerPool]:
    """Workers that are ready."""
    pool = WorkerPool(ModelFiles.read(model), ServiceSettings.model_validate({"threads": 1, **settings}), size)
    try:
        async with asyncio.timeout(PATIENCE):
            await pool.start()
            await until(lambda: len(pool.pids) == size)
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def client_of(model: Path, **settings: float) -> AsyncIterator[tuple[httpx.AsyncClient, WorkerPool]]:
    """The application over one worker, without a socket between."""
    async with pool_of(model, **settings) as pool:
        app = create_app(pool, ServiceSettings.model_validate(settings))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=PATIENCE) as client:
            yield client, pool


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def soon(seconds: float = PATIENCE) -> float:
    return asyncio.get_running_loop().time() + seconds


def run(test: Awaitable[None]) -> None:
    async def whole() -> None:
        await test

    asyncio.run(whole())


def test_a_worker_that_is_killed_over_a_call_is_replaced_and_the_call_is_told(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with client_of(stripe_model) as (client, pool):
            (pid,) = pool.pids
            os.kill(pid, signal.SIGSTOP)
            call = asyncio.create_task(client.post("/invocations", content=line, headers=LINE))
            await until(lambda: not pool.idle)
            os.kill(pid, signal.SIGKILL)
            answer = await call
            assert answer.status_code == 503
            assert "try again" in answer.json()["error"]
            assert answer.headers["retry-after"].isdigit()
            assert (await client.get("/ping")).status_code == 503
            await until(lambda: bool(pool.pids))
            assert (await client.get("/ping")).status_code == 200
            assert pool.pids != [pid]
            assert "HEAD" in (await client.post("/invocations", content=line, headers=LINE)).text

    run(test())


def test_an_idle_worker_that_is_killed_costs_no_call(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with pool_of(stripe_model, size=2) as pool:
            os.kill(pool.pids[0], signal.SIGKILL)
            await until(lambda: len(pool.pids) == 1)
            call = Call(line, attributes="task=recognition")
            assert [(await pool.ask(call, await soon()))[0].status for _ in range(3)] == [200] * 3
            await until(lambda: len(pool.pids) == 2)

    run(test())


def test_a_call_that_takes_too_long_is_ended_and_its_worker_freed(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with client_of(stripe_model, max_seconds=0.5) as (client, pool):
            (pid,) = pool.pids
            os.kill(pid, signal.SIGSTOP)
            answer = await client.post("/invocations", content=line, headers=LINE)
            assert answer.status_code == 503
            assert "longer than the 0.5 seconds" in answer.json()["error"]
            assert "retry-after" not in answer.headers, "the same would happen again"
            await until(lambda: pool.pids not in ([], [pid]))
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    run(test())


def test_a_call_that_waits_too_long_is_told_without_harm_to_the_one_before(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with pool_of(stripe_model) as pool:
            (pid,) = pool.pids
            os.kill(pid, signal.SIGSTOP)
            first = asyncio.create_task(pool.ask(Call(line), await soon()))
            await until(lambda: not pool.idle)
            with pytest.raises(OverdueError) as overdue:
                await pool.ask(Call(line), await soon(0.1))
            assert not overdue.value.begun
            os.kill(pid, signal.SIGCONT)
            assert (await first)[0].status == 200
            assert pool.pids == [pid]

    run(test())


def test_a_request_too_many_is_told_at_once_when_to_come_again(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with client_of(stripe_model, max_waiting=2) as (client, pool):
            (pid,) = pool.pids
            os.kill(pid, signal.SIGSTOP)
            admitted = [asyncio.create_task(client.post("/invocations", content=line, headers=LINE)) for _ in range(2)]
            await until(lambda: not pool.idle)
            await asyncio.sleep(0)
            refused = await client.post("/invocations", content=line, headers=LINE)
            os.kill(pid, signal.SIGCONT)
            assert refused.status_code == 503
            assert "2 requests are already waiting" in refused.json()["error"]
            assert int(refused.headers["retry-after"]) >= 1
            assert [(await each).status_code for each in admitted] == [200, 200]
            assert (await client.post("/invocations", content=line, headers=LINE)).status_code == 200

    run(test())


def test_calls_are_begun_in_the_order_in_which_they_came(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        done: list[int] = []

        async def ask(number: int) -> None:
            await pool.ask(Call(line), await soon())
            done.append(number)

        async with pool_of(stripe_model) as pool:
            os.kill(pool.pids[0], signal.SIGSTOP)
            asked = [asyncio.create_task(ask(number)) for number in range(5)]
            await until(lambda: not pool.idle)
            os.kill(pool.pids[0], signal.SIGCONT)
            await asyncio.gather(*asked)
        assert done == list(range(5))

    run(test())


def test_a_caller_that_gives_up_does_not_leave_its_answer_to_the_next(
    stripe_model: Path, line: bytes, draw_stripes: Draw, to_png: Encode
) -> None:
    async def test() -> None:
        async with pool_of(stripe_model) as pool:
            os.kill(pool.pids[0], signal.SIGSTOP)
            given_up = asyncio.create_task(pool.ask(Call(line, attributes="task=recognition"), await soon()))
            await until(lambda: not pool.idle)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            other = Call(to_png(draw_stripes("BEEF")), attributes="task=recognition")
            assert b"BEEF" in (await pool.ask(other, await soon()))[0].content

    run(test())


def test_closing_ends_a_worker_that_does_not_listen(stripe_model: Path, line: bytes) -> None:
    async def test() -> None:
        async with pool_of(stripe_model) as pool:
            (pid,) = pool.pids
            os.kill(pid, signal.SIGSTOP)
            call = asyncio.create_task(pool.ask(Call(line), await soon()))
            await until(lambda: not pool.idle)
        with pytest.raises(WorkerGoneError):
            await call
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    run(test())


def test_a_model_that_cannot_be_loaded_is_the_servers_failure(stripe_model: Path) -> None:
    async def test() -> None:
        files = ModelFiles.read(stripe_model)
        pool = WorkerPool(ModelFiles(files.folder, files.config, b"junk"), ServiceSettings(), 1)
        try:
            with pytest.raises(UserError, match=r"model\.onnx is not a model"):
                await pool.start()
        finally:
            await pool.close()

    run(test())


@pytest.mark.parametrize(
    ("settings", "cores", "memory", "workers"),
    [
        ({}, 2, 8 * WORKER_BYTES, 2),
        ({}, 8, 4 * WORKER_BYTES, 4),
        ({}, 6, WORKER_BYTES // 2, 1),
        ({"workers": 3}, 2, WORKER_BYTES, 3),
        ({"provider": "cuda"}, 8, 32 * WORKER_BYTES, 1),
    ],
)
def test_there_are_as_many_workers_as_cores_and_memory_allow(
    settings: dict[str, object], cores: int, memory: int, workers: int
) -> None:
    assert worker_count(ServiceSettings.model_validate(settings), cores, memory) == workers
