"""The endpoint against rapidocr behind its own API server: ``python -m benchmarks.serve [--rounds 5 --pages 24]``.

The same detector, classifier and recogniser files, the same pages, in one run on the same cores, in turn. And our
server with the recogniser that training starts from, which is what a team's fine-tuned one is like. Prints a table and
writes build/bench/serve.json.
"""

import argparse
import http.client
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks import peer
from benchmarks.base_model import base_model
from benchmarks.drawn_pages import card, receipt
from benchmarks.images_report import rapidocr_model
from benchmarks.job import fresh
from benchmarks.result import FOLDER, Row, write_result
from benchmarks.server_process import Server, ServerError, ours
from images.catalogue import ROOT

WORK = FOLDER / "serve"
PEER = FOLDER / "peer"
CONCURRENCY = 8
WARM_UP = 2
WANTED = {"pages-c8": 1.5, "p50-c1": 1.25, "pages-c8-finetuned": 2.0}
"""Times better than the reference; 0.8 of its milliseconds is 1.25 times."""
WANTED_OVERHEAD = 2.0

Ask = Callable[[bytes], list[str]]


@dataclass
class Measured:
    """What one server did with one page, over the rounds."""

    seconds: list[float] = field(default_factory=list)
    """Of each request that was alone."""
    pages_per_second: list[float] = field(default_factory=list)
    """Of each round with as many callers as ``CONCURRENCY``."""


def our_texts(client: httpx.Client, page: bytes) -> list[str]:
    """The texts that our server reads on a page.

    Raises:
        httpx.HTTPStatusError: it refused the page.
    """
    response = client.post("/invocations", content=page, headers={"Content-Type": "image/jpeg"})
    response.raise_for_status()
    return [line["text"] for line in response.json()["pages"][0]["lines"]]


def overheads(server: Server, page: bytes, pages: int) -> list[float]:
    """What HTTP adds to the stages of each request, in milliseconds; by the standard library's plain client, as
    the share of a richer one is not the server's.

    Raises:
        ServerError: it refused the page.
    """
    found = []
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=300)
    with closing(connection):
        for _ in range(pages):
            start = time.perf_counter()
            connection.request("POST", "/invocations", page, {"Content-Type": "image/jpeg"})
            response = connection.getresponse()
            answer = response.read()
            seconds = time.perf_counter() - start
            if response.status != http.client.OK:
                raise ServerError(f"The page was answered {response.status}: {answer[:300]!r}")
            found.append(1000 * seconds - sum(json.loads(answer)["timings_ms"].values()))
    return found


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of all servers in turn (default: %(default)s)")
    parser.add_argument("--pages", type=int, default=24, help="a round at 8 callers (default: %(default)s)")
    asked = parser.parse_args()
    console = Console()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        rows = measure(asked.rounds, asked.pages, console)
    except (ServerError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 2
    show(rows, console)
    path = write_result("serve", rows)
    console.print(f"Written to {path.relative_to(ROOT)}")
    return 0


def measure(rounds: int, pages: int, console: Console) -> list[Row]:
    """All rows.

    Raises:
        ServerError: a server does not start.
        httpx.HTTPError: a server does not answer.
    """
    work = fresh(WORK)
    console.print("Preparing models and rapidocr's server")
    same = rapidocr_model(work / "same" / "model")
    finetuned = base_model(work / "finetuned" / "model")
    environment = peer.install(PEER)
    drawn = {"": card(), "receipt-": receipt()}
    with ExitStack() as stack:
        servers = (
            stack.enter_context(ours(same, work / "ours.log")),
            stack.enter_context(ours(finetuned, work / "finetuned.log")),
            stack.enter_context(peer.serving(environment, work / "peer.log")),
        )
        clients = [
            stack.enter_context(httpx.Client(base_url=server.address, trust_env=False, timeout=300))
            for server in servers
        ]
        asks: dict[str, Ask] = {
            "ours": lambda page: our_texts(clients[0], page),
            "finetuned": lambda page: our_texts(clients[1], page),
            "peer": lambda page: peer.read(clients[2], page),
        }
        texts = {(name, kind): ask(page) for name, ask in asks.items() for kind, page in drawn.items()}
        for ask in asks.values():
            for page in drawn.values():
                together(ask, page, WARM_UP * CONCURRENCY)
        added: list[float] = []
        found = {(name, kind): Measured() for name in asks for kind in drawn}
        for number in range(rounds):
            console.print(f"Round {number + 1} of {rounds}")
            added += overheads(servers[0], drawn[""], max(2, pages // 4))
            for kind, page in drawn.items():
                for name, ask in asks.items():
                    found[name, kind].seconds += [alone(ask, page) for _ in range(max(1, pages // 4))]
                for name, ask in asks.items():
                    found[name, kind].pages_per_second.append(together(ask, page, pages))
    return _rows(found, texts, added)


def alone(ask: Ask, page: bytes) -> float:
    """Seconds of one request."""
    start = time.perf_counter()
    ask(page)
    return time.perf_counter() - start


def together(ask: Ask, page: bytes, pages: int) -> float:
    """Pages a second with ``CONCURRENCY`` callers, each of which asks again when it is answered."""
    with ThreadPoolExecutor(CONCURRENCY) as callers:
        start = time.perf_counter()
        list(callers.map(ask, [page] * pages))
        return pages / (time.perf_counter() - start)


def same_text(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """The share of lines that both read the same, spaces aside, whatever their order: 0 to 1."""
    first, second = (Counter("".join(text.split()) for text in texts) for texts in (ours, theirs))
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the rows."""
    table = Table("what", "ours", "rapidocr_api", "times better", "wanted", "unit")
    for row in rows:
        reference, ratio = ("" if value is None else f"{value:.2f}" for value in (row.reference, row.ratio))
        wanted = f"{WANTED[row.what]:.2f}" if row.what in WANTED else ""
        if row.what == "overhead-ms":
            wanted = f"{WANTED_OVERHEAD:g} ms at most"
        table.add_row(row.what, f"{row.ours:.2f}", reference, ratio, wanted, row.unit)
    console.print(table)


def _rows(
    found: dict[tuple[str, str], Measured], texts: dict[tuple[str, str], list[str]], added: Sequence[float]
) -> list[Row]:
    rows = []
    for kind in ("", "receipt-"):
        mine, quick, theirs = (found[name, kind] for name in ("ours", "finetuned", "peer"))
        reference = median(theirs.pages_per_second)
        rows += [
            Row.compared(f"{kind}pages-c8", median(mine.pages_per_second), reference, "pages/s", more_is_better=True),
            Row.compared(
                f"{kind}p50-c1",
                1000 * median(mine.seconds),
                1000 * median(theirs.seconds),
                "ms",
                more_is_better=False,
            ),
            Row.compared(
                f"{kind}pages-c8-finetuned", median(quick.pages_per_second), reference, "pages/s", more_is_better=True
            ),
            Row.measured(f"{kind}same-text", same_text(texts["ours", kind], texts["peer", kind]), "share of lines"),
            Row.measured(f"{kind}lines", len(texts["peer", kind]), "lines read by rapidocr"),
        ]
    return [*rows, Row.measured("overhead-ms", median(added), "ms a request")]


if __name__ == "__main__":
    sys.exit(main())
