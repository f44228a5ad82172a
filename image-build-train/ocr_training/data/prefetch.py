"""Work done in a thread before it is asked for."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
POLL_SECONDS = 0.1
"""How soon the thread notices that nobody wants its items any more."""


def ahead(items: Callable[[], Iterator[Item]], count: int) -> Iterator[Item]:
    """The items, at most `count` of them made ahead in a thread of their own.

    What the thread raises is raised here. The thread ends when the iterator is closed.
    """
    producer = _Producer(items, count)
    try:
        yield from producer.consume()
    finally:
        producer.stop()


class _Producer(Generic[Item]):
    def __init__(self, items: Callable[[], Iterator[Item]], count: int) -> None:
        self._items = items
        self._ready: queue.Queue[Item | _End] = queue.Queue(count)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._produce, daemon=True)
        self._thread.start()

    def consume(self) -> Iterator[Item]:
        while not isinstance(item := self._ready.get(), _End):
            yield item
        if item.error:
            raise item.error

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _produce(self) -> None:
        end = _End()
        try:
            for item in self._items():
                self._offer(item)
                if self._stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised by the consumer
            end = _End(error)
        self._offer(end)

    def _offer(self, item: "Item | _End") -> None:
        while not self._stopped.is_set():
            try:
                self._ready.put(item, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
