"""Make mistakes in the template's wiring, and see whether tests/template notices.

``python -m benchmarks.mutate_template``: each mistake is made in memory, in a process of its own that has collected the
tests already; the first test that fails ends it. What no test notices must be argued in tests/template/argued.yaml.
Exit code 1: a mistake is neither noticed nor argued, or one that is argued is noticed.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.result import Row, write_result
from images.catalogue import ROOT
from wiring import sources
from wiring.mutations.catalogue import mutations
from wiring.mutations.edit import Mutation

TESTS = ROOT / "tests" / "template"
MODULES = (
    "test_rules.py",
    "test_permissions.py",
    "test_trust.py",
    "test_environment.py",
    "test_builds.py",
    "test_pipelines.py",
    "test_protection.py",
    "test_endpoint_stacks.py",
    "test_async_and_serverless.py",
    "test_front_door_stack.py",
    "test_drift_stack.py",
    "test_key_and_topic.py",
    "test_studio_and_money.py",
    "test_resolution.py",
    "test_names.py",
)
"""The proof of the wiring; what else is there looks at the form of the files as they are."""

FIRST = {
    "rule": "test_rules.py",
    "policy": "test_permissions.py",
    "trust": "test_trust.py",
    "variable": "test_environment.py",
    "build": "test_builds.py",
    "buildspec": "test_builds.py",
    "pipeline": "test_pipelines.py",
    "action": "test_pipelines.py",
    "artifact": "test_pipelines.py",
    "stage": "test_pipelines.py",
    "turn": "test_pipelines.py",
    "protection": "test_protection.py",
    "property": "test_endpoint_stacks.py",
    "template": "test_resolution.py",
}
"""Where a mistake is most likely to be noticed, by the first word of its kind."""

PATIENCE_SECONDS = 300
TOO_LONG = "took too long"


@dataclass
class Outcome:
    """What became of the mistakes."""

    caught: dict[str, str] = field(default_factory=dict)
    """Names of the tests that noticed, by the mistake."""

    survived: list[Mutation] = field(default_factory=list)


class Trial:
    """A plugin of pytest: the collected tests are run once as they are, and once for every mistake."""

    def __init__(self, tried: Sequence[Mutation], jobs: int, told: Callable[[Mutation, str], None]) -> None:
        self.outcome = Outcome()
        self.baseline: list[str] = []
        self._tried = tried
        self._jobs = jobs
        self._told = told
        self._failed: list[str] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self._failed.append(report.nodeid)

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything, in the place of pytest's own loop."""
        self._run(session.items, to_the_end=True)
        self.baseline = self._failed
        if not self.baseline:
            self._try_all(session.items)
        return True

    def _try_all(self, items: Sequence[pytest.Item]) -> None:
        waiting = list(reversed(self._tried))
        running: dict[int, tuple[Mutation, int]] = {}
        while waiting or running:
            while waiting and len(running) < self._jobs:
                mutation = waiting.pop()
                read, write = os.pipe()
                child = os.fork()
                if child == 0:
                    os.close(read)
                    self._child(mutation, items, write)
                os.close(write)
                running[child] = mutation, read
            child, _ = os.wait()
            mutation, read = running.pop(child)
            with os.fdopen(read, encoding="utf-8") as said:
                noticed = said.read()
            if noticed:
                self.outcome.caught[mutation.key] = noticed
            else:
                self.outcome.survived.append(mutation)
            self._told(mutation, noticed)

    def _child(self, mutation: Mutation, items: Sequence[pytest.Item], write: int) -> None:
        # A mistake that keeps the tests busy for ever is noticed too: the alarm ends this process.
        import signal

        def late(*_: object) -> None:
            os.write(write, TOO_LONG.encode())
            os._exit(0)

        signal.signal(signal.SIGALRM, late)
        signal.alarm(PATIENCE_SECONDS)
        first = FIRST.get(mutation.kind.split()[0], MODULES[0])
        ordered = sorted(items, key=lambda item: item.path.name != first)
        try:
            with sources.changed(mutation.files()):
                self._run(ordered, to_the_end=False)
            os.write(write, (self._failed[0] if self._failed else "").encode())
        finally:
            os._exit(0)

    def _run(self, items: Sequence[pytest.Item], *, to_the_end: bool) -> None:
        for index, item in enumerate(items):
            following = items[index + 1] if index + 1 < len(items) else None
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed and not to_the_end:
                return


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutate_template", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--kind", action="append", default=[], help="only mistakes of this kind, such as 'rule pattern'"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth mistake")
    parser.add_argument("--matching", default="", metavar="REGEX", help="only mistakes whose name matches")
    parser.add_argument("--jobs", type=int, default=psutil.cpu_count() or 1, help="how many are tried at once")
    options = parser.parse_args(arguments)
    whole = mutations()
    tried = [
        each
        for each in whole
        if (not options.kind or each.kind in options.kind) and re.search(options.matching, each.key)
    ]
    tried = tried[:: options.every]
    console, reasons = Console(), argued()
    begun = time.monotonic()
    with Progress(console=console) as progress:
        task = progress.add_task("mistakes tried", total=len(tried))

        def told(mutation: Mutation, noticed: str) -> None:
            progress.advance(task)
            done = int(progress.tasks[0].completed)
            if done % 100 == 0 and not console.is_terminal:
                console.print(f"{done} of {len(tried)} mistakes tried after {time.monotonic() - begun:.0f} s")
            if noticed == TOO_LONG:
                progress.console.print(f"{TOO_LONG}: {mutation.key}", highlight=False, soft_wrap=True)
            if not noticed and mutation.key not in reasons:
                progress.console.print(f"not noticed: {mutation.key}", highlight=False, soft_wrap=True)

        trial = Trial(tried, options.jobs, told)
        paths = [str(TESTS / name) for name in MODULES]
        quiet = [
            "-o",
            "addopts=",
            "-p",
            "no:terminal",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--import-mode=importlib",
        ]
        status = pytest.main([*quiet, *paths], plugins=[trial])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print(f"pytest ended with {status}: no mistake was tried.", file=sys.stderr)
        return 2
    if trial.baseline:
        print("The tests fail without any mistake: " + ", ".join(trial.baseline[:5]), file=sys.stderr)
        return 2
    return report(tried, trial.outcome, reasons, time.monotonic() - begun, console, write=len(tried) == len(whole))


def argued(path: Path = TESTS / "argued.yaml") -> dict[str, str]:
    """Why a mistake is none, by the mistake: what tests/template/argued.yaml says."""
    read: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return {name: str(entry["because"]) for entry in read for name in entry["mistakes"]}


def report(
    tried: Sequence[Mutation],
    outcome: Outcome,
    reasons: dict[str, str],
    seconds: float,
    console: Console,
    *,
    write: bool,
) -> int:
    """Print what became of the mistakes, and write build/bench/mutation.json; returns the exit code."""
    names = {each.key for each in tried}
    survived = [each for each in outcome.survived if each.key not in reasons]
    wrong = sorted(set(reasons) & set(outcome.caught))
    gone = sorted(set(reasons) - names) if write else []
    table = Table("mistake", "tried", "caught", "argued", "neither")
    for kind, count in Counter(each.kind for each in tried).most_common():
        own = [each for each in tried if each.kind == kind]
        caught = sum(each.key in outcome.caught for each in own)
        unseen = sum(each in survived for each in own)
        table.add_row(kind, str(count), str(caught), str(count - caught - unseen), str(unseen))
    console.print(table)
    for name in wrong:
        console.print(f"argued, but noticed by {outcome.caught[name]}: {name}", highlight=False, soft_wrap=True)
    for name in gone:
        console.print(f"argued, but no mistake of the catalogue: {name}", highlight=False, soft_wrap=True)
    excused = len(outcome.survived) - len(survived)
    caught = len(outcome.caught)
    console.print(
        f"{len(tried)} mistakes in {seconds:.0f} s: {caught} caught, {excused} argued, {len(survived)} neither"
    )
    if write:
        rows = [
            Row.measured("mutations", len(tried), "mistakes"),
            Row.measured("caught", len(outcome.caught), "mistakes"),
            Row.measured("argued", excused, "mistakes"),
        ]
        console.print(f"Written to {write_result('mutation', rows).relative_to(ROOT)}")
    return 1 if survived or wrong or gone else 0


if __name__ == "__main__":
    sys.exit(main())
