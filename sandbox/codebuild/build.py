"""One build: the phases of a buildspec, and then its artifacts."""

import platform
import shutil
import tempfile
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.codebuild.artifacts import collect
from sandbox.codebuild.buildspec import PHASES, Buildspec, Phase, read_buildspec
from sandbox.codebuild.shell import Shell, StoppedError
from sandbox.errors import SandboxError
from sandbox.files import last_line
from sandbox.processes.children import Children


@dataclass
class BuildResult:
    """How a build ended, and what it gives to whatever comes after it."""

    artifacts: Path
    """Folder with the files that `artifacts` names; empty of a build that failed before it had them."""

    phases: dict[str, bool] = field(default_factory=dict)
    """Each phase that ran, and whether it succeeded; `upload_artifacts` is one."""

    exported: dict[str, str] = field(default_factory=dict)
    """The variables of `exported-variables`."""

    failure: str | None = None
    """The first thing that went wrong."""

    @property
    def succeeded(self) -> bool:
        """Whether nothing went wrong."""
        return self.failure is None


def run_build(
    source: Path,
    environment: Mapping[str, str],
    *,
    buildspec: str | None,
    log: Path,
    stand_ins: Path,
    children: Children,
    secondary_sources: Mapping[str, Path] | None = None,
    stop: threading.Event | None = None,
) -> BuildResult:
    """Run the buildspec of `source`, which is changed by that, in the whole environment that is given.

    `buildspec` names a file of the source, or is the text itself; None is `buildspec.yml`. What the commands print is
    appended to `log` while they run. Programs are looked for in `stand_ins` first. `secondary_sources` are the other
    artifacts of a build with several, by name. Setting `stop` ends the build. The artifacts are a folder beside the
    source, `<its name>-artifacts`, which is made anew.

    The order of phases is CodeBuild's: the first command that fails ends its phase; after a failed `build` comes
    `post_build` still, unless `on-failure` is ABORT; after another failed phase nothing, unless it is CONTINUE; the
    artifacts are collected in any case
    (https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html).
    """
    result = BuildResult(source.with_name(f"{source.name}-artifacts"))
    shutil.rmtree(result.artifacts, ignore_errors=True)
    result.artifacts.mkdir(parents=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        spec = read_buildspec(source, buildspec)
        variables = _variables(spec, source, environment, stand_ins, secondary_sources or {})
        with tempfile.TemporaryDirectory(prefix="build-", dir=source.parent) as workplace:
            shell = Shell(
                Path(workplace), source, variables, log=log, children=children, stop=stop or threading.Event()
            )
            _Build(spec, shell, source, log, result).run()
    except SandboxError as error:
        _fail(result, str(error), log)
    except StoppedError:
        _fail(result, "The build was stopped.", log)
    return result


class _Build:
    def __init__(self, spec: Buildspec, shell: Shell, source: Path, log: Path, result: BuildResult):
        self._spec, self._shell, self._source, self._log, self._result = spec, shell, source, log, result

    def run(self) -> None:
        for name in PHASES:
            phase = self._spec.phases.get(name)
            if phase is None:
                continue
            self._result.phases[name] = self._phase(name, phase)
            if not self._result.phases[name] and not _goes_on(name, phase):
                break
        if self._result.succeeded:
            self._export()
        self._upload()

    def _phase(self, name: str, phase: Phase) -> bool:
        _tell(self._log, f"Entering phase {name.upper()}")
        for runtime, version in phase.runtime_versions.items():
            _tell(self._log, f"{runtime} {version} is asked for; here it is Python {platform.python_version()}")
        # One failure does not keep `finally` from being run, to its own first failure.
        done = [self._commands(name, commands) for commands in (phase.commands, phase.afterwards)]
        _tell(self._log, f"Phase complete: {name.upper()} State: {'SUCCEEDED' if all(done) else 'FAILED'}")
        return all(done)

    def _commands(self, name: str, commands: tuple[str, ...]) -> bool:
        for command in commands:
            code = self._shell.run(command, succeeding=self._result.succeeded)
            if code:
                said = last_line(self._log)
                reason = (
                    f"COMMAND_EXECUTION_ERROR: {name} ended with exit status {code}: {said} (the log is {self._log})"
                )
                _fail(self._result, reason, self._log)
                return False
        return True

    def _export(self) -> None:
        environment = self._shell.environment()
        for name in self._spec.env.exported_variables:
            if name not in environment:
                message = f"exported-variables: the build set no {name}; export it in a command"
                raise SandboxError(message)
            self._result.exported[name] = environment[name]

    def _upload(self) -> None:
        if self._spec.reports:
            _tell(self._log, f"Reports of {', '.join(self._spec.reports)} stay with the build: the sandbox shows none")
        if self._spec.artifacts is None:
            return
        try:
            found = collect(self._spec.artifacts, self._source, self._shell.environment(), self._result.artifacts)
        except SandboxError as error:
            self._result.phases["upload_artifacts"] = False
            _fail(self._result, str(error), self._log)
        else:
            self._result.phases["upload_artifacts"] = True
            for pattern in found.skipped:
                _tell(self._log, f"Skipping invalid file path {pattern}")
            _tell(self._log, f"Artifacts: {', '.join(found.names)}")


def _goes_on(name: str, phase: Phase) -> bool:
    if phase.on_failure is None:
        return name == "build"
    return phase.on_failure == "CONTINUE"


def _variables(
    spec: Buildspec, source: Path, environment: Mapping[str, str], stand_ins: Path, secondary: Mapping[str, Path]
) -> dict[str, str]:
    """The environment of the first command; what is given comes before the buildspec's own."""
    path = environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    return {
        "CODEBUILD_BUILD_ID": f"sandbox:{uuid.uuid4()}",
        "CODEBUILD_INITIATOR": "sandbox",
        **spec.env.variables,
        **environment,
        "PATH": f"{stand_ins}:{path}",
        "CODEBUILD_SRC_DIR": str(source),
        **{f"CODEBUILD_SRC_DIR_{name}": str(folder) for name, folder in secondary.items()},
    }


def _fail(result: BuildResult, reason: str, log: Path) -> None:
    result.failure = result.failure or reason
    _tell(log, reason)


def _tell(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(f"[Container] {line}\n")
