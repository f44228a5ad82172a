"""Containers of the image under test, run as SageMaker runs them; whatever happens, none is left behind.

This file is the same in the three image repositories, and needs nothing but Python 3.9 and a Docker engine that mounts
this machine's folders.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
STOP_SECONDS = 30
"""What SageMaker gives a container between SIGTERM and SIGKILL."""
LAST_LINES = 15


class SmokeError(Exception):
    """The image does not do what it must; the message says what was found and what was expected."""


@dataclass(frozen=True)
class Ended:
    """A container that ended: its exit code, all that it printed, and how many seconds it took to end."""

    exit_code: int
    log: str
    seconds: float

    def expect(self, exit_code: int, what: str) -> Ended:
        """This. Raises SmokeError with the end of the log when the exit code is another."""
        if self.exit_code != exit_code:
            last = "\n".join(self.log.splitlines()[-LAST_LINES:])
            raise SmokeError(
                f"{what} ended with exit code {self.exit_code}, expected {exit_code}. Its log ends:\n{last}"
            )
        return self


class Containers:
    """The containers of one smoke test, and a temporary folder for what they read and write."""

    def __init__(self, image: str, folder: Path) -> None:
        self.image = image
        self.folder = folder
        self._prefix = f"smoke-test-{os.getpid()}-"

    def base(self, name: str) -> Path:
        """A new folder that a container can be given as /opt/ml."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def run(
        self, base: Path, *arguments: str, seconds: float, entrypoint: str | None = None, options: tuple[str, ...] = ()
    ) -> Ended:
        """Run a container without network to its end. Raises SmokeError when that takes longer than `seconds`."""
        started = time.monotonic()
        _, command = self._command(base, arguments, ("--rm", *options), entrypoint)
        try:
            done = subprocess.run(  # noqa: S603  docker, with arguments of this file's own
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired as error:
            raise SmokeError(f"{' '.join(arguments)} in {self.image} did not end within {seconds:.0f} s") from error
        self._take_over(base)
        return Ended(done.returncode, done.stdout, time.monotonic() - started)

    def start(self, base: Path, *arguments: str, options: tuple[str, ...] = ()) -> str:
        """Start a container without network in the background; its name."""
        name, command = self._command(base, arguments, ("--detach", *options), None)
        _docker(command[1:])
        return name

    def execute(self, name: str, *command: str) -> str:
        """Run a command in a running container; what it printed. Raises SmokeError when it fails."""
        return _docker(["exec", name, *command])

    def wait_for_line(self, name: str, text: str, seconds: float) -> str:
        """The first line of a running container's log that holds the text. Raises SmokeError when there is none."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            log = self.log(name)
            for line in log.splitlines():
                if text in line:
                    return line
            self.expect_running(name)
            time.sleep(0.2)
        raise SmokeError(f"{self.image} printed no {text!r} within {seconds:.0f} s; its log ends:\n{log[-2000:]}")

    def expect_running(self, name: str) -> None:
        """Raise SmokeError when the container has ended."""
        if _docker(["inspect", "--format", "{{.State.Running}}", name]).strip() != "true":
            raise SmokeError(f"{self.image} ended by itself; its log ends:\n{self.log(name)[-2000:]}")

    def log(self, name: str) -> str:
        """All that a container has printed so far."""
        done = subprocess.run(  # noqa: S603
            [_docker_command(), "logs", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
        )
        return done.stdout

    def stop(self, name: str, base: Path) -> Ended:
        """Stop a container as SageMaker does: SIGTERM, and SIGKILL after STOP_SECONDS (its exit code is 137 then)."""
        started = time.monotonic()
        _docker(["stop", "--time", str(STOP_SECONDS), name])
        seconds = time.monotonic() - started
        exit_code = int(_docker(["inspect", "--format", "{{.State.ExitCode}}", name]))
        self._take_over(base)
        return Ended(exit_code, self.log(name), seconds)

    def remove(self) -> None:
        """Remove what is left of the containers."""
        left = _docker(["ps", "--all", "--quiet", "--filter", f"name={self._prefix}"]).split()
        if left:
            _docker(["rm", "--force", "--volumes", *left])
        self._take_over(self.folder)

    def _command(
        self, base: Path, arguments: tuple[str, ...], options: tuple[str, ...], entrypoint: str | None
    ) -> tuple[str, list[str]]:
        name = self._prefix + uuid.uuid4().hex
        command = [_docker_command(), "run", "--name", name, "--network", "none", "--volume", f"{base}:/opt/ml"]
        command += ["--volume", f"{HERE}:/smoke:ro", *options]
        if entrypoint:
            command += ["--entrypoint", entrypoint]
        return name, [*command, self.image, *arguments]

    def _take_over(self, folder: Path) -> None:
        """Containers write as root; whoever runs this must be able to read and remove that."""
        if os.getuid():
            owner = f"{os.getuid()}:{os.getgid()}"
            mount = ["--volume", f"{folder}:/folder", "--entrypoint", "chown"]
            _docker(["run", "--rm", "--network", "none", *mount, self.image, "-R", owner, "/folder"])


def smoke_test(checks: Callable[[Containers], None]) -> int:
    """Read the command line, run the checks and remove what they started; the exit code, 1 after a sentence."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("image", help="the image to try, by the name or the id that the Docker engine knows it by")
    image = parser.parse_args().image
    # A build that is stopped must not leave containers behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    started = time.monotonic()
    try:
        with _containers(image) as containers:
            checks(containers)
    except SmokeError as error:
        print(f"The smoke test of {image} failed: {error}", file=sys.stderr, flush=True)
        return 1
    found(f"{image} passed in {time.monotonic() - started:.0f} s")
    return 0


def found(what: str) -> None:
    """Print what a check found."""
    print(f"smoke test: {what}", flush=True)


def require(true: bool, sentence: str) -> None:
    """Raise SmokeError with the sentence unless `true`."""
    if not true:
        raise SmokeError(sentence)


@contextlib.contextmanager
def _containers(image: str) -> Iterator[Containers]:
    _docker(["image", "inspect", "--format", "{{.Id}}", image])
    with tempfile.TemporaryDirectory(prefix="smoke-test-") as folder:
        containers = Containers(image, Path(folder).resolve())
        try:
            yield containers
        finally:
            containers.remove()


def _docker(arguments: list[str]) -> str:
    done = subprocess.run(  # noqa: S603  docker, with arguments of this file's own
        [_docker_command(), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SmokeError(f"docker {' '.join(arguments[:2])} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _docker_command() -> str:
    command = shutil.which("docker")
    if command is None:
        raise SmokeError("there is no docker command on PATH; run this where the image was built")
    return command
