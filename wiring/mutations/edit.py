"""One mistake: a few edits of the files that the proof judges."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiring import sources

Pointer = tuple[str | int, ...]
DROP = object()
"""In the place of a value: the key or item goes."""


@dataclass(frozen=True)
class Mutation:
    """A mistake that could be made."""

    kind: str
    """What is mistaken, such as ``rule pattern``."""

    file: str
    name: str
    """Where, and what is done there."""

    edits: tuple[tuple[Pointer, Any], ...]

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.file.rpartition('/')[2] if self.file.endswith('.yaml') else self.file}: {self.name}"

    def files(self) -> Mapping[str, Any]:
        """The file's data with the mistake in it."""
        data = copy.deepcopy(original(self.file))
        # From the end, so that an item that goes does not move those that are still to be edited.
        for pointer, value in sorted(
            self.edits, key=lambda edit: [str(part).zfill(6) for part in edit[0]], reverse=True
        ):
            *way, last = pointer
            holder = at(data, tuple(way))
            if value is DROP:
                del holder[last]
            else:
                holder[last] = copy.deepcopy(value)
        return {self.file: data}


def original(file: str) -> dict[str, Any]:
    """A file's data as it is."""
    is_template = file in sources.TEMPLATES
    return sources.template(file) if is_template else sources.document(file)


def at(data: Any, pointer: Pointer) -> Any:
    """What a pointer leads to."""
    for part in pointer:
        data = data[part]
    return data


def walk(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every value below a value, with the way to it, its holder first."""
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*pointer, index))


def words(pointer: Pointer) -> str:
    """A pointer as text."""
    return ".".join(str(part) for part in pointer)


def dropped(kind: str, file: str, pointer: Pointer) -> Mutation:
    """Something goes."""
    return Mutation(kind, file, f"{words(pointer)} dropped", ((pointer, DROP),))


def changed(kind: str, file: str, pointer: Pointer, value: Any, how: str = "") -> Mutation:
    """Something becomes something else."""
    return Mutation(kind, file, f"{words(pointer)} {how or f'becomes {value}'}", ((pointer, value),))


def swapped(kind: str, file: str, one: Pointer, other: Pointer) -> Mutation:
    """Two values change places."""
    data = original(file)
    edits = ((one, at(data, other)), (other, at(data, one)))
    return Mutation(kind, file, f"{words(one)} and {words(other)} swapped", edits)
