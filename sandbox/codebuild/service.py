"""CodeBuild's builds: a project's buildspec, run against a folder of source.

The projects are moto's records; what a build does is `sandbox.codebuild`'s.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.codebuild.models import codebuild_backends

from sandbox.codebuild import run_build
from sandbox.codebuild.variables import project_environment
from sandbox.errors import SandboxError
from sandbox.jobs.job import JobContext
from sandbox.processes.environment import child_environment

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_MINUTES = 60


@dataclass
class Build:
    """One build, as BatchGetBuilds tells of it."""

    id: str
    arn: str
    project: str
    number: int
    initiator: str
    log: Path
    start: datetime
    environment: dict[str, str] = field(repr=False)
    commit: str | None = None
    status: str = "IN_PROGRESS"
    end: datetime | None = None
    phases: dict[str, bool] = field(default_factory=dict)
    exported: dict[str, str] = field(default_factory=dict)
    failure: str | None = None
    artifacts: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event, repr=False)


@dataclass(frozen=True)
class BuildRequest:
    """A build to run. `environment` wins over the project's own; `on_stop` is given what stops the build."""

    project: str
    source: Path
    log: Path
    initiator: str
    environment: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None
    on_stop: Callable[[Callable[[], None]], None] | None = None


class Builds:
    """Runs builds and remembers them; thread-safe."""

    def __init__(self, context: JobContext, stand_ins: Path, environment: Mapping[str, str] | None = None):
        """`stand_ins` come first on the PATH of every build; `environment` is what they need."""
        self._context = context
        self._stand_ins = stand_ins
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._builds: dict[str, Build] = {}

    def run(self, request: BuildRequest) -> Build:
        """Run a build to its end, whatever that is. Raises SandboxError when it cannot begin."""
        project = self._project(request.project)
        build = self._begin(project, request)
        self._finish(build, request, project)
        return build

    def start(self, project_name: str, initiator: str) -> Build:
        """Start a build of a project that needs no pipeline's artifact; returns at once.

        Raises SandboxError when it cannot begin.
        """
        project = self._project(project_name)
        kind = project["source"]["type"]
        if kind != "NO_SOURCE":
            message = (
                f"project {project_name} has source {kind}: only a project with NO_SOURCE can be started by itself"
            )
            raise SandboxError(message)
        folder = self._context.layout.builds / str(uuid4())
        folder.mkdir(parents=True)
        log = self._context.layout.logs / "builds" / f"{project_name}-{folder.name[:8]}.log"
        request = BuildRequest(project_name, folder, log, initiator)
        build = self._begin(project, request)
        threading.Thread(
            target=self._finish, args=(build, request, project), name=f"build-{build.id}", daemon=True
        ).start()
        return build

    def find(self, build_id: str) -> Build | None:
        """A build by its id."""
        with self._lock:
            return self._builds.get(build_id)

    def of_project(self, project_name: str) -> list[Build]:
        """Builds of a project, newest first."""
        with self._lock:
            return [build for build in self._builds.values() if build.project == project_name][::-1]

    def stop(self, build_id: str) -> None:
        """Stop a running build; one that has ended is left alone."""
        build = self.find(build_id)
        if build is not None:
            build.stop.set()

    def _project(self, name: str) -> dict[str, Any]:
        settings = self._context.settings
        known = codebuild_backends[settings.account_id][settings.region].codebuild_projects
        if name not in known:
            message = f"there is no CodeBuild project {name!r}; there are {', '.join(sorted(known)) or 'none'}"
            raise SandboxError(message)
        found: dict[str, Any] = known[name].project_metadata
        return found

    def _begin(self, project: dict[str, Any], request: BuildRequest) -> Build:
        settings = self._context.settings
        begun = datetime.now(UTC)
        build_id = f"{request.project}:{uuid4()}"
        with self._lock:
            build = Build(
                id=build_id,
                arn=f"arn:aws:codebuild:{settings.region}:{settings.account_id}:build/{build_id}",
                project=request.project,
                number=sum(known.project == request.project for known in self._builds.values()) + 1,
                initiator=request.initiator,
                log=request.log,
                start=begun,
                commit=request.commit,
                environment=project_environment(project) | dict(request.environment),
            )
            self._builds[build_id] = build
        return build

    def _finish(self, build: Build, request: BuildRequest, project: dict[str, Any]) -> None:
        if request.on_stop is not None:
            request.on_stop(build.stop.set)
        minutes = project.get("timeoutInMinutes") or DEFAULT_TIMEOUT_MINUTES
        timer = threading.Timer(minutes * 60, build.stop.set)
        timer.daemon = True
        timer.start()
        try:
            result = run_build(
                request.source,
                self._whole_environment(build),
                buildspec=project["source"].get("buildspec"),
                log=request.log,
                stand_ins=self._stand_ins,
                children=self._context.children,
                stop=build.stop,
            )
        except RuntimeError as error:
            # The sandbox itself is stopping, and starts nothing any more.
            build.failure, build.status = str(error), "STOPPED"
        else:
            build.phases, build.exported, build.artifacts = result.phases, result.exported, result.artifacts
            build.failure = result.failure
            build.status = "STOPPED" if build.stop.is_set() else "SUCCEEDED" if result.succeeded else "FAILED"
        finally:
            timer.cancel()
            build.end = datetime.now(UTC)

    def _whole_environment(self, build: Build) -> dict[str, str]:
        """The machine's, then what CodeBuild itself sets, then the project's and the action's."""
        settings = self._context.settings
        own = {
            **self._environment,
            "CI": "true",
            "CODEBUILD_BUILD_ARN": build.arn,
            "CODEBUILD_BUILD_ID": build.id,
            "CODEBUILD_BUILD_NUMBER": str(build.number),
            "CODEBUILD_INITIATOR": build.initiator,
            "CODEBUILD_START_TIME": str(int(build.start.timestamp() * 1000)),
        }
        if build.commit:
            own["CODEBUILD_RESOLVED_SOURCE_VERSION"] = build.commit
        return child_environment(settings, self._context.endpoint_url, {**own, **build.environment})
