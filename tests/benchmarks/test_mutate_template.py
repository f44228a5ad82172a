"""Mistakes in the template's wiring: what they are, and what becomes of a run."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import mutate_template
from benchmarks.mutate_template import MODULES, TESTS, Outcome, argued, report
from wiring import sources
from wiring.mutations.catalogue import mutations
from wiring.mutations.edit import DROP, Mutation, original

FILE = sources.PROJECT
BUCKET = ("Resources", "ArtifactBucket", "Properties")


def mistake(name: str = "one") -> Mutation:
    return Mutation("kind", FILE, name, (((*BUCKET, "BucketName"), "other"),))


def test_there_are_many_and_each_changes_its_file() -> None:
    found = mutations()
    assert len(found) > 200
    assert len({each.key for each in found}) == len(found)
    assert not [each.key for each in found[::40] if each.files()[each.file] == original(each.file)]


def test_a_mistake_leaves_the_file_itself_as_it_was() -> None:
    before = json.dumps(original(FILE))
    assert mistake().files()[FILE]["Resources"]["ArtifactBucket"]["Properties"]["BucketName"] == "other"
    assert json.dumps(original(FILE)) == before


def test_what_is_dropped_is_gone() -> None:
    files = Mutation("kind", FILE, "gone", (((*BUCKET, "BucketName"), DROP),)).files()
    assert "BucketName" not in files[FILE]["Resources"]["ArtifactBucket"]["Properties"]


def test_the_tests_see_a_mistake_and_then_no_more() -> None:
    with sources.changed(mistake().files()):
        assert sources.template(FILE)["Resources"]["ArtifactBucket"]["Properties"]["BucketName"] == "other"
    assert sources.template(FILE) == original(FILE)


def test_every_argument_is_about_a_mistake_of_the_catalogue() -> None:
    assert set(argued()) - {each.key for each in mutations()} == set()


def test_every_module_is_there() -> None:
    assert [name for name in MODULES if not (TESTS / name).is_file()] == []


@pytest.mark.parametrize(
    ("outcome", "reasons", "expected"),
    [
        (Outcome(caught={mistake().key: "test"}), {}, 0),
        (Outcome(survived=[mistake()]), {}, 1),
        (Outcome(survived=[mistake()]), {mistake().key: "because"}, 0),
        (Outcome(caught={mistake().key: "test"}), {mistake().key: "because"}, 1),
    ],
    ids=["caught", "survived", "argued", "argued, but caught"],
)
def test_a_run_ends_well_when_all_is_caught_or_argued(outcome: Outcome, reasons: Any, expected: int) -> None:
    assert report([mistake()], outcome, reasons, 1.0, Console(quiet=True), write=False) == expected


def test_the_figures_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}

    def keep(name: str, rows: Any) -> Path:
        written[name] = {row.what: row.ours for row in rows}
        return mutate_template.ROOT / "build" / "bench" / f"{name}.json"

    monkeypatch.setattr(mutate_template, "write_result", keep)
    outcome = Outcome(caught={mistake("one").key: "test"}, survived=[mistake("two")])
    tried = [mistake("one"), mistake("two")]
    assert report(tried, outcome, {mistake("two").key: "because"}, 1.0, Console(quiet=True), write=True) == 0
    assert written == {"mutation": {"mutations": 2, "caught": 1, "argued": 1}}
