"""Mistakes in build projects, pipelines and buildspecs."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from wiring import sources
from wiring.mutations.edit import Mutation, Pointer, changed, dropped, original, swapped, walk
from wiring.names import REPOSITORIES

BUILDSPECS = [
    *(f"{folder}/buildspec.yml" for folder in REPOSITORIES.values()),
    "model-deploy/test-buildspec.yml",
    "project-template/check-in.yml",
]


def environments() -> Iterator[Mutation]:
    """Every variable of every build project: renamed, gone, with another's value."""
    file = sources.PROJECT
    for name, resource in original(file)["Resources"].items():
        if resource["Type"] != "AWS::CodeBuild::Project":
            continue
        variables = resource["Properties"]["Environment"].get("EnvironmentVariables", [])
        here: Pointer = ("Resources", name, "Properties", "Environment", "EnvironmentVariables")
        for index, variable in enumerate(variables):
            yield changed("variable", file, (*here, index, "Name"), f"{variable['Name']}_X")
            yield dropped("variable", file, (*here, index))
        for index in range(len(variables)):
            other = (index + 1) % len(variables)
            if variables[index]["Value"] != variables[other]["Value"]:
                yield swapped("variable", file, (*here, index, "Value"), (*here, other, "Value"))
        for part in (
            "ServiceRole",
            "EncryptionKey",
            "LogsConfig",
            "VpcConfig",
            "TimeoutInMinutes",
            "Source",
            "Artifacts",
        ):
            if part in resource["Properties"]:
                yield dropped("build project", file, ("Resources", name, "Properties", part))
        yield changed("build project", file, ("Resources", name, "Properties", "Source", "BuildSpec"), "other.yml")
        privileged = resource["Properties"]["Environment"].get("PrivilegedMode", False)
        yield changed("build project", file, (*here[:-1], "PrivilegedMode"), not privileged)


def pipelines() -> Iterator[Mutation]:
    """Every stage, action, artifact, turn and condition of every pipeline."""
    file = sources.PROJECT
    for name, resource in original(file)["Resources"].items():
        if resource["Type"] != "AWS::CodePipeline::Pipeline":
            continue
        here: Pointer = ("Resources", name, "Properties")
        for part in ("PipelineType", "ExecutionMode"):
            yield dropped("pipeline", file, (*here, part))
        yield changed("pipeline", file, (*here, "ExecutionMode"), "PARALLEL")
        yield dropped("pipeline", file, (*here, "ArtifactStore", "EncryptionKey"))
        stages = resource["Properties"]["Stages"]
        for one, other in pairwise(range(len(stages))):
            yield swapped("stage order", file, (*here, "Stages", one), (*here, "Stages", other))
        for index, stage in enumerate(stages):
            yield from _stage(file, (*here, "Stages", index), stage)


_OTHERWISE = {"Result": "FAIL", "Variable": "#{Build.OTHER}", "Operator": "NE", "Value": "false", "Provider": "Other"}


def _stage(file: str, here: Pointer, stage: dict[str, Any]) -> Iterator[Mutation]:
    if "BeforeEntry" in stage:
        yield dropped("stage condition", file, (*here, "BeforeEntry"))
        for pointer, value in walk(stage["BeforeEntry"], (*here, "BeforeEntry")):
            if isinstance(value, str) and pointer[-1] in _OTHERWISE:
                yield changed("stage condition", file, pointer, _OTHERWISE[str(pointer[-1])])
    for index in range(len(stage["Actions"])):
        yield dropped("action", file, (*here, "Actions", index))
    for pointer, value in walk(stage["Actions"], (*here, "Actions")):
        if len(pointer) > 3:
            yield from _action(file, pointer, value)


def _action(file: str, pointer: Pointer, value: Any) -> Iterator[Mutation]:
    if pointer[-1] == "RunOrder":
        yield changed("turn", file, pointer, 1 if value != 1 else 9)
    if pointer[-1] == "Name" and pointer[-3] in ("InputArtifacts", "OutputArtifacts"):
        yield changed("artifact", file, pointer, f"{value}X")
    if pointer[-2] == "Configuration":
        yield dropped("action configuration", file, pointer)
        if isinstance(value, str):
            other = value.replace("staging", "prod") if "staging" in value else f"{value}x"
            yield changed("action configuration", file, pointer, other)
    if pointer[-1] in ("Provider", "Namespace"):
        yield changed("action", file, pointer, "Other")


def buildspecs() -> Iterator[Mutation]:
    """Every variable, command and artifact of every buildspec."""
    for file in BUILDSPECS:
        data = original(file)
        for part in ("variables", "exported-variables"):
            held = data["env"].get(part, {})
            for key in held if isinstance(held, dict) else range(len(held)):
                yield dropped("buildspec variable", file, ("env", part, key))
        yield dropped("buildspec", file, ("env", "shell"))
        for phase, does in data["phases"].items():
            yield dropped("buildspec command", file, ("phases", phase))
            for index, command in enumerate(does.get("commands", [])):
                here: Pointer = ("phases", phase, "commands", index)
                yield dropped("buildspec command", file, here)
                if command.startswith("set -euo pipefail\n"):
                    yield changed(
                        "buildspec command", file, here, command.partition("\n")[2], "does not stop at a failure"
                    )
                yield from _lines(file, here, command)
        for index in range(len(data.get("artifacts", {}).get("files", []))):
            yield dropped("buildspec artifact", file, ("artifacts", "files", index))


def _lines(file: str, here: Pointer, command: str) -> Iterator[Mutation]:
    lines = command.splitlines()
    for index, line in enumerate(lines):
        works = (
            "docker ",
            "aws ",
            "sagemaker create",
            "python",
            "export DEPLOY",
            "git -C",
            "authenticated -C",
            "check_in image",
            "check_in model",
            "if ! sagemaker wait",
            '[ "$CODEBUILD_BUILD',
        )
        if line.strip().startswith(works):
            left = "\n".join([*lines[:index], *lines[index + 1 :]])
            yield changed("buildspec line", file, here, left, f"loses: {line.strip()}")
