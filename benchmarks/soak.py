"""The endpoint at twice what it can do: ``python -m benchmarks.soak [--requests 20000] [--seed 17]``.

First its capacity is measured on the same mix; then requests come at twice that rate, whether or not it keeps up. Each
must be answered: 200, a 4xx for what is malformed, or 503 at once. Prints a table and writes build/bench/soak.json.
Exit code 1: an answer was none of these, memory grew by more than 5%, or accepted requests waited beyond the bound.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median, quantiles

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.base_model import base_model
from benchmarks.job import fresh
from benchmarks.result import FOLDER, Row, write_result
from benchmarks.server_process import Server, ServerError, ours
from benchmarks.traffic import Request, requests
from images.catalogue import ROOT
from ocr_inference.service_settings import ServiceSettings

WORK = FOLDER / "soak"
OVERLOAD = 2.0
CAPACITY_CALLERS = 8
SETTLED = 1000
"""Requests after which memory must not grow any more."""
SAMPLE_SECONDS = 0.5
GROWTH_LIMIT = 0.05
WAITING = ServiceSettings().max_waiting
P99_TIMES = 3.0
"""The bound of accepted requests, as a multiple of what a full queue takes: all that wait, at the measured capacity."""


@dataclass
class Soak:
    """What was answered, and what the server had in memory meanwhile."""

    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    accepted_seconds: list[float] = field(default_factory=list)
    memory: list[tuple[int, int]] = field(default_factory=list)
    """How many requests had been sent, and the bytes."""

    @property
    def sent(self) -> int:
        """Requests that have an answer, or lost it."""
        return self.statuses.total() + self.unexpected["lost"]


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000, help="at twice the capacity (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=17, help="of the mix (default: %(default)s)")
    asked = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    console = Console()
    work = fresh(WORK)
    try:
        model = base_model(work / "model")
        with ours(model, work / "server.log") as server:
            capacity, soak = asyncio.run(_run(server, asked.requests, asked.seed, console))
    except ServerError as error:
        print(error, file=sys.stderr)
        return 2
    rows = soak_rows(soak, capacity, min(SETTLED, asked.requests // 4))
    show(rows, soak, capacity, console)
    path = write_result("soak", rows)
    console.print(f"Written to {path.relative_to(ROOT)}; the server's log is {(work / 'server.log').relative_to(ROOT)}")
    return 0 if holds(rows, capacity) else 1


async def _run(server: Server, number: int, seed: int, console: Console) -> tuple[float, Soak]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=120, limits=limits) as client:
        stream = requests(seed)
        console.print("Measuring the capacity")
        await _at_capacity(client, islice(stream, max(40, number // 50)))  # the first ones are slower
        capacity = await _at_capacity(client, islice(stream, max(80, number // 20)))
        rate = OVERLOAD * capacity
        console.print(f"{capacity:.1f} requests/s; {number} at {rate:.1f}/s take {number / rate:.0f} s")
        return capacity, await _overloaded(client, server, islice(stream, number), rate)


async def _at_capacity(client: httpx.AsyncClient, traffic: Iterator[Request]) -> float:
    """Requests a second when each caller waits for its answer."""
    answered = 0

    async def call() -> None:
        nonlocal answered
        for request in traffic:
            response = await client.post("/invocations", content=request.body, headers=request.headers)
            if not request.is_answered_right(response.status_code):
                raise ServerError(f"{request.content_type} {request.attributes} was answered {response.status_code}.")
            answered += 1

    start = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(CAPACITY_CALLERS)))
    return answered / (time.perf_counter() - start)


async def _overloaded(client: httpx.AsyncClient, server: Server, traffic: Iterator[Request], rate: float) -> Soak:
    """Send requests at a rate that nothing slows down."""
    soak = Soak()

    async def call(request: Request) -> None:
        start = time.perf_counter()
        try:
            response = await client.post("/invocations", content=request.body, headers=request.headers)
        except httpx.HTTPError:
            soak.unexpected["lost"] += 1
            return
        soak.statuses[response.status_code] += 1
        if response.status_code == httpx.codes.OK:
            soak.accepted_seconds.append(time.perf_counter() - start)
        if not request.is_answered_right(response.status_code):
            kind = "malformed" if request.malformed else "sound"
            soak.unexpected[f"{response.status_code} for a {kind} request"] += 1

    async def sample() -> None:
        while True:
            soak.memory.append((soak.sent, await asyncio.to_thread(server.resident_bytes)))
            await asyncio.sleep(SAMPLE_SECONDS)

    sampler = asyncio.create_task(sample())
    start = time.perf_counter()
    calls: set[asyncio.Task[None]] = set()
    for place, request in enumerate(traffic):
        await asyncio.sleep(max(0.0, start + place / rate - time.perf_counter()))
        task = asyncio.create_task(call(request))
        calls.add(task)
        task.add_done_callback(calls.discard)
    await asyncio.gather(*calls)
    sampler.cancel()
    soak.memory.append((soak.sent, server.resident_bytes()))
    return soak


def soak_rows(soak: Soak, capacity: float, settled: int) -> list[Row]:
    """The rows; memory is compared between the requests after ``settled`` and as many at the end."""
    after = [size for sent, size in soak.memory if settled <= sent < 2 * settled]
    end = [size for sent, size in soak.memory if sent >= soak.sent - settled]
    growth = median(end) / median(after or end) - 1
    seconds = soak.accepted_seconds
    p99 = quantiles(seconds, n=100)[98] if len(seconds) > 1 else 0.0
    return [
        Row.measured("requests", soak.sent, "requests"),
        Row.measured("unexpected", soak.unexpected.total(), "requests"),
        Row.measured("memory-growth", growth, "share of what it was after the first thousand"),
        Row.measured("memory", median(end) / 2**20, "MB resident, shared pages counted for each process"),
        Row.measured("capacity", capacity, "requests/s"),
        Row.measured("p99-accepted", p99, "s"),
        *(Row.measured(f"status-{status}", number, "requests") for status, number in sorted(soak.statuses.items())),
    ]


def holds(rows: list[Row], capacity: float) -> bool:
    """Whether all figures are within their limits."""
    figures = {row.what: row.ours for row in rows}
    return (
        figures["unexpected"] == 0
        and figures["memory-growth"] <= GROWTH_LIMIT
        and figures["p99-accepted"] <= p99_bound(capacity)
    )


def p99_bound(capacity: float) -> float:
    """Seconds within which 99 of 100 accepted requests must be answered."""
    return P99_TIMES * WAITING / capacity


def show(rows: list[Row], soak: Soak, capacity: float, console: Console) -> None:
    """Print the rows, and what was unexpected."""
    limits = {"unexpected": 0.0, "memory-growth": GROWTH_LIMIT, "p99-accepted": p99_bound(capacity)}
    table = Table("what", "figure", "at most", "unit")
    for row in rows:
        limit = f"{limits[row.what]:.4g}" if row.what in limits else ""
        table.add_row(row.what, f"{row.ours:.4g}", limit, row.unit)
    console.print(table)
    for what, number in soak.unexpected.most_common():
        console.print(f"unexpected: {what}, {number} times")


if __name__ == "__main__":
    sys.exit(main())
