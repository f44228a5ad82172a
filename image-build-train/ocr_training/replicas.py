"""Several processes that learn together: each takes its share of every batch, and gradients are averaged.

On a CPU, Paddle keeps one core busy with batches as small as fine-tuning wants them; one process a core keeps all.
"""

import contextlib
import io
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

log = logging.getLogger(__name__)

RANK = "PADDLE_TRAINER_ID"
SIZE = "PADDLE_TRAINERS_NUM"
JOIN_SECONDS = 60
GRACE_SECONDS = 15


@dataclass(frozen=True)
class Replicas:
    """This process's number among `size` ones; number 0 validates, logs and writes."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that reports."""
        return self.rank == 0


ALONE = Replicas()


def wanted_processes(asked: int) -> int:
    """As many as asked for, or one for each core that this process may use, four at the most."""
    return asked or min(4, len(os.sched_getaffinity(0)))


@contextlib.contextmanager
def replicas(processes: int) -> Iterator[Replicas]:
    """Start the other processes (or, in one of them, join) and connect all over loopback.

    To be entered before paddle is imported, because the libraries below it read their thread counts then.
    Raises RuntimeError when one of the others ends with an error.
    """
    if RANK in os.environ:
        yield _connect(Replicas(int(os.environ[RANK]), int(os.environ[SIZE])))
        return
    if processes == 1:
        yield ALONE
        return
    threads = str(max(1, len(os.sched_getaffinity(0)) // processes))
    endpoints = [f"127.0.0.1:{port}" for port in _free_ports(processes)]
    os.environ.update(OMP_NUM_THREADS=threads, PADDLE_DISTRI_BACKEND="gloo")
    # Paddle announces every connection otherwise.
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.update(PADDLE_MASTER=endpoints[0], PADDLE_TRAINER_ENDPOINTS=",".join(endpoints))
    os.environ[SIZE] = str(processes)
    others = [_start(rank, endpoints[rank]) for rank in range(1, processes)]
    os.environ.update({RANK: "0", "PADDLE_CURRENT_ENDPOINT": endpoints[0]})
    for other in others:
        threading.Thread(target=_watch, args=(other,), daemon=True).start()
    try:
        yield _connect(Replicas(0, processes))
        for other in others:
            if other.wait(timeout=JOIN_SECONDS):
                raise RuntimeError(f"training process {other.args!r} ended with exit code {other.returncode}")
    finally:
        for other in others:
            other.kill()
            other.wait()


def _start(rank: int, endpoint: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, RANK: str(rank), "PADDLE_CURRENT_ENDPOINT": endpoint}
    return subprocess.Popen([sys.executable, "-m", "ocr_training", "train"], env=environment)


def _watch(other: "subprocess.Popen[bytes]") -> None:
    """End this process when another one failed: it would wait for the other's gradients for ever."""
    if other.wait() > 0:
        # What ends the other for a reason in the input ends this process too, with a better message.
        time.sleep(GRACE_SECONDS)
        log.critical("training process %d ended with exit code %d", other.pid, other.returncode)
        os._exit(1)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def _connect(this: Replicas) -> Replicas:
    from paddle import distributed

    # It prints every flag that differs from its default, on each start.
    with contextlib.redirect_stderr(io.StringIO()):
        distributed.init_parallel_env()
    return this
