"""Try the built inference image as SageMaker would run it: `python3 smoke_test.py IMAGE`.

Serves and reads a card without network and with nothing writable, evaluates the card's lines, is asked and told wrong
things, and is stopped. It installs nothing and leaves nothing behind.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from smoke.containers import HERE, STOP_SECONDS, Containers, found, require, smoke_test

READY_SECONDS = 60
LEAST_SHARE = 0.75
"""Of the card's lines, read without a mistake. The bundled recogniser, trained by others on simplified Chinese, reads
16 of the 18; another processor may round another way."""
EVALUATE = ("-m", "ocr_inference.evaluate")


def checks(containers: Containers) -> None:
    """All checks, the most telling first."""
    base = containers.base("inference")
    containers.run(base, "/smoke/make_inputs.py", entrypoint="python", seconds=120).expect(0, "Making a model")
    serves(containers, base)
    evaluates(containers, base)
    says_what_is_wrong(containers)


def serves(containers: Containers, base: Path) -> None:
    """From `serve` to SIGTERM."""
    started = time.monotonic()
    name = containers.start(base, "serve", options=("--read-only",))
    waits_until_ready(containers, name)
    found(f"/ping answered 200 after {time.monotonic() - started:.1f} s, with a read-only file system and no network")
    is_not_root(containers, name)
    reads_a_card(containers, name)
    refuses_what_is_no_picture(containers, name)
    stopped = containers.stop(name, base).expect(0, "The server, told to stop,")
    require(stopped.seconds < STOP_SECONDS, f"stopping took {stopped.seconds:.0f} s")
    found(f"the server stopped in {stopped.seconds:.1f} s")


def waits_until_ready(containers: Containers, name: str) -> None:
    """The server is ready in time."""
    end = time.monotonic() + READY_SECONDS
    while ask(containers, name, "/ping")[0] != 200:
        containers.expect_running(name)
        require(time.monotonic() < end, f"/ping did not answer 200 within {READY_SECONDS} s")


def is_not_root(containers: Containers, name: str) -> None:
    """What reads requests has given up root: real, effective, saved and file system user."""
    status = containers.execute(name, "cat", "/proc/1/status")
    users = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    require("0" not in users, f"process 1 has the user ids {' '.join(users)}, expected none of them to be root's, 0")
    found(f"it serves as user {users[0]}")


def reads_a_card(containers: Containers, name: str) -> None:
    """The whole reader: most lines of a photographed card without a mistake."""
    status, body = ask(containers, name, "/invocations", "/smoke/card.jpg")
    require(status == 200, f"a card was answered with {status}: {body[:300]}")
    texts = [line["text"] for page in json.loads(body)["pages"] for line in page["lines"]]
    expected = [line["text"] for line in json.loads((HERE / "card.json").read_text(encoding="utf-8"))]
    read = sum(text in texts for text in expected)
    found(f"{read} of the card's {len(expected)} lines were read without a mistake")
    require(read >= LEAST_SHARE * len(expected), f"expected {LEAST_SHARE:.0%} of them at least; the answer was {texts}")


def refuses_what_is_no_picture(containers: Containers, name: str) -> None:
    """A client's mistake is answered as one, with a sentence."""
    status, body = ask(containers, name, "/invocations", "/smoke/card.json")
    require(400 <= status < 500, f"what is no picture was answered with {status}: {body[:300]}")
    found(f"what is no picture was answered with {status}: {json.loads(body)['error']}")


def evaluates(containers: Containers, base: Path) -> None:
    """Step Evaluate, of the same image by another entry point."""
    job = containers.run(base, *EVALUATE, entrypoint="python", seconds=120).expect(0, "Evaluate")
    output = base / "processing/output"
    figures = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))["ocr_metrics"]
    exact = figures["exact_match"]["value"]
    require(
        exact >= LEAST_SHARE,
        f"evaluation.json says that {exact:.0%} of the lines were read, expected {LEAST_SHARE:.0%}",
    )
    require("</html>" in (output / "report.html").read_text(encoding="utf-8"), "report.html is no whole page")
    found(f"{figures['lines']} lines were evaluated in {job.seconds:.1f} s: exact match {exact:.2f}")


def says_what_is_wrong(containers: Containers) -> None:
    """A job without its inputs, and a server without its model, end and say why."""
    base = containers.base("empty")
    containers.run(base, *EVALUATE, entrypoint="python", seconds=120).expect(1, "Evaluate without inputs")
    message = (base / "output/message").read_text(encoding="utf-8").strip()
    require("test" in message, f"output/message says {message!r}, expected what is missing")
    found(f"a job without inputs failed: {message}")
    served = containers.run(base, "serve", seconds=60).expect(1, "Serving without a model")
    found(f"a server without a model failed: {served.log.strip().splitlines()[-1]}")


def ask(containers: Containers, name: str, *arguments: str) -> tuple[int, str]:
    """Status and body of what the server answers to `smoke/ask.py ARGUMENTS`."""
    answer = json.loads(containers.execute(name, "python", "/smoke/ask.py", *arguments))
    return answer["status"], answer["body"]


if __name__ == "__main__":
    sys.exit(smoke_test(checks))
