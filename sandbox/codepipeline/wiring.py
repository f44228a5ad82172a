"""Puts the parts of CodePipeline and CodeBuild together, and to work for the rules of the stacks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.codebuild.service import Builds
from sandbox.codepipeline import api
from sandbox.codepipeline.action import Provider
from sandbox.codepipeline.approval_action import ManualApproval
from sandbox.codepipeline.build_action import CodeBuildAction
from sandbox.codepipeline.service import CodePipelines
from sandbox.codepipeline.source_action import CodeCommitAction
from sandbox.codepipeline.stack import StackDeployer
from sandbox.codepipeline.stack_action import CloudFormationAction
from sandbox.docker.containers import Containers
from sandbox.endpoints.service import Endpoints
from sandbox.events.rules import EventRules
from sandbox.jobs.job import JobContext
from sandbox.project.repositories import Repositories
from sandbox.stand_ins.programs import write_programs


def install(
    context: JobContext,
    endpoints: Endpoints,
    rules: EventRules,
    *,
    containers: Containers | None = None,
    runs_when_created: bool = True,
) -> None:
    """Execute the pipelines and builds of this sandbox, for this process.

    With `containers` their engine builds images too. Without `runs_when_created` a pipeline waits for its first event.
    """
    layout, settings = context.layout, context.settings
    client = containers.client if containers else None
    docker = Path(client.command()[0]) if client else None
    programs = write_programs(layout.programs, layout.stand_ins, docker=docker)
    builds = Builds(context, programs, client.of_the_engine() if client else {})
    build = CodeBuildAction(builds)

    def seconds_to_ready(names: Sequence[str]) -> float:
        servers = [endpoints.server(name) for name in names]
        return sum(server.seconds_to_ready for server in servers if server)

    providers: dict[tuple[str, str], Provider] = {
        ("Source", "CodeCommit"): CodeCommitAction(Repositories(settings)),
        ("Build", "CodeBuild"): build,
        ("Test", "CodeBuild"): build,
        ("Deploy", "CloudFormation"): CloudFormationAction(
            StackDeployer(settings, context.endpoint_url), seconds_to_ready
        ),
    }
    pipelines = CodePipelines(settings, rules, providers, ManualApproval())
    api.install(pipelines, builds, runs_when_created=runs_when_created)

    def start(target_arn: str, event: Mapping[str, Any]) -> None:
        if target_arn.split(":")[2] == "codebuild":
            builds.start(target_arn.rsplit("/", 1)[-1], "rule")
        else:
            pipelines.start_on_event(target_arn, event)

    rules.on_target(start)
