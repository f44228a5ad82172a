"""Several processes that learn together: each takes its share of every batch, and gradients are averaged.

One process for each GPU of each host; on CPUs one for each core, because Paddle keeps one core busy with batches as
small as fine-tuning wants them.
"""

import contextlib
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ocr_training.errors import UserError
from ocr_training.parallel.crew import Crew
from ocr_training.parallel.devices import Devices
from ocr_training.parallel.following import Following, reach
from ocr_training.parallel.leading import Leading
from ocr_training.parallel.link import GRACE_SECONDS, Alone, Fail, Link
from ocr_training.parallel.resources import Resources, first_host
from ocr_training.termination import Termination, signals_held

LOCAL = "OCR_TRAINING_PROCESS"
"""The environment variable with the number of a process on its host, for all but the first one."""
LEADER = "OCR_TRAINING_LEADER"
"""The environment variable that tells them where the leading process listens."""
LOOPBACK = "127.0.0.1"
PART_SECONDS = 60


@dataclass(frozen=True)
class Replicas:
    """This process's number among `size` ones; number 0 logs and writes."""

    rank: int = 0
    size: int = 1
    link: Link = field(default_factory=Alone, compare=False, repr=False)
    device: str = "cpu"
    """What Paddle calls the device that this process computes on."""
    cards: int = 1
    """The job's GPUs, or on CPUs its hosts: what has a whole batch of PaddleOCR's `batch_size_per_card`."""

    @property
    def on_host(self) -> bool:
        """Whether this process computes on the CPU."""
        return self.device == "cpu"

    @property
    def leads(self) -> bool:
        """Whether this is the process that reports."""
        return self.rank == 0


ALONE = Replicas()


def heads_host() -> bool:
    """Whether this is the process that the container was started with."""
    return LOCAL not in os.environ


@contextlib.contextmanager
def replicas(
    resources: Resources, devices: Devices, join_seconds: float, fail: Fail, termination: Termination
) -> Iterator[Replicas]:
    """Start this host's other processes (or, in one of them, join), and connect all.

    `fail` notes the sentence with which the job ends when another process is the reason. To be entered before Paddle is
    imported, because the libraries below it read their thread counts then. Raises UserError when a host does not come,
    and what the body raises in the words that all processes end with; RuntimeError when a process does not end with the
    others.
    """
    # numpy's: several of them wait for each other longer than they multiply, and for ever where cores are shared.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    local = int(os.environ.get(LOCAL, "0"))
    crew = Crew(resources.in_order, devices.processes, resources.in_order.index(resources.current_host), local)
    if crew.size == 1:
        _import_paddle(termination)
        yield Replicas(device=devices.name(0))
        return
    if devices.processes > 1:
        os.environ["OMP_NUM_THREADS"] = str(max(1, len(os.sched_getaffinity(0)) // devices.processes))
    # Paddle announces every connection otherwise.
    os.environ.setdefault("GLOG_minloglevel", "2")
    # By the host's name otherwise, which a container without a network cannot resolve.
    os.environ.update(dict.fromkeys(("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"), _interface(resources)))
    with _others_ended(termination):
        link, address, port = _link(crew, resources, join_seconds, fail, termination)
        try:
            connect(crew, devices, address, port())
            cards = crew.size if devices.kind == "gpu" else len(crew.hosts)
            yield Replicas(crew.rank, crew.size, link, devices.name(local), cards)
            link.finish(PART_SECONDS)
            for other in termination.others:
                other.wait(PART_SECONDS)
        except UserError as error:
            raise UserError(link.settle(str(error))) from error
        except Exception as error:
            # When another process is gone, this one only sees that an exchange fails. What is known of it comes first.
            time.sleep(3 * GRACE_SECONDS)
            reason = f"{type(error).__name__}: {error}"
            if (settled := link.settle(reason)) != reason:
                raise UserError(settled) from error
            raise


def _link(
    crew: Crew, resources: Resources, seconds: float, fail: Fail, termination: Termination
) -> tuple[Link, str, Callable[[], int]]:
    """The link, the leading process's address, and what waits until all are there and knows at which port they meet."""
    if not crew.heads_host:
        address, _, at = os.environ[LEADER].rpartition(":")
        follower = Following(reach((address, int(at)), crew.name(0), seconds), crew, fail, termination)
        _import_paddle(termination)
        return follower, address, follower.port
    address, number = (LOOPBACK, 0) if len(crew.hosts) == 1 else first_host(resources)
    if crew.host:
        _start_others(crew, f"{address}:{number}", termination)
        link: Link
        link = follower = Following(reach((address, number), crew.name(0), seconds), crew, fail, termination)
        port = follower.port
    else:
        server = _listen("" if len(crew.hosts) > 1 else LOOPBACK, number, crew.size)
        address = LOOPBACK
        _start_others(crew, f"{LOOPBACK}:{server.getsockname()[1]}", termination)
        link = leader = Leading(server, crew, fail, termination)

        def port() -> int:
            leader.gather(seconds)
            # Somebody else might take it from here to there, as any port that is not held; the job fails then.
            leader.go(found := _free_port())
            return found

    for rank, other in enumerate(termination.others, start=crew.rank + 1):
        threading.Thread(target=_watch, args=(other, crew.name(rank), link), daemon=True).start()
    _import_paddle(termination)
    return link, address, port


@contextlib.contextmanager
def _others_ended(termination: Termination) -> Iterator[None]:
    try:
        yield
    finally:
        termination.kill_others()


def _start_others(crew: Crew, leader: str, termination: Termination) -> None:
    """Start the other processes of this host."""
    with signals_held():
        termination.others += (
            subprocess.Popen(
                [sys.executable, "-m", "ocr_training", "train"],
                env={**os.environ, LOCAL: str(local), LEADER: leader},
            )
            for local in range(1, crew.processes)
        )


def _watch(other: "subprocess.Popen[bytes]", name: str, link: Link) -> None:
    """Let the job fail when one of this host's processes did; its own reason, if it could tell one, is there before."""
    code = other.wait()
    if code and not link.termination.leaving:
        how = f"was killed by signal {-code}; look at the log, and at its memory" if code < 0 else f"exited with {code}"
        link.report(f"{name} {how}")


def _listen(address: str, port: int, backlog: int) -> socket.socket:
    try:
        return socket.create_server((address, port), backlog=backlog)
    except OSError as error:
        raise UserError(
            f"this host leads and cannot listen at port {port} ({error}); set the environment variable MASTER_PORT to "
            "a free port on all hosts"
        ) from error


def _free_port() -> int:
    with socket.create_server(("", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _interface(resources: Resources) -> str:
    """The network interface by which the processes reach each other. Raises UserError when it is not there."""
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    if len(resources.hosts) == 1:
        return loopback
    there = [name for _, name in socket.if_nameindex()]
    asked = resources.network_interface_name
    if asked is None:
        asked = next((name for name in there if name != loopback), loopback)
    if asked not in there:
        raise UserError(
            f"resourceconfig.json says that the hosts reach each other by the network interface {asked!r}, and "
            f"{resources.current_host} has {', '.join(there)}"
        )
    return asked


def _import_paddle(termination: Termination) -> None:
    # Paddle installs a handler of its own for SIGTERM, which aborts.
    with signals_held():
        import paddle  # noqa: F401 - for the others, which find it imported

        termination.handle()


def connect(crew: Crew, devices: Devices, address: str, port: int) -> None:
    """Connect Paddle's processes: to each other, by way of a store that the leading one opens at that port."""
    from paddle import distributed

    os.environ.update(
        devices.environment(crew.local),
        MASTER_ADDR=address,
        MASTER_PORT=str(port),
        PADDLE_TRAINER_ID=str(crew.rank),
        PADDLE_TRAINERS_NUM=str(crew.size),
        # Wanted, and used for nothing here.
        PADDLE_TRAINER_ENDPOINTS=",".join(f"{address}:{port}" for _ in range(crew.size)),
        PADDLE_CURRENT_ENDPOINT=f"{address}:{port}",
    )
    # It prints every flag that differs from its default, on each start.
    with contextlib.redirect_stderr(io.StringIO()):
        distributed.init_parallel_env()
