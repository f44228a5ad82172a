"""A small load: many pages through an endpoint from several clients at once, and how long each took."""

import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reading import Task, endpoint_name, invoke
from workbench.table import Shown, Table

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True)
class Load(Shown):
    """What a load run came to."""

    endpoint: str
    clients: int
    seconds: float
    milliseconds: tuple[float, ...] = field(repr=False)
    """Of each request that was answered, in the order of their ends."""
    errors: tuple[str, ...] = ()

    def percentile(self, share: int) -> float:
        """Milliseconds that `share` percent of the answered requests took at most; of none, not a number."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else float("nan")

    @property
    def pages_per_second(self) -> float:
        """Pages answered in a second."""
        return len(self.milliseconds) / self.seconds

    def table(self) -> Table:
        """Rate, percentiles and errors."""
        rows: list[tuple[str, object]] = [
            ("clients", self.clients),
            ("answered", len(self.milliseconds)),
            ("failed", len(self.errors)),
            ("pages per second", self.pages_per_second),
        ]
        if self.milliseconds:
            rows.append(("mean, ms", statistics.fmean(self.milliseconds)))
            rows += [(f"p{share}, ms", self.percentile(share)) for share in PERCENTILES]
        rows += [("an error", self.errors[0])] if self.errors else []
        return Table(f"load on {self.endpoint}", ("", ""), rows)


def load(
    project: Project,
    endpoint: str,
    pages: Sequence[Path | bytes],
    *,
    requests: int = 60,
    clients: int = 4,
    task: Task | None = None,
) -> Load:
    """Send `requests` pages, those given in turn, from `clients` at once, and measure.

    What is measured includes the way there and back. A refused page is counted, not raised. Raises WorkbenchError
    without a page.
    """
    if not pages:
        message = "no page was given: a load needs one at least"
        raise WorkbenchError(message)
    contents = [page if isinstance(page, bytes) else page.read_bytes() for page in pages]
    milliseconds: list[float] = []
    errors: list[str] = []
    lock = threading.Lock()

    def ask(number: int) -> None:
        try:
            reading = invoke(project, endpoint, contents[number % len(contents)], task)
        except WorkbenchError as error:
            with lock:
                errors.append(str(error))
            return
        with lock:
            milliseconds.append(reading.seconds * 1000)

    # botocore's clients are made under no lock of their own: made here, before the threads ask for one.
    project.client("sagemaker-runtime")
    begun = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(requests)))
    seconds = time.monotonic() - begun
    return Load(endpoint_name(project, endpoint), clients, seconds, tuple(milliseconds), tuple(errors))
