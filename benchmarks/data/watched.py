"""Run Preprocess, and watch how far it is, and what it takes of memory and processors."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from benchmarks.job import JobError, lines_of

SAMPLE_SECONDS = 0.25
FOUND = re.compile(r"^Found \w+: ")
PROGRESS = re.compile(r"^(Read|Reading:) (\d+) documents, (\d+) lines, (\d+) rejected")


@dataclass(frozen=True)
class Point:
    """Where the job was: seconds since its start, what it had read, and the processor seconds of its processes."""

    seconds: float
    documents: int
    lines: int
    rejected: int
    processor: float


@dataclass
class Watched:
    """A run of Preprocess: its points, its whole time, and its memory at the highest.

    The first point is that at which it knows what to read, before its processes are started; the last is after the
    last document, when the LMDB files are closed.
    """

    points: list[Point] = field(default_factory=list)
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def busy(self) -> float:
        """Processors kept busy from the second point to the last."""
        first, last = self._measured
        return (last.processor - first.processor) / (last.seconds - first.seconds)

    @property
    def lines_per_second(self) -> float:
        """From the second point to the last."""
        first, last = self._measured
        return (last.lines - first.lines) / (last.seconds - first.seconds)

    @property
    def _measured(self) -> tuple[Point, Point]:
        """Without the start of the processes, unless the run was so short that its log tells of its end alone."""
        return self.points[1 if len(self.points) > 2 else 0], self.points[-1]


class Processes:
    """A process and all below it."""

    def __init__(self, number: int) -> None:
        self._job = psutil.Process(number)

    def megabytes(self) -> float:
        """Resident memory of all of them summed: what several share counts in each."""
        resident = 0
        for process in self._all():
            with suppress(psutil.NoSuchProcess):
                resident += process.memory_info().rss
        return resident / 2**20

    def processor(self) -> float:
        """Processor seconds of all of them, those that have ended included."""
        seconds = 0.0
        for process in self._all():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                # Whoever ended and was waited for counts as its parent's.
                seconds += times.user + times.system + times.children_user + times.children_system
        return seconds

    def _all(self) -> list[psutil.Process]:
        try:
            return [self._job, *self._job.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def preprocess(base: Path, *arguments: str) -> Watched:
    """Run Preprocess on what lies in the emulated /opt/ml.

    Raises:
        JobError: it failed, or went through the documents twice.
    """
    watched = Watched()
    processes: list[Processes] = []
    began = time.monotonic()

    def start(number: int) -> None:
        processes.append(Processes(number))

    with _sampled(processes, watched):
        log = lines_of(base, "ocr_processing.preprocess", *arguments, started=start)
        ended = 0
        for line in log:
            if FOUND.match(line) and not watched.points:
                watched.points.append(Point(time.monotonic() - began, 0, 0, 0, processes[0].processor()))
            if found := PROGRESS.match(line):
                documents, lines, rejected = (int(count) for count in found.groups()[1:])
                now = time.monotonic() - began
                watched.points.append(Point(now, documents, lines, rejected, processes[0].processor()))
                ended += found[1] == "Read"
    watched.seconds = time.monotonic() - began
    if ended != 1:
        raise JobError(
            f"Preprocess in {base} went through its documents {ended} times, expected once: "
            "copies among them, or a split without any, make it twice."
        )
    return watched


@contextmanager
def _sampled(processes: list[Processes], watched: Watched) -> Iterator[None]:
    done = threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLE_SECONDS):
            if processes:
                watched.megabytes = max(watched.megabytes, processes[0].megabytes())

    sampler = threading.Thread(target=sample, name="memory")
    sampler.start()
    try:
        yield
    finally:
        done.set()
        sampler.join()
