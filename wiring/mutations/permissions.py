"""Mistakes in policies: of roles, of what they are asked for on, and of who may be a role."""

from collections.abc import Iterator, Mapping
from typing import Any

from wiring import sources
from wiring.mutations.edit import Mutation, Pointer, changed, dropped, original, walk
from wiring.policies import listed


def trust() -> Iterator[Mutation]:
    """Another service may be a role, or a service for any account."""
    for here, statement in _statements("AssumeRolePolicyDocument"):
        yield changed("trust", sources.BOOTSTRAP, (*here, "Principal"), {"Service": "ec2.amazonaws.com"})
        yield changed("trust", sources.BOOTSTRAP, (*here, "Principal"), {"AWS": "*"})
        if "Condition" in statement:
            yield dropped("trust", sources.BOOTSTRAP, (*here, "Condition"))


def policies() -> Iterator[Mutation]:
    """Every statement, action, resource and condition of every policy."""
    for file in (sources.BOOTSTRAP, sources.PROJECT):
        for name in ("PolicyDocument", "KeyPolicy"):
            for here, statement in _statements(name, file):
                yield from _policy(file, here, statement)


def _policy(file: str, here: Pointer, statement: Mapping[str, Any]) -> Iterator[Mutation]:
    yield dropped("policy statement", file, here)
    yield from _list("policy action", file, (*here, "Action"), statement["Action"])
    # Every action of one service, wherever it was some.
    service = listed(statement["Action"])[0].split(":")[0]
    if f"{service}:*" not in listed(statement["Action"]):
        yield changed("policy action", file, (*here, "Action"), f"{service}:*")
    yield from _list("policy resource", file, (*here, "Resource"), statement["Resource"])
    if statement["Resource"] != "*":
        yield changed("policy resource", file, (*here, "Resource"), "*")
    if "Condition" in statement:
        yield dropped("policy condition", file, (*here, "Condition"))
        for operator, keys in statement["Condition"].items():
            for key in keys:
                yield changed("policy condition", file, (*here, "Condition", operator, key), "somethingelse")
    if "Principal" in statement and statement["Effect"] == "Allow":
        yield changed("policy principal", file, (*here, "Principal"), "*")
        yield changed("policy principal", file, (*here, "Principal"), {"Service": "ec2.amazonaws.com"})


def _list(kind: str, file: str, pointer: Pointer, value: Any) -> Iterator[Mutation]:
    if isinstance(value, list) and len(value) > 1:
        for index in range(len(value)):
            yield dropped(kind, file, (*pointer, index))


def _statements(name: str, file: str = sources.BOOTSTRAP) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    for logical, resource in original(file)["Resources"].items():
        for pointer, value in walk(resource, ("Resources", logical)):
            if pointer[-1] == name:
                for index, statement in enumerate(value["Statement"]):
                    way: Pointer = (*pointer, "Statement", index)
                    if "Fn::If" in statement:
                        yield (*way, "Fn::If", 1), statement["Fn::If"][1]
                    else:
                        yield way, statement
