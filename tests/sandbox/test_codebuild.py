"""A buildspec run by its phases, in real bash."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.codebuild import BuildResult, run_build
from sandbox.processes.children import Children

Run = Callable[..., BuildResult]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "build.log"


@pytest.fixture
def run(source: Path, log: Path, tmp_path: Path) -> Run:
    """Run a buildspec of these phases: the commands of each, or all that it says."""

    def build(
        phases: Mapping[str, Any], *, environment: Mapping[str, str] | None = None, stop: Any = None, **sections: Any
    ) -> BuildResult:
        spec = {
            "version": 0.2,
            "env": {"shell": "bash", **sections.pop("env", {})},
            "phases": {name: {"commands": told} if isinstance(told, list) else told for name, told in phases.items()},
            **sections,
        }
        (source / "buildspec.yml").write_text(yaml.safe_dump(spec), encoding="utf-8")
        return run_build(
            source,
            {"PATH": "/usr/bin:/bin", **(environment or {})},
            buildspec=None,
            log=log,
            stand_ins=tmp_path / "programs",
            children=Children(tmp_path / "children"),
            secondary_sources={"Images": tmp_path / "images"},
            stop=stop,
        )

    return build


def lines(log: Path) -> list[str]:
    """What the commands printed."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if not line.startswith("[Container] ")]


# What goes from one command to the next


@pytest.mark.parametrize(
    ("first", "second", "printed"),
    [
        ("local_to_the_shell=7", 'echo "$local_to_the_shell"', "7"),
        ("declare -a many=(one 'two words')", 'echo "${many[1]}"', "two words"),
        ("cd sub", "pwd -P | xargs basename", "sub"),
        ("PATH=$PATH:/opt/new", 'echo "${PATH##*:}"', "/opt/new"),
        ("quoted=$'a\\n\"b\\''", 'printf "%q\\n" "$quoted"', "$'a\\n\"b\\''"),
    ],
)
def test_it_lasts_in_the_same_phase_and_in_later_ones(
    first: str, second: str, printed: str, run: Run, source: Path, log: Path
) -> None:
    (source / "sub").mkdir()
    assert run({"pre_build": [first, second], "build": [second]}).succeeded
    assert lines(log) == [printed, printed]


def test_a_variable_that_is_not_exported_reaches_no_program(run: Run, log: Path) -> None:
    run({"build": ["plain=1; export given=2", "env | grep -E '^(plain|given)='"]})
    assert lines(log) == ["given=2"]


def test_options_of_the_shell_do_not_last(run: Run, log: Path) -> None:
    run({"build": ["set -euo pipefail", "false; echo still here"]})
    assert lines(log) == ["still here"]


def test_a_command_that_replaces_the_shell_s_trap_is_an_error(run: Run) -> None:
    result = run({"build": ["trap 'true' EXIT"]})
    assert "put it into a subshell" in str(result.failure)


# Variables


def test_the_project_s_variables_come_before_the_buildspec_s(run: Run, log: Path) -> None:
    run(
        {"build": ['echo "$KIND $LEVEL"']},
        env={"variables": {"KIND": "default", "LEVEL": 3}},
        environment={"KIND": "project"},
    )
    assert lines(log) == ["project 3"]


def test_codebuild_s_own_variables_are_there(run: Run, source: Path, log: Path, tmp_path: Path) -> None:
    names = ["CODEBUILD_SRC_DIR", "CODEBUILD_SRC_DIR_Images", "CODEBUILD_INITIATOR", "CODEBUILD_BUILD_SUCCEEDING"]
    run({"build": [f'echo "${name}"' for name in names]}, environment={"CODEBUILD_INITIATOR": "codepipeline/ocr"})
    assert lines(log) == [str(source), str(tmp_path / "images"), "codepipeline/ocr", "1"]


def test_exported_variables_leave_the_build_as_they_are_at_its_end(run: Run) -> None:
    result = run(
        {"build": ["export DEPLOY=false"], "post_build": ["DEPLOY=true"]}, env={"exported-variables": ["DEPLOY"]}
    )
    assert result.exported == {"DEPLOY": "true"}


def test_an_exported_variable_that_is_not_set_fails_the_build(run: Run) -> None:
    result = run({"build": ["DEPLOY='not exported'"]}, env={"exported-variables": ["DEPLOY"]})
    assert result.failure == "exported-variables: the build set no DEPLOY; export it in a command"


# The order of phases

SAYS = {name: [f"echo {name} $CODEBUILD_BUILD_SUCCEEDING"] for name in ("install", "pre_build", "build", "post_build")}


@pytest.mark.parametrize(
    ("fails", "ran"),
    [
        ("install", ["install"]),
        ("pre_build", ["install", "pre_build"]),
        ("build", ["install", "pre_build", "build", "post_build"]),
        ("post_build", ["install", "pre_build", "build", "post_build"]),
    ],
)
def test_after_a_failed_phase_comes_what_codebuild_runs(fails: str, ran: list[str], run: Run) -> None:
    result = run(SAYS | {fails: ["exit 3", "echo not reached"]})
    assert list(result.phases) == ran
    assert [name for name, succeeded in result.phases.items() if not succeeded] == [fails]
    assert f"{fails} ended with exit status 3" in str(result.failure)


def test_post_build_is_told_that_the_build_failed(run: Run, log: Path) -> None:
    run(SAYS | {"build": ["false"]})
    assert lines(log) == ["install 1", "pre_build 1", "post_build 0"]


def test_nothing_comes_after_a_phase_that_aborts(run: Run) -> None:
    result = run(SAYS | {"build": {"commands": ["false"], "on-failure": "ABORT"}})
    assert list(result.phases) == ["install", "pre_build", "build"]


def test_the_build_goes_on_after_a_phase_that_continues_and_fails_all_the_same(run: Run) -> None:
    result = run(SAYS | {"pre_build": {"commands": ["false"], "on-failure": "CONTINUE"}})
    assert list(result.phases) == ["install", "pre_build", "build", "post_build"]
    assert not result.succeeded


def test_finally_is_run_after_a_failure(run: Run, log: Path) -> None:
    run({"build": {"commands": ["false", "echo skipped"], "finally": ["echo $CODEBUILD_BUILD_SUCCEEDING"]}})
    assert lines(log) == ["0"]


def test_a_failure_in_finally_fails_the_phase(run: Run) -> None:
    assert run({"build": {"commands": ["true"], "finally": ["false"]}}).phases == {"build": False}


def test_the_failure_says_what_was_printed_last(run: Run) -> None:
    assert "exit status 1: no such card" in str(run({"build": ["echo no such card >&2; exit 1"]}).failure)


# Artifacts


def names_in(result: BuildResult) -> list[str]:
    return sorted(str(path.relative_to(result.artifacts)) for path in result.artifacts.rglob("*") if path.is_file())


MAKES_FILES = "mkdir -p out/deep; touch top.json out/a.json out/deep/b.json out/.hidden"


@pytest.mark.parametrize(
    ("artifacts", "expected"),
    [
        ({"files": ["top.json"]}, ["top.json"]),
        ({"files": ["out/*"]}, ["out/a.json"]),
        ({"files": ["**/*"], "base-directory": "out"}, [".hidden", "a.json", "deep/b.json"]),
        ({"files": ["**/*.json"], "discard-paths": True}, ["a.json", "b.json", "top.json"]),
        ({"files": ["out/**/b.json"]}, ["out/deep/b.json"]),
        ({"files": ["missing-*", "top.json"]}, ["top.json"]),
        ({"files": ["$EXPORT"]}, ["top.json"]),
    ],
)
def test_the_files_that_are_named_leave_the_build(artifacts: Any, expected: list[str], run: Run) -> None:
    result = run({"build": [MAKES_FILES]}, artifacts=artifacts, environment={"EXPORT": "top.json"})
    assert [name for name in names_in(result) if name != "out/.hidden"] == expected


@pytest.mark.parametrize(
    ("artifacts", "told"),
    [
        ({"files": ["missing.json", "missing-*"]}, "no matching artifact paths found: missing.json, missing-*"),
        ({"files": ["a.json"], "base-directory": "elsewhere"}, "no matching base directory path found for elsewhere"),
        ({"files": ["../*"]}, "expected a path below the source's folder"),
        ({"files": ["$NOWHERE"]}, "the build has no variable 'NOWHERE'"),
        ({"files": ["top.json", "out/top.json"], "discard-paths": True}, "are both top.json"),
    ],
)
def test_artifacts_that_cannot_be_collected_fail_the_build(artifacts: Any, told: str, run: Run) -> None:
    result = run({"build": [f"{MAKES_FILES}; touch out/top.json"]}, artifacts=artifacts)
    assert (result.phases["upload_artifacts"], result.succeeded) == (False, False)
    assert told in str(result.failure)


def test_artifacts_of_an_earlier_build_are_gone(run: Run) -> None:
    run({"build": ["touch old"]}, artifacts={"files": ["old"]})
    assert names_in(run({"build": ["rm old; touch new"]}, artifacts={"files": ["*ew"]})) == ["new"]


# What is not known


@pytest.mark.parametrize(
    ("sections", "where"),
    [
        ({"version": 0.1}, "version"),
        ({"env": {"shell": "powershell.exe"}}, "env.shell"),
        ({"env": {"parameter-store": {"A": "b"}}}, "env.parameter-store"),
        ({"batch": {}}, "batch"),
        ({"cache": {"paths": ["/root/.cache"]}}, "cache"),
        ({"artifacts": {"files": ["a"], "secondary-artifacts": {}}}, "artifacts.secondary-artifacts"),
    ],
)
def test_a_section_that_the_sandbox_does_not_know_is_refused(sections: Any, where: str, run: Run) -> None:
    result = run({"build": ["true"]}, **sections)
    assert not result.phases
    assert where in str(result.failure)


def test_an_unknown_phase_is_refused(run: Run) -> None:
    assert "test" in str(run({"test": ["true"]}).failure)


def test_reports_and_runtime_versions_are_accepted(run: Run) -> None:
    install = {"runtime-versions": {"python": 3.11}, "commands": ["true"]}
    assert run({"install": install}, reports={"tests": {"files": ["junit.xml"]}}).succeeded


def test_a_source_without_its_buildspec_fails_with_a_sentence(source: Path, log: Path, tmp_path: Path) -> None:
    result = run_build(
        source, {}, buildspec="other.yml", log=log, stand_ins=tmp_path, children=Children(tmp_path / "children")
    )
    assert str(source / "other.yml") in str(result.failure)


def test_a_buildspec_can_be_the_project_s_own_text(source: Path, log: Path, tmp_path: Path) -> None:
    text = "version: 0.2\nenv: {shell: bash}\nphases: {build: {commands: [echo from the project]}}\n"
    run_build(source, {}, buildspec=text, log=log, stand_ins=tmp_path, children=Children(tmp_path / "children"))
    assert lines(log) == ["from the project"]


# A build that is stopped


def test_a_stopped_build_ends_and_runs_nothing_more(run: Run, log: Path) -> None:
    stop = threading.Event()
    built: list[BuildResult] = []
    building = threading.Thread(
        target=lambda: built.append(
            run({"build": ["sh -c 'echo begun; exec sleep 60'"], "post_build": ["echo late"]}, stop=stop)
        )
    )
    building.start()
    while not (log.exists() and "begun" in lines(log)):
        assert building.is_alive()
    stop.set()
    building.join()
    assert built[0].failure == "The build was stopped."
    # The shell may have time to say that what it waited for was terminated.
    assert "late" not in lines(log)
