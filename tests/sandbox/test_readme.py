"""The README and the command line say the same."""

import argparse
import re
from pathlib import Path

import pytest

import sandbox.resources.catalog
from sandbox.options import build_parser
from sandbox.resources.resource import Resource
from sandbox.settings import CHECKOUT

README = (CHECKOUT / "sandbox" / "README.md").read_text()


def commands() -> dict[str, argparse.ArgumentParser]:
    action = next(action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(action.choices)


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")} - {
        "--help"
    }


def section(command: str) -> str:
    found = re.search(rf"^### [^\n]*`{command}`.*?(?=^##)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section on {command}"
    return found.group()


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_option_of_a_command_is_documented_and_exists(command: str) -> None:
    documented = set(re.findall(r"`(--[a-z-]+)", section(command)))
    assert documented == options_of(commands()[command])


def test_every_documented_command_exists() -> None:
    headings = " ".join(re.findall(r"^### (.*)$", README, re.MULTILINE))
    assert set(re.findall(r"`([a-z-]+)`", headings)) == set(commands())


def test_the_general_options_are_documented() -> None:
    general = README.split("### ", 1)[0]
    assert set(re.findall(r"`(--[a-z-]+)", general)) == options_of(build_parser())


@pytest.mark.parametrize(
    ("pattern", "command", "option"),
    [
        (r"how many cards to draw \(default (\d+)\)", "run", "documents"),
        (r"seed of everything \(default (\d+)\)", "run", "seed"),
        (r"how many notes to draw and learn from as well \(default (\d+);", "demo-handwriting", "notes"),
    ],
)
def test_documented_defaults_are_the_defaults(pattern: str, command: str, option: str) -> None:
    found = re.search(pattern, README)
    assert found
    assert int(found.group(1)) == commands()[command].get_default(option)


def test_documented_times_are_those_of_the_demo() -> None:
    from sandbox.demo.loop import CARD_SECONDS, OWN_DATA_SECONDS

    words = " ".join(README.split())
    assert f"Cards train for at most {CARD_SECONDS} s and own documents for at most {OWN_DATA_SECONDS} s" in words


def test_documented_times_and_floors_are_those_of_the_handwriting() -> None:
    from sandbox.demo import handwriting
    from sandbox.demo.loop import MANY_LINES

    words = " ".join(README.split())
    finding, reading = (handwriting.LIMITS[name] for name in ("DetectionMaxTrainSeconds", "MaxTrainSeconds"))
    assert f"What finds words trains for at most {finding} s, what reads them for {reading} s" in words
    for name, value in handwriting.FLOORS.items():
        assert f"`{name}={value}`" in words
    assert f"the stages must read {handwriting.PAGE_FLOOR} of the test pages' words" in words
    assert f"a page of more than {MANY_LINES} lines" in words


def test_documented_files_are_those_of_the_layout(tmp_path: Path) -> None:
    from sandbox.layout import Layout

    layout = Layout(tmp_path)
    paths = [layout.state_file, layout.deliveries_file, layout.daemon_log, layout.logs, layout.jobs]
    paths += [layout.deliveries, layout.repositories, layout.builds, layout.programs, layout.stand_ins]
    files = README.split("## Files", 1)[1].split("## ", 1)[0]
    for path in [*paths, layout.endpoints]:
        assert re.search(rf"`{re.escape(path.name)}/?`", files), path.name


def test_the_resource_types_are_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`\w+`\*?(?:, `\w+`\*?)*) \|$", README, re.MULTILINE)
    documented = {f"AWS::{service}::{kind}" for service, kinds in rows for kind in re.findall(r"`(\w+)`", kinds)}
    assert documented == set(Resource.types)


def test_the_types_that_are_only_recorded_are_marked() -> None:
    marked = set(re.findall(r"`(\w+)`\*", README))
    recorded = sandbox.resources.catalog.RecordedResource.__subclasses__()
    assert marked == {kind.resource_type.rsplit("::", 1)[-1] for kind in recorded}


def test_every_package_is_in_the_table_of_where_things_are() -> None:
    table = README.split("## Where things are\n")[1].split("\n## ")[0]
    documented = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`[^|]*)\|", table, re.MULTILINE))))
    assert documented == {path.parent.name for path in (CHECKOUT / "sandbox").glob("*/__init__.py")}


def test_every_shared_module_is_named_where_things_are() -> None:
    table = README.split("## Where things are\n")[1].split("\n## ")[0]
    commands_of_their_own = {"__init__.py", "__main__.py", "base_checkpoint.py", "pictures.py"}
    modules = {path.name for path in (CHECKOUT / "sandbox").glob("*.py")} - commands_of_their_own
    assert set(re.findall(r"`([a-z_]+\.py)`", table)) == modules
