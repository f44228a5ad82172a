"""All executions of this sandbox, in memory and on file."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.codepipeline.record import ExecutionRecord, now, save_executions


class Journal:
    """Keeps the records; thread-safe. Whoever changes one does so inside `change`, which puts it on file."""

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.RLock()
        self._executions: list[ExecutionRecord] = []

    @contextmanager
    def change(self, record: ExecutionRecord | None = None) -> Iterator[None]:
        """Alone for a moment with all records; what was changed is written when it ends."""
        with self._lock:
            try:
                yield
            finally:
                if record is not None:
                    record.updated = now()
                save_executions(self._path, self._executions)

    def add(self, pipeline: str, make: Callable[[int], ExecutionRecord]) -> ExecutionRecord:
        """Add the record that `make` gives for the next number of the pipeline."""
        with self.change():
            record = make(len(self.executions(pipeline)) + 1)
            self._executions.append(record)
        return record

    def executions(self, pipeline: str) -> list[ExecutionRecord]:
        """A pipeline's executions as they are now, oldest first."""
        with self._lock:
            return [record.model_copy(deep=True) for record in self._executions if record.pipeline == pipeline]
