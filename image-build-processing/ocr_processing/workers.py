"""Examine documents on all cores, in order, holding only a few at a time."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice, takewhile
from multiprocessing.synchronize import Event

import cv2

from ocr_processing.document import Document, Reject
from ocr_processing.examine import Examined, Examiner, Rejected
from ocr_processing.readers import Item, PlannedDocument
from ocr_processing.split import Split

BATCH = 8
"""Documents a worker gets at once: enough that passing them on costs little even when each is one line."""

BATCHES_AHEAD = 3
"""Batches under way for each worker: they bound the memory."""

Task = tuple[int, Document | PlannedDocument, Split] | tuple[int, Reject]
Outcome = Examined | Rejected


def examine_all(
    items: Iterable[tuple[int, Item]],
    split: Callable[[str, Split | None], Split],
    examiner: Examiner,
    workers: int | None = None,
) -> Iterator[Outcome]:
    """The outcome of each item, in their order, whatever the number of processes (None: one a core).

    With each item comes its place in the corpus, which its outcome keeps.

    An exception of a worker is raised here, the first in the items' order.
    """
    tasks = (
        (place, item) if isinstance(item, Reject) else (place, item, split(item.name, item.own_split))
        for place, item in items
    )
    count = workers or _cores()
    if count == 1:
        for task in tasks:
            yield _outcome(examiner, task)
        return
    # Spawned, not forked: OpenCV's own threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    unwanted = context.Event()
    pool = ProcessPoolExecutor(count, context, _start_worker, (examiner, unwanted))
    try:
        yield from _in_order(pool, tasks, count * BATCHES_AHEAD)
    finally:
        # Asked, not killed: the pool waits for ever for the other half of a result whose writer is dead.
        unwanted.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    """The cores that this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_order(pool: ProcessPoolExecutor, tasks: Iterator[Task], ahead: int) -> Iterator[Outcome]:
    pending: deque[Future[list[Outcome]]] = deque()
    while True:
        while len(pending) < ahead and (batch := list(islice(tasks, BATCH))):
            pending.append(pool.submit(_examine_batch, batch))
        if not pending:
            return
        yield from pending.popleft().result()


_examiner: Examiner | None = None
_unwanted: Event | None = None


def _start_worker(examiner: Examiner, unwanted: Event) -> None:
    global _examiner, _unwanted
    _examiner, _unwanted = examiner, unwanted
    cv2.setNumThreads(1)
    # A terminal's Ctrl-C goes to every process: the one that started this one says when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _examine_batch(batch: list[Task]) -> list[Outcome]:
    """The outcomes of a batch; of its first documents only once nobody wants them.

    A batch of large pages can take longer than the platform leaves to a stopped job.
    """
    if _examiner is None or _unwanted is None:
        raise RuntimeError("a worker process was given documents before its examiner")
    return [_outcome(_examiner, task) for task in takewhile(lambda _: not _unwanted.is_set(), batch)]


def _outcome(examiner: Examiner, task: Task) -> Outcome:
    if len(task) == 2:
        place, reject = task
        return Rejected(reject, place=place)
    place, item, split = task
    return examiner.examine(item, split, place)
