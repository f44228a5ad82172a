"""What the roles of the bootstrap must be allowed, read from tables in YAML."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from wiring.deployment import Deployment
from wiring.names import Names


class Entry(BaseModel):
    """An entry of a table: actions on resources, or a block of entries, for each value of some placeholders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: str | None = None
    """A block of blocks.yaml, in the place of what follows."""

    why: str = ""
    each: dict[str, list[str]] = Field(default_factory=dict)
    actions: list[str] = Field(default_factory=list)
    resources: list[str] = Field(default_factory=list)
    context: dict[str, str] = Field(default_factory=dict)
    """What the request carries, and must: with another value, or without it, it is refused."""

    present: dict[str, str] = Field(default_factory=dict)
    """What the request carries, and must, whatever its value."""

    anyones: str = ""
    """Why the same action is allowed on resources that are not the project's, where it is."""


@dataclass(frozen=True)
class Need:
    """One request that a role must be allowed."""

    role: str
    action: str
    resource: str
    why: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)
    present: Mapping[str, str] = field(default_factory=dict, hash=False)
    anyones: str = ""

    @property
    def carried(self) -> dict[str, str]:
        """All that the request carries."""
        return {**self.context, **self.present}

    def __str__(self) -> str:
        return f"{self.role}: {self.action} on {self.resource}"


def read(folder: Path, deployment: Deployment) -> list[Need]:
    """The needs of all tables in a folder, for one project; blocks.yaml is what they share.

    Raises:
        pydantic.ValidationError: an entry is malformed.
    """
    tables = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}
    blocks = {name: [Entry.model_validate(each) for each in entries] for name, entries in tables.pop("blocks").items()}
    words = _words(deployment)
    return [
        need
        for table in tables.values()
        for role, entries in table.items()
        for each in entries
        for need in _expanded(role, Entry.model_validate(each), blocks, words)
    ]


def stranger(resource: str) -> str:
    """The same kind of thing, somebody else's: another team's of the same account.

    Raises:
        ValueError: it is not known how things of this kind are named.
    """
    head = resource.split(":", 5)
    if len(head) < 6:
        raise ValueError(f"{resource} is no ARN.")
    kind, own = ":".join(head[:5]), head[5]
    if head[2] == "s3":
        _, slash, key = own.partition("/")
        return f"{kind}:payments-of-others{slash}{key}"
    if head[2] == "logs":
        return f"{kind}:log-group:/payments{':log-stream:1' if ':log-stream:' in own else ''}"
    if head[2] in ("codecommit", "codepipeline", "sns"):
        return f"{kind}:payments"
    if head[2] == "cloudwatch":
        return f"{kind}:alarm:payments" if own.startswith("alarm:") else f"{kind}:dashboard/payments"
    if head[2] == "iam":
        return f"{kind}:role/Administrator"
    parts = own.split("/")
    if head[2] == "wafv2":
        return f"{kind}:{'/'.join([*parts[:2], 'payments', *parts[3:]])}"
    if head[2] == "sagemaker":
        parts[1] = "payments"
        return f"{kind}:{'/'.join(parts)}"
    return f"{kind}:{parts[0]}/payments{'/1' * (len(parts) - 2)}"


def _words(deployment: Deployment) -> dict[str, str]:
    names: Names = deployment.names
    exported = {arn_name: arn for arn, arn_name in deployment.roles.items()}
    return exported | {
        "name": names.project,
        "id": names.id,
        "account": names.account,
        "region": names.region,
        "bucket": names.bucket,
        "key": deployment.export("KeyArn"),
        "TemplateBucket": f"arn:aws:s3:::{deployment.export('TemplateBucketName')}",
    }


def _expanded(role: str, entry: Entry, blocks: Mapping[str, list[Entry]], words: Mapping[str, str]) -> Iterator[Need]:
    for values in itertools.product(*entry.each.values()):
        filled = {**words, **dict(zip(entry.each, values, strict=True))}
        if entry.use is not None:
            for inner in blocks[entry.use]:
                yield from _expanded(role, inner, blocks, filled)
        for action, resource in itertools.product(entry.actions, entry.resources):
            yield Need(
                role,
                action.format_map(filled),
                resource.format_map(filled),
                entry.why,
                {name.format_map(filled): value.format_map(filled) for name, value in entry.context.items()},
                {name: value.format_map(filled) for name, value in entry.present.items()},
                entry.anyones,
            )


def requested(deployment: Deployment, role: str) -> Any:
    """A role of the bootstrap, by the name that its ARN is exported under."""
    (found,) = [
        each
        for each in deployment.bootstrap.of_type("AWS::IAM::Role").values()
        if each.arn == deployment.export(f"{role}Arn")
    ]
    return found
