"""Giving up root, in a process of its own: it cannot be taken back."""

import json
import os
import subprocess
import sys

import pytest

REPORT = """
import json, os, threading
from ocr_inference.privileges import give_up_root
stop, seen = threading.Event(), []
other = threading.Thread(target=lambda: (stop.wait(), seen.append(open("/proc/thread-self/status").read())))
other.start()
give_up_root(%d)
stop.set()
other.join()
try:
    os.setuid(0)
    regained = True
except PermissionError:
    regained = False
lines = dict(line.split(":\\t", 1) for line in seen[0].splitlines())
print(json.dumps({"uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(), "regained": regained,
                  "thread": lines["Uid"].split(), "capabilities": lines["CapEff"]}))
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give root up")


def report(user_id: int) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", REPORT % user_id], capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@as_root
def test_every_id_becomes_the_users() -> None:
    found = report(10001)
    assert (found["uid"], found["gid"], found["groups"]) == ([10001] * 3, [10001] * 3, [])


@as_root
def test_root_cannot_be_had_again() -> None:
    found = report(10001)
    assert not found["regained"]
    assert found["capabilities"] == "0" * 16


@as_root
@pytest.mark.skipif(sys.platform != "linux", reason="threads have their own ids on Linux only")
def test_threads_that_were_there_before_give_it_up_too() -> None:
    assert report(10001)["thread"] == ["10001"] * 4


def test_zero_changes_nothing() -> None:
    assert report(0)["uid"] == [os.getuid()] * 3
