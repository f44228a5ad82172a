"""Send the endpoint damaged files and bodies, and what its OpenAPI document describes: ``python -m benchmarks.fuzz``.

It starts the real server on a loopback port, prints what was answered and writes build/bench/fuzz.json. What is wrong,
a 5xx other than 503, no answer, an answer without a sentence, is kept in build/bench/fuzz/. Exit code 1: something is.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.fuzzing.attempt import Attempt, attempts
from benchmarks.fuzzing.corpus import corpus
from benchmarks.fuzzing.described import ask_what_is_described
from benchmarks.fuzzing.verdict import Verdict, ask
from benchmarks.images_report import rapidocr_model
from benchmarks.result import FOLDER, Row, write_result
from benchmarks.server_process import Server, ours
from ocr_inference.openapi import openapi_document

AT_ONCE = 4
DESCRIBED_SHARE = 0.1
"""Requests that schemathesis makes, as a share of those with damaged files."""


@dataclass
class Findings:
    """Statuses by kind of request, and what was wrong."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(counter.total() for counter in self.outcomes.values())

    def add(self, kind: str, outcome: str, number: int = 1) -> None:
        """Count an answer."""
        self.outcomes.setdefault(kind, Counter())[outcome] += number


def main(arguments: Sequence[str] | None = None) -> int:
    """Send, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=5000, help="damaged files and bodies to send")
    parser.add_argument("--seed", type=int, default=17, help="the same seed sends the same requests")
    parser.add_argument(
        "--model", type=Path, help="a model folder to serve; rapidocr's own recogniser where none is given"
    )
    options = parser.parse_args(arguments)
    console = Console()
    kept = FOLDER / "fuzz"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or rapidocr_model(Path(folder) / "model")
        with ours(model.resolve(), kept / "server.log") as server:
            findings = fuzz(server, options.requests, options.seed, kept, console)
    show(findings, console)
    rows = [
        Row.measured("requests", findings.requests, "requests"),
        Row.measured("unexpected", len(findings.complaints), "requests"),
    ]
    console.print(f"written to {write_result('fuzz', rows)}")
    return 1 if findings.complaints else 0


def fuzz(server: Server, number: int, seed: int, kept: Path, console: Console) -> Findings:
    """Send ``number`` damaged bodies and a tenth as many that the document describes."""
    findings, files = Findings(), corpus()
    with (
        httpx.Client(base_url=server.address, trust_env=False) as client,
        ThreadPoolExecutor(AT_ONCE) as callers,
    ):
        made = list(attempts(seed, number, files))
        answered = callers.map(lambda attempt: ask(client, attempt), made)
        for attempt, verdict in track(zip(made, answered, strict=True), "damaged files", number, console=console):
            findings.add(attempt.kind, verdict.outcome)
            if verdict.complaint:
                _keep(attempt, verdict, findings, kept)
    console.print("what the OpenAPI document describes")
    described = ask_what_is_described(
        server.address, openapi_document(), files, max(2, int(DESCRIBED_SHARE * number)), seed
    )
    for outcome, answers in described.outcomes.items():
        findings.add("described", outcome, answers)
    findings.complaints += described.complaints
    if not server.ready:
        findings.complaints.append("the server is no longer ready")
    if traces := server.stack_traces():
        findings.complaints.append(f"{traces} stack traces in {server.log}")
    return findings


def show(findings: Findings, console: Console) -> None:
    """Print the statuses by kind of request, and what was wrong."""
    outcomes = sorted({outcome for counter in findings.outcomes.values() for outcome in counter})
    table = Table("request", *outcomes, title=f"{findings.requests} requests")
    for kind, counter in sorted(findings.outcomes.items()):
        table.add_row(kind, *(str(counter[outcome] or "") for outcome in outcomes))
    console.print(table)
    console.print(f"{len(findings.complaints)} unexpected")
    for complaint in findings.complaints:
        console.print(f"  {complaint}", markup=False)


def _keep(attempt: Attempt, verdict: Verdict, findings: Findings, kept: Path) -> None:
    """Write the request down, to send it again."""
    path = kept / f"{len(findings.complaints):04d}.body"
    path.write_bytes(attempt.body)
    path.with_suffix(".headers.json").write_text(json.dumps(dict(attempt.headers), indent=2), encoding="utf-8")
    findings.complaints.append(f"{attempt.kind}: {verdict.complaint} ({path})")


if __name__ == "__main__":
    sys.exit(main())
