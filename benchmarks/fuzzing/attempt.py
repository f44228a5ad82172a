"""Requests made of damaged files: raw, in JSON, several, a line each; with headers right and wrong."""

import base64
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.fuzzing.mutation import mutate

ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "pdf": "application/pdf",
    "gif": "image/gif",
}
OTHER_TYPES = ("application/octet-stream", "", "image/*", "application/json", "text/html", "\x7f;;=", "image/png; a=b")
ATTRIBUTES = (
    "task=recognition",
    "task=detection",
    "task=recognition, words=true, min_confidence=0.5",
    "task=ocr; words=true",
    "",
)
WRONG_ATTRIBUTES = ("task=translate", "min_confidence=nan", "words=,,=;task==")
ACCEPTS = ("*/*", "application/json", "application/jsonlines", "text/plain, */*;q=0.1")
WRONG_ACCEPTS = ("text/html", ";q=1,*", "*/*;q=0")
UNDAMAGED = 0.1
"""The share of files that are sent as they are: what is right must not only be refused."""


@dataclass(frozen=True)
class Attempt:
    """One request, and what it is made of."""

    kind: str
    body: bytes
    headers: Mapping[str, str]


def attempts(seed: int, number: int, files: Mapping[str, bytes]) -> Iterator[Attempt]:
    """This many requests; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  damage needs no secrecy
    for _ in range(number):
        yield chance.choice((_raw, _raw, _raw, _in_json, _damaged_json, _several, _lines))(chance, files)


def _raw(chance: random.Random, files: Mapping[str, bytes]) -> Attempt:
    name = chance.choice(sorted(files))
    ending = name.rpartition(".")[2]
    content_type = CONTENT_TYPES[ending] if chance.random() < 0.8 else chance.choice(OTHER_TYPES)
    return _attempt(chance, ending, _damaged(chance, files, name), content_type)


def _in_json(chance: random.Random, files: Mapping[str, bytes]) -> Attempt:
    return _attempt(chance, "json", json.dumps({"image": _encoded(chance, files)}).encode(), "application/json")


def _damaged_json(chance: random.Random, files: Mapping[str, bytes]) -> Attempt:
    name = chance.choice(sorted(files))
    content = {"image": base64.b64encode(files[name]).decode()}
    odd: object = chance.choice(
        (
            content,
            {"images": [content["image"], chance.choice((None, 5, {}, [], True, "\ud800", ""))]},
            {"images": content},
            [content],
            {"bucket": "documents", "image_uri": "s3://documents/a.jpg"},
            {**content, "page": 1},
            {"image": ["nested"] * chance.randint(0, 30)},
            None,
        )
    )
    body = json.dumps(odd).encode()
    if chance.random() < 0.7:
        body = mutate(chance, body, b'{"image": "' * chance.randint(1, 3000))
    return _attempt(chance, "json", body, chance.choice(("application/json", "application/jsonlines")))


def _several(chance: random.Random, files: Mapping[str, bytes]) -> Attempt:
    images = [_encoded(chance, files) for _ in range(chance.randint(0, 5))]
    return _attempt(chance, "batch", json.dumps({"images": images}).encode(), "application/json")


def _lines(chance: random.Random, files: Mapping[str, bytes]) -> Attempt:
    lines = [json.dumps({"image": _encoded(chance, files)}).encode() for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.5:
        lines[chance.randrange(len(lines))] = mutate(chance, lines[0], b"{}[]\r")
    return _attempt(chance, "lines", b"\n".join(lines), "application/jsonlines")


def _encoded(chance: random.Random, files: Mapping[str, bytes]) -> str:
    return base64.b64encode(_damaged(chance, files, chance.choice(sorted(files)))).decode()


def _damaged(chance: random.Random, files: Mapping[str, bytes], name: str) -> bytes:
    if chance.random() < UNDAMAGED:
        return files[name]
    return mutate(chance, files[name], files[chance.choice(sorted(files))])


def _attempt(chance: random.Random, kind: str, body: bytes, content_type: str) -> Attempt:
    # Mostly right ones: a refused header keeps the body from being looked at.
    headers = {
        ATTRIBUTES_HEADER: chance.choice(ATTRIBUTES if chance.random() < 0.95 else WRONG_ATTRIBUTES),
        "Accept": chance.choice(ACCEPTS if chance.random() < 0.95 else WRONG_ACCEPTS),
    }
    if content_type:
        headers["Content-Type"] = content_type
    return Attempt(kind, body, headers)
