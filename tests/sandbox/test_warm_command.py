"""A command that imports before it is told what to do."""

import os
from pathlib import Path

import pytest

from sandbox.processes.warm_command import WarmCommand


@pytest.fixture
def command(tmp_path: Path) -> WarmCommand:
    (tmp_path / "slow.py").write_text("import os\nWARM = 'GIVEN' not in os.environ\n")
    (tmp_path / "asked.py").write_text(
        "import os, sys, slow\nprint(__name__, sys.argv[1:], os.environ['GIVEN'], slow.WARM)\nsys.exit(3)\n"
    )
    with (tmp_path / "errors").open("wb") as errors:
        return WarmCommand("asked", ["slow"], folder=tmp_path, environment=os.environ, errors=errors)


def test_it_runs_as_a_command_does_with_what_it_is_told_last(command: WarmCommand) -> None:
    code, output = command.run(["--a", "b"], {"GIVEN": "later"})
    assert (code, output) == (3, "__main__ ['--a', 'b'] later True\n")


def test_one_that_is_not_needed_ends(command: WarmCommand, tmp_path: Path) -> None:
    command.stop()
    assert (tmp_path / "errors").read_text() == ""
