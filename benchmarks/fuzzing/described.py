"""Requests that schemathesis makes of the OpenAPI document, right ones and wrong ones, held to it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.fuzzing.verdict import HANG_SECONDS, TOO_BUSY

Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
JSON_LINES = "application/jsonlines"
FEW = 10
"""Requests of an operation that has no parameters."""


@dataclass
class Described:
    """What became of the requests: how many had which status, and what was wrong with answers."""

    outcomes: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


def ask_what_is_described(
    address: str, document: Mapping[str, object], files: Mapping[str, bytes], number: int, chance: int
) -> Described:
    """Send about ``number`` requests; ``files`` stand where the document has a file, and ``chance`` is the seed."""
    _register(document, files)
    described = Described()
    for operation in _operations(document):
        examples = number // 2 if operation.method.upper() == "POST" else FEW
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if operation.method.upper() == "POST" or mode is GenerationMode.POSITIVE:
                _ask(operation, mode, address, examples, chance, described)
    return described


def _operations(document: Mapping[str, object]) -> Iterator["Operation"]:
    schema = schemathesis.openapi.from_dict(dict(document))
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


def _register(document: Mapping[str, object], files: Mapping[str, bytes]) -> None:
    """Tell schemathesis what is in bodies that JSON Schema does not describe."""
    paths: dict = document["paths"]  # type: ignore[assignment,type-arg]  # JSON
    for media_type in paths["/invocations"]["post"]["requestBody"]["content"]:
        if media_type == JSON_LINES:
            schemathesis.openapi.media_type(media_type, st.binary(max_size=200))
        elif media_type != "application/json":
            schemathesis.openapi.media_type(media_type, st.one_of(st.sampled_from(sorted(files.values())), st.binary()))


def _ask(
    operation: Operation, mode: GenerationMode, address: str, examples: int, chance: int, described: Described
) -> None:
    @seed(chance)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def one(case: "schemathesis.Case[Any]") -> None:
        try:
            response = case.call(base_url=address, timeout=HANG_SECONDS)
        except requests.Timeout:
            described.outcomes["hang"] += 1
            described.complaints.append(f"{operation.label}: no answer within {HANG_SECONDS:.0f} s")
            return
        except (requests.exceptions.InvalidHeader, UnicodeEncodeError):
            return  # not sent: no header can hold that
        except requests.RequestException as error:
            described.outcomes["no answer"] += 1
            described.complaints.append(f"{operation.label}: {error}")
            return
        described.outcomes[str(response.status_code)] += 1
        if response.status_code == TOO_BUSY:
            return
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            described.complaints.append(f"{operation.label}: {failures.exceptions[0]}")

    one()
