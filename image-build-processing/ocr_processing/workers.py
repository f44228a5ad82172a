"""Examine documents on all cores, in order, holding only a few at a time."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice

import cv2

from ocr_processing.document import Document, Reject
from ocr_processing.examine import Examined, Examiner, Rejected
from ocr_processing.readers import Item, PlannedDocument
from ocr_processing.split import Split

BATCH = 8
"""Documents a worker gets at once: enough that passing them on costs little even when each is one line."""

BATCHES_AHEAD = 3
"""Batches under way for each worker: they bound the memory."""

Task = tuple[Document | PlannedDocument, Split] | Reject
Outcome = Examined | Rejected


def examine_all(
    items: Iterable[Item], split: Callable[[str, Split | None], Split], examiner: Examiner, workers: int | None = None
) -> Iterator[Outcome]:
    """The outcome of each item, in their order, whatever the number of processes (None: one a core).

    An exception of a worker is raised here, the first in the items' order.
    """
    tasks = (item if isinstance(item, Reject) else (item, split(item.name, item.own_split)) for item in items)
    count = workers or _cores()
    if count == 1:
        for task in tasks:
            yield _outcome(examiner, task)
        return
    # Spawned, not forked: OpenCV's own threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, _start_worker, (examiner,)) as pool:
        try:
            yield from _in_order(pool, tasks, count * BATCHES_AHEAD)
        except BaseException:
            # Nobody wants what they are at, and a batch of large pages can take longer than a stopped job has.
            for worker in multiprocessing.active_children():
                worker.kill()
            raise
        finally:
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


def _start_worker(examiner: Examiner) -> None:
    global _examiner
    _examiner = examiner
    cv2.setNumThreads(1)


def _examine_batch(batch: list[Task]) -> list[Outcome]:
    if _examiner is None:
        raise RuntimeError("a worker process was given documents before its examiner")
    return [_outcome(_examiner, task) for task in batch]


def _outcome(examiner: Examiner, task: Task) -> Outcome:
    return Rejected(task) if isinstance(task, Reject) else examiner.examine(*task)
