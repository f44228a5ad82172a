"""The command that makes the base checkpoint, end to end but tiny."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sandbox.base_checkpoint"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    output = folder / "made"
    sizes = ["--lines", "60", "--seconds", "1", "--chinese-lines", "40", "--chinese-seconds", "1", "--replay", "20"]
    subprocess.run(
        [*COMMAND, *sizes, "--output", str(output), "--work", str(folder / "work")],
        cwd=ROOT,
        env=dict(os.environ),
        check=True,
    )
    return output


def test_it_leaves_what_fine_tuning_starts_from(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {"weights.npz", "replay", "base.json"}
    assert (made / "replay/lines-00000/data.mdb").is_file()


def test_it_records_both_runs(made: Path) -> None:
    stages = json.loads((made / "base.json").read_text(encoding="utf-8"))["stages"]
    assert [(stage["name"], stage["lines"], stage["seconds"]) for stage in stages] == [
        ("general", 60, 1),
        ("chinese", 40, 1),
    ]


@pytest.mark.parametrize(
    ("stage", "recipes"), [("general", ["receipt-lines.yaml", "text-lines.yaml"]), ("chinese", ["text-lines.yaml"])]
)
def test_the_first_run_draws_receipts_too_and_the_second_does_not(made: Path, stage: str, recipes: list[str]) -> None:
    dataset = made.parent / f"work/draw-{stage}/processing/output/dataset.json"
    sources = json.loads(dataset.read_text(encoding="utf-8"))["sources"]
    assert sorted(source["location"] for source in sources) == recipes


def test_every_option_is_documented_with_its_default() -> None:
    said = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "sandbox/README.md").read_text(encoding="utf-8")
    options = set(re.findall(r"(--[a-z-]+) [A-Z]", said))
    assert len(options) == 7
    for option in options:
        assert f"| `{option} " in readme
    for default in re.findall(r"\(default:\s+(\d+)\)", said):
        assert f"(default {default})" in readme
