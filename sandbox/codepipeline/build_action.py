"""Build and test actions: a CodeBuild project run against an artifact."""

import shutil

from sandbox.codebuild.service import BuildRequest, Builds
from sandbox.codebuild.variables import action_environment
from sandbox.codepipeline.action import ActionRun, Outcome
from sandbox.errors import SandboxError

_SETTINGS = {"ProjectName", "EnvironmentVariables"}


class CodeBuildAction:
    """Runs a build; what its buildspec exports becomes the action's variables."""

    def __init__(self, builds: Builds):
        self._builds = builds

    def run(self, run: ActionRun) -> Outcome:
        """Build, and keep the files of the buildspec's `artifacts` as the output artifact."""
        run.only(_SETTINGS)
        if len(run.action.input_artifacts) != 1 or len(run.action.output_artifacts) > 1:
            message = f"action {run.owner}: expected one input artifact and at most one output artifact"
            raise SandboxError(message)
        source = run.artifacts.copy(run.action.input_artifacts[0].name, run.owner)
        request = BuildRequest(
            project=run.setting("ProjectName"),
            source=source,
            log=run.log,
            initiator=f"codepipeline/{run.execution.pipeline}",
            environment=action_environment(run.configuration.get("EnvironmentVariables", "[]"), run.owner),
            commit=run.execution.revisions[0].commit if run.execution.revisions else None,
            on_stop=run.stop.on_abandon,
        )
        build = self._builds.run(request)
        with run.journal.change(run.execution):
            run.record.external_id = build.id
        if build.status != "SUCCEEDED":
            raise SandboxError(build.failure or f"build {build.id} ended as {build.status}")
        for artifact in run.action.output_artifacts:
            if build.artifacts is None or not any(build.artifacts.iterdir()):
                message = f"action {run.owner} makes the artifact {artifact.name}, and its buildspec names no artifacts"
                raise SandboxError(message)
            shutil.copytree(build.artifacts, run.artifacts.room(artifact.name), symlinks=True, dirs_exist_ok=True)
            run.artifacts.keep(artifact.name)
        for folder in (source, build.artifacts):
            shutil.rmtree(folder or source, ignore_errors=True)
        seconds = (build.end - build.start).total_seconds() if build.end else None
        return Outcome(build.exported, summary=f"build {build.number} of {build.project}", work_seconds=seconds)
