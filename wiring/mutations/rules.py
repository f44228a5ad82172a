"""Mistakes in rules: what they take, what they start and as whom."""

from collections.abc import Iterator
from itertools import pairwise

from wiring import sources
from wiring.mutations.edit import Mutation, Pointer, changed, dropped, original, swapped, walk


def rules() -> Iterator[Mutation]:
    """Every leaf of every pattern, every target and every role."""
    file = sources.PROJECT
    found: list[Pointer] = []
    for name, resource in original(file)["Resources"].items():
        if resource["Type"] != "AWS::Events::Rule":
            continue
        here: Pointer = ("Resources", name, "Properties")
        found.append(here)
        yield changed("rule state", file, (*here, "State"), "DISABLED")
        yield dropped("rule target", file, (*here, "Targets", 0))
        if "RoleArn" in resource["Properties"]["Targets"][0]:
            yield dropped("rule target", file, (*here, "Targets", 0, "RoleArn"))
        yield from _pattern(file, (*here, "EventPattern"), resource["Properties"].get("EventPattern", {}))
    for one, other in pairwise([*found, found[0]]):
        for part in ("EventPattern", "Targets"):
            if (
                part in _properties(file, one)
                and part in _properties(file, other)
                and (_properties(file, one)[part] != _properties(file, other)[part])
            ):
                yield swapped(f"rule {part}", file, (*one, part), (*other, part))


def _properties(file: str, pointer: Pointer) -> dict[str, object]:
    properties: dict[str, object] = original(file)["Resources"][pointer[1]]["Properties"]
    return properties


def _pattern(file: str, here: Pointer, pattern: object) -> Iterator[Mutation]:
    for pointer, value in walk(pattern, here):
        if isinstance(value, list) and pointer[-1] != "$or":
            # A key that goes widens the rule; an item that goes narrows it.
            yield dropped("rule pattern", file, pointer)
            for index, item in enumerate(value):
                if len(value) > 1:
                    yield dropped("rule pattern", file, (*pointer, index))
                yield from _leaf(file, (*pointer, index), item)
        elif isinstance(value, list):
            yield from (dropped("rule pattern", file, (*pointer, index)) for index in range(len(value)))


def _leaf(file: str, pointer: Pointer, item: object) -> Iterator[Mutation]:
    yield changed("rule pattern", file, pointer, f"{item}x" if isinstance(item, str) else "somethingelse")
    if isinstance(item, dict) and "equals-ignore-case" in item:
        yield changed("rule pattern", file, pointer, item["equals-ignore-case"], "minds its case")
    if isinstance(item, dict) and "prefix" in item:
        yield changed("rule pattern", file, pointer, {"prefix": "sagemaker-"}, "takes every project's")
