"""Templates read as CloudFormation reads them.

moto reads them with PyYAML's slow loader, which also makes Python objects of tags and dates of versions, and it does
not know `!Condition`.
"""

import json
from typing import Any

import yaml

from sandbox.errors import SandboxError

# libyaml's, where PyYAML was built with it: a project's template takes a second with the other.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TemplateLoader(_Base):  # type: ignore[misc]  # one of two, chosen at run time
    pass


def read_template(text: str) -> dict[str, Any]:
    """A template, YAML or JSON, with short intrinsic functions written out.

    Raises SandboxError for text that is neither, and for a template without resources.
    """
    try:
        template = yaml.load(text, Loader=_TemplateLoader)  # noqa: S506 - a safe loader, with CloudFormation's tags
    except yaml.YAMLError as error:
        message = f"the template is neither YAML nor JSON: {error}"
        raise SandboxError(message) from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        message = "Template format error: At least one Resources member must be defined."
        raise SandboxError(message)
    # Anchors make one object of several parts, and moto changes parts in place.
    copied: dict[str, Any] = json.loads(json.dumps(template))
    return copied


def _construct(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


def _without_dates(resolvers: dict[str, list[tuple[str, Any]]]) -> dict[str, list[tuple[str, Any]]]:
    date = "tag:yaml.org,2002:timestamp"
    return {first: [(tag, test) for tag, test in found if tag != date] for first, found in resolvers.items()}


_TemplateLoader.add_multi_constructor("!", _construct)
_TemplateLoader.yaml_implicit_resolvers = _without_dates(_Base.yaml_implicit_resolvers)
