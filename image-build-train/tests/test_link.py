"""What the processes of a job tell each other, over real connections on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_training.errors import UserError
from ocr_training.parallel.crew import Crew
from ocr_training.parallel.following import Following, reach
from ocr_training.parallel.leading import Leading
from ocr_training.termination import Termination

HOSTS = ("algo-1", "algo-2", "algo-3")
SECONDS = 20


def nobody_fails(sentence: str) -> None:
    raise AssertionError(sentence)


def leading(crew: Crew) -> tuple[Leading, tuple[str, int]]:
    server = socket.create_server(("127.0.0.1", 0))
    return Leading(server, crew, nobody_fails, Termination()), ("127.0.0.1", server.getsockname()[1])


def following(address: tuple[str, int], crew: Crew) -> Following:
    return Following(reach(address, "host algo-1", SECONDS), crew, nobody_fails, Termination())


@contextlib.contextmanager
def linked(size: int) -> Iterator[tuple[Leading, list[Following]]]:
    """All ends of the link of one host's processes, here in one process."""
    leader, address = leading(Crew(HOSTS[:1], size))
    followers = [following(address, Crew(HOSTS[:1], size, local=local)) for local in range(1, size)]
    leader.gather(SECONDS)
    leader.go(4242)
    assert [follower.port() for follower in followers] == [4242] * (size - 1)
    yield leader, followers
    for follower in followers:
        follower.finish(SECONDS)
    leader.finish(SECONDS)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 5), st.lists(st.floats(allow_nan=False), min_size=5, max_size=5))
def test_all_receive_what_the_leading_process_makes_of_their_values(size: int, values: list[float]) -> None:
    with linked(size) as (leader, followers):
        received: dict[int, list[float]] = {}

        def exchange(rank: int) -> None:
            received[rank] = followers[rank - 1].exchange(values[rank], list)

        threads = [threading.Thread(target=exchange, args=(rank,)) for rank in range(1, size)]
        for thread in threads:
            thread.start()
        assert leader.exchange(values[0], list) == values[:size]
        for thread in threads:
            thread.join(SECONDS)
        assert received == dict.fromkeys(range(1, size), values[:size])


def test_a_host_that_never_comes_is_named() -> None:
    leader, address = leading(Crew(HOSTS, 1))
    following(address, Crew(HOSTS, 1, host=1)).finish(0)
    with pytest.raises(UserError, match=r"^host algo-3 did not come within 1 s; .*security group"):
        leader.gather(1)


def test_a_leading_host_that_never_comes_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ("127.0.0.1", server.getsockname()[1])
    with pytest.raises(UserError, match=r"^host algo-1, which leads, did not answer at 127\.0\.0\.1:\d+ within 0 s"):
        reach(address, "host algo-1", 0)


def test_hosts_with_other_numbers_of_processes_are_refused() -> None:
    leader, address = leading(Crew(HOSTS[:2], 2))
    with socket.create_connection(address) as other:
        other.sendall(b'{"host": "algo-2", "local": 0, "processes": 8}\n')
        with pytest.raises(UserError, match="host algo-2 has 8 processes and algo-1 has 2; give the job instances"):
            leader.gather(SECONDS)


@pytest.mark.parametrize(
    "stranger",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"host": "algo-9", "local": 0, "processes": 1}\n',
        b'{"host": "algo-1", "local": 0, "processes": 1}\n',
        b'{"host": "algo-2", "local": 7, "processes": 1}\n',
        b"[]\n",
        b"\xff\n",
    ],
)
def test_strangers_are_turned_away(stranger: bytes) -> None:
    crew = Crew(HOSTS[:2], 1)
    leader, address = leading(crew)
    with socket.create_connection(address) as connection:
        connection.sendall(stranger)
        follower = following(address, Crew(crew.hosts, 1, host=1))
        leader.gather(SECONDS)
        assert connection.recv(1) == b""
    follower.finish(SECONDS)
    leader.finish(SECONDS)


def test_the_first_sentence_is_the_one_with_which_all_fail() -> None:
    leader, address = leading(Crew(HOSTS[:2], 1))
    with socket.create_connection(address) as other:
        other.sendall(b'{"host": "algo-2", "local": 0, "processes": 1}\n')
        leader.gather(SECONDS)
        assert leader.settle("the first") == "the first"
        assert other.makefile().readline() == '{"failed": "the first"}\n'
        other.sendall(b'{"done": true}\n')


ONE_END = """
import sys, time
from ocr_training.parallel.crew import Crew
from ocr_training.parallel.following import Following, reach
from ocr_training.termination import Termination

termination = Termination()
termination.handle()
crew = Crew(("algo-1", "algo-2"), 1, host=1)
link = Following(reach(("127.0.0.1", int(sys.argv[1])), "host algo-1", 5), crew, print, termination)
print("here", flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def waiting(leader: Leading, address: tuple[str, int]) -> Iterator["subprocess.Popen[str]"]:
    """A process of another host, whose main thread waits for what never comes."""
    with subprocess.Popen(
        [sys.executable, "-c", ONE_END, str(address[1])], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "here\n"
        leader.gather(SECONDS)
        yield process
        process.kill()


def test_a_process_that_waits_ends_with_the_sentence_of_another() -> None:
    leader, address = leading(Crew(HOSTS[:2], 1))
    with waiting(leader, address) as process:
        leader.settle("no such character")
        assert process.communicate(timeout=SECONDS)[0] == "no such character\n"
        assert process.returncode == 1


def test_the_loss_of_the_leading_process_ends_the_others() -> None:
    """It is a process of its own here, that is killed."""
    listening = (
        "import socket, time; s = socket.create_server(('127.0.0.1', 0)); "
        "print(s.getsockname()[1], flush=True); c = s.accept(); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", listening], stdout=subprocess.PIPE, text=True) as leader:
        assert leader.stdout
        port = leader.stdout.readline().strip()
        with subprocess.Popen([sys.executable, "-c", ONE_END, port], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "here\n"
            leader.kill()
            said = process.communicate(timeout=SECONDS)[0]
            assert said == "host algo-1, which leads, is gone without a word; look at its log\n"
            assert process.returncode == 1


def test_a_signal_to_one_host_reaches_the_leading_one() -> None:
    leader, address = leading(Crew(HOSTS[:2], 1))
    reached = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: reached.set())
    try:
        with waiting(leader, address) as process:
            leader.termination.others.clear()
            left = threading.Event()
            leader.termination.leave = left.set  # type: ignore[method-assign,assignment] # it would end this process
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(SECONDS) == 0
            assert reached.wait(SECONDS)
            assert left.wait(SECONDS)
    finally:
        signal.signal(signal.SIGTERM, before)
