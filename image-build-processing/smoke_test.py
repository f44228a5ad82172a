"""Try the built processing image as SageMaker would run it: `python3 smoke_test.py IMAGE`.

Prepares ten cards, is given a wrong recipe, and is stopped. It installs nothing and leaves nothing behind.
"""

import json
import sys
from pathlib import Path

from smoke.containers import STOP_SECONDS, Containers, found, require, smoke_test

CARDS = 10
SEED = "23"
"""Not the default, to see that arguments arrive."""


def checks(containers: Containers) -> None:
    """All checks, the most telling first."""
    prepares_ten_cards(containers)
    says_what_is_wrong(containers)
    stops_when_told(containers)


def prepares_ten_cards(containers: Containers) -> None:
    """A recipe becomes a dataset."""
    base = with_recipe(containers, "cards", str(CARDS))
    job = containers.run(base, "--seed", SEED, seconds=300).expect(0, f"Preprocess of {CARDS} cards")
    output = base / "processing/output"
    record = json.loads((output / "dataset.json").read_text(encoding="utf-8"))
    documents = sum(counts["documents"] for counts in record["splits"].values())
    lines = sum(counts["lines"] for counts in record["splits"].values())
    require(documents == CARDS, f"dataset.json counts {documents} documents, expected {CARDS}")
    require(lines > documents, f"dataset.json counts {lines} lines of {documents} cards, expected several of each")
    require(record["seed"] == int(SEED), f"dataset.json has the seed {record['seed']}, expected {SEED}, as was asked")
    for split in ("train", "validation", "test"):
        require(any((output / split).glob("*/data.mdb")), f"{split}/ holds no LMDB folder")
    report = (output / "report.html").read_text(encoding="utf-8")
    require("</html>" in report, "report.html is no whole page")
    found(f"{documents} cards became {lines} lines in {job.seconds:.1f} s")


def says_what_is_wrong(containers: Containers) -> None:
    """Documents that cannot be used end the job, and the platform is told why."""
    base = with_recipe(containers, "wrong", "ten")
    containers.run(base, seconds=120).expect(1, "Preprocess of a recipe without a number of cards")
    message = (base / "output/message").read_text(encoding="utf-8").strip()
    require("documents" in message, f"output/message says {message!r}, expected what is wrong with 'documents'")
    found(f"a wrong recipe was refused: {message}")


def stops_when_told(containers: Containers) -> None:
    """SIGTERM ends a long job in time, and nothing unfinished is published."""
    base = with_recipe(containers, "stopped", "100000")
    name = containers.start(base)
    containers.wait_for_line(name, "Found recipe", 60)
    stopped = containers.stop(name, base).expect(143, "Preprocess, told to stop,")
    require(stopped.seconds < STOP_SECONDS, f"stopping took {stopped.seconds:.0f} s")
    left = [path.name for path in (base / "processing/output").iterdir()]
    require(not left, f"the stopped job left {left}, expected nothing")
    found(f"a job under way stopped in {stopped.seconds:.1f} s and left nothing")


def with_recipe(containers: Containers, name: str, documents: str) -> Path:
    """A job's /opt/ml whose documents are one recipe of cards."""
    base = containers.base(name)
    folder = base / "processing/input/documents"
    folder.mkdir(parents=True)
    recipe = f"recipe: identity-card\nseed: 17\ndocuments: {documents}\n"
    (folder / "cards.yaml").write_text(recipe, encoding="utf-8")
    return base


if __name__ == "__main__":
    sys.exit(smoke_test(checks))
