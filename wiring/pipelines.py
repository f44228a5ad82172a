"""CodePipelines of a stack, as far as their order and their files go."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wiring.stack import Resource


@dataclass(frozen=True)
class Action:
    """One action of a pipeline."""

    stage: str
    declared: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The action's name, unique in its stage."""
        return str(self.declared["Name"])

    @property
    def run_order(self) -> int:
        """Its turn within the stage, from 1."""
        return int(self.declared.get("RunOrder", 1))

    @property
    def kind(self) -> tuple[str, str]:
        """Category and provider."""
        return self.declared["ActionTypeId"]["Category"], self.declared["ActionTypeId"]["Provider"]

    @property
    def configuration(self) -> Mapping[str, Any]:
        """What the action's provider is told."""
        return dict(self.declared.get("Configuration", {}))

    @property
    def inputs(self) -> list[str]:
        """Names of the artifacts that it takes."""
        return [artifact["Name"] for artifact in self.declared.get("InputArtifacts", [])]

    @property
    def outputs(self) -> list[str]:
        """Names of the artifacts that it leaves."""
        return [artifact["Name"] for artifact in self.declared.get("OutputArtifacts", [])]

    @property
    def environment(self) -> dict[str, str]:
        """Variables that it gives to a build, besides those of the build project."""
        listed = json.loads(self.configuration.get("EnvironmentVariables", "[]"))
        return {variable["name"]: variable["value"] for variable in listed}


def actions(pipeline: Resource) -> list[Action]:
    """All actions, stage by stage, each stage's in the order in which they run."""
    return [
        action
        for stage in pipeline.properties["Stages"]
        for action in sorted((Action(stage["Name"], each) for each in stage["Actions"]), key=lambda a: a.run_order)
    ]


def turns(pipeline: Resource) -> dict[str, list[set[str]]]:
    """The stages in their order; of each, the names of the actions that run at the same time, turn by turn."""
    flow: dict[str, list[set[str]]] = {stage["Name"]: [] for stage in pipeline.properties["Stages"]}
    for (stage, _), group in groupby(actions(pipeline), key=lambda action: (action.stage, action.run_order)):
        flow[stage].append({action.name for action in group})
    return flow


def available(pipeline: Resource) -> Iterator[tuple[Action, set[str]]]:
    """Each action with the artifacts that were made before its turn."""
    made: set[str] = set()
    for _, group in groupby(actions(pipeline), key=lambda action: (action.stage, action.run_order)):
        at_once = list(group)
        for action in at_once:
            yield action, set(made)
        made.update(output for action in at_once for output in action.outputs)
