"""Mistakes in references, conditions, and what protects."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from wiring import sources
from wiring.mutations.edit import Mutation, Pointer, changed, dropped, original, swapped, walk

STACKS = (sources.PROJECT, sources.ENDPOINT, sources.FRONT_DOOR, sources.DRIFT)
ALL = (sources.BOOTSTRAP, *STACKS)

PROTECTION = {
    "BucketEncryption",
    "BucketKeyEnabled",
    "DeletionPolicy",
    "EnableKeyRotation",
    "EnableNetworkIsolation",
    "EncryptionConfiguration",
    "EncryptionKey",
    "ImageScanningConfiguration",
    "ImageTagMutability",
    "KMSMasterKeyID",
    "KmsKeyId",
    "KmsMasterKeyId",
    "LifecycleConfiguration",
    "LifecyclePolicy",
    "LoggingConfiguration",
    "OwnershipControls",
    "PendingWindowInDays",
    "PermissionsBoundary",
    "PublicAccessBlockConfiguration",
    "RetentionInDays",
    "Tags",
    "UpdateReplacePolicy",
    "VersioningConfiguration",
    "VpcConfig",
}
"""Properties that protect something: each is left out once."""

WATCHED = {
    sources.ENDPOINT: {"Endpoint", "EndpointConfig", "ErrorAlarm", "LatencyAlarm", "Model", "ScalableTarget"},
    sources.FRONT_DOOR: {
        "Api",
        "PostInvocations",
        "ProdStage",
        "UsagePlan",
        "UsagePlanKey",
        "WebAclAssociation",
        "WafLogging",
        "ErrorAlarm",
    },
    sources.DRIFT: {"Schedule", "ViolationsAlarm", "UnwatchedAlarm"},
    sources.PROJECT: {"BuildAlarm", "Budget", "AlarmSubscription"},
}
"""Resources of which every property is left out once, and every text changed."""

UNSAID = {"AlarmDescription", "Description", "Label", "Tags", "Id"}
"""Words for people, and names that only have to differ."""


def conditions() -> Iterator[Mutation]:
    """Every condition the other way round, every choice, and every resource that has one without it."""
    for file in ALL:
        data = original(file)
        for name, condition in data.get("Conditions", {}).items():
            yield changed("condition", file, ("Conditions", name), {"Fn::Not": [condition]}, "is inverted")
        for logical, resource in data["Resources"].items():
            if "Condition" in resource:
                yield dropped("condition", file, ("Resources", logical, "Condition"))
            for pointer, _ in walk(resource, ("Resources", logical)):
                if pointer[-1] == "Fn::If":
                    yield swapped("choice", file, (*pointer, 1), (*pointer, 2))
        for name, rule in data.get("Rules", {}).items():
            yield dropped("template rule", file, ("Rules", name))
            for index, assertion in enumerate(rule["Assertions"]):
                here: Pointer = ("Rules", name, "Assertions", index, "Assert")
                yield changed("template rule", file, here, {"Fn::Not": [assertion["Assert"]]}, "is inverted")


def references() -> Iterator[Mutation]:
    """Every reference to a resource leads to its neighbour of the same type; every import to the next export."""
    for file in ALL:
        data = original(file)
        kinds: dict[str, list[str]] = {}
        for logical, resource in data["Resources"].items():
            kinds.setdefault(resource["Type"], []).append(logical)
        following = {
            one: other for group in kinds.values() if len(group) > 1 for one, other in pairwise([*group, group[0]])
        }
        for logical, resource in data["Resources"].items():
            for pointer, value in walk(resource.get("Properties", {}), ("Resources", logical, "Properties")):
                yield from _reference(file, pointer, value, following)


def _reference(file: str, pointer: Pointer, value: Any, following: dict[str, str]) -> Iterator[Mutation]:
    if pointer[-1] == "Ref" and value in following:
        yield changed("reference", file, pointer, following[value])
    if pointer[-1] == "Fn::GetAtt":
        resource, attribute = value if isinstance(value, list) else value.split(".", 1)
        if resource in following:
            yield changed("reference", file, pointer, [following[resource], attribute])
    if pointer[-1] == "Fn::Sub" and isinstance(value, str):
        if value.startswith("${BootstrapStackName}-"):
            yield changed("import", file, pointer, _next_export(value))
        elif not value.lstrip().startswith("{"):
            for one, other in following.items():
                if f"${{{one}}}" in value or f"${{{one}." in value:
                    yield changed("reference", file, pointer, value.replace(f"${{{one}", f"${{{other}", 1))


def _next_export(value: str) -> str:
    names: list[str] = [
        output["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for output in original(sources.BOOTSTRAP)["Outputs"].values()
    ]
    name = value.removeprefix("${BootstrapStackName}-")
    return "${BootstrapStackName}-" + names[(names.index(name) + 1) % len(names)]


def protection() -> Iterator[Mutation]:
    """Every property that protects something is left out."""
    for file in ALL:
        for logical, resource in original(file)["Resources"].items():
            for pointer, value in walk(resource, ("Resources", logical)):
                if pointer[-1] in PROTECTION:
                    yield dropped("protection", file, pointer)
                if isinstance(value, bool) and len(pointer) > 2 and pointer[-2] == "PublicAccessBlockConfiguration":
                    yield changed("protection", file, pointer, False)


def properties() -> Iterator[Mutation]:
    """Every property of what is watched is left out, and every text changed."""
    for file, logicals in WATCHED.items():
        for logical in sorted(logicals):
            resource = original(file)["Resources"][logical]
            for pointer, value in walk(resource["Properties"], ("Resources", logical, "Properties")):
                if set(map(str, pointer)) & UNSAID or any(
                    str(part).startswith("Fn::") or part == "Ref" for part in pointer
                ):
                    continue
                if isinstance(pointer[-1], str) and pointer[-1] != "Properties":
                    yield dropped("property", file, pointer)
                if isinstance(value, str):
                    yield changed("property", file, pointer, f"{value}x")
                elif isinstance(value, bool):
                    yield changed("property", file, pointer, not value)
                elif isinstance(value, int):
                    yield changed("property", file, pointer, value + 1)


def outputs() -> Iterator[Mutation]:
    """Every export has the next one's value."""
    file = sources.BOOTSTRAP
    exported = [name for name, output in original(file)["Outputs"].items() if "Export" in output]
    for one, other in pairwise([*exported, exported[0]]):
        yield swapped("export", file, ("Outputs", one, "Value"), ("Outputs", other, "Value"))
