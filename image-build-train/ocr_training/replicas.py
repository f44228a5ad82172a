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
from collections.abc import Iterator
from dataclasses import dataclass

from ocr_training.termination import Termination, signals_held

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
def replicas(processes: int, termination: Termination) -> Iterator[Replicas]:
    """Start the other processes (or, in one of them, join) and connect all over loopback.

    To be entered before paddle is imported, because the libraries below it read their thread counts then.
    Raises RuntimeError when one of the others ends with an error.
    """
    if RANK in os.environ:
        yield _connect(Replicas(int(os.environ[RANK]), int(os.environ[SIZE])), termination)
        return
    if processes == 1:
        _import_paddle(termination)
        yield ALONE
        return
    threads = str(max(1, len(os.sched_getaffinity(0)) // processes))
    endpoints = [f"127.0.0.1:{port}" for port in _free_ports(processes)]
    os.environ.update(OMP_NUM_THREADS=threads, PADDLE_DISTRI_BACKEND="gloo")
    # By the host's name otherwise, which a container without a network cannot resolve.
    os.environ["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"
    # Paddle announces every connection otherwise.
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.update(PADDLE_MASTER=endpoints[0], PADDLE_TRAINER_ENDPOINTS=",".join(endpoints))
    os.environ[SIZE] = str(processes)
    others = termination.others
    with signals_held():
        others += (_start(rank, endpoints[rank]) for rank in range(1, processes))
    os.environ.update({RANK: "0", "PADDLE_CURRENT_ENDPOINT": endpoints[0]})
    ending = threading.Event()
    for other in others:
        threading.Thread(target=_watch, args=(other, others, ending), daemon=True).start()
    try:
        yield _connect(Replicas(0, processes), termination)
        for other in others:
            if other.wait(timeout=JOIN_SECONDS):
                raise RuntimeError(f"training process {other.args!r} ended with exit code {other.returncode}")
    finally:
        ending.set()
        for other in others:
            other.kill()
            other.wait()


def _start(rank: int, endpoint: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, RANK: str(rank), "PADDLE_CURRENT_ENDPOINT": endpoint}
    return subprocess.Popen([sys.executable, "-m", "ocr_training", "train"], env=environment)


def _watch(other: "subprocess.Popen[bytes]", others: list["subprocess.Popen[bytes]"], ending: threading.Event) -> None:
    """End all processes when one failed or was killed: they would wait for its gradients for ever."""
    # What ends the other for a reason in the input ends this process too, with a better message.
    if other.wait() and not ending.wait(GRACE_SECONDS):
        log.critical("training process %d ended with exit code %d", other.pid, other.returncode)
        for each in others:
            each.kill()
        os._exit(1)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def _import_paddle(termination: Termination) -> None:
    # Paddle installs a handler of its own for SIGTERM, which aborts.
    with signals_held():
        import paddle  # noqa: F401 - for the others, which find it imported

        termination.handle()


def _connect(this: Replicas, termination: Termination) -> Replicas:
    _import_paddle(termination)
    from paddle import distributed

    # It prints every flag that differs from its default, on each start.
    with contextlib.redirect_stderr(io.StringIO()):
        distributed.init_parallel_env()
    return this
