"""Takes a SageMaker project over to another published version of its template."""

import re
from collections.abc import Mapping
from typing import Any

from publisher.aws import Aws, ProjectTemplate
from publisher.errors import PublishError
from publisher.layout import TEMPLATE, VERSIONS_PREFIX, prefix_of, template_key
from publisher.options import UpgradeOptions
from publisher.parameters import CarriedParameters, carry
from publisher.template import parse

UPDATABLE = {"CreateCompleted", "UpdateCompleted", "UpdateFailed"}

_OWN_HOST = re.compile(r"https://(?P<bucket>[a-z0-9.-]+?)\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/(?P<key>.+)")
_SHARED_HOST = re.compile(r"https://s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/(?P<bucket>[a-z0-9.-]+)/(?P<key>.+)")
_OF_A_VERSION = re.compile(rf"{re.escape(VERSIONS_PREFIX)}(?P<version>[^/]+)/{re.escape(TEMPLATE)}")


def upgrade(aws: Aws, options: UpgradeOptions) -> list[str]:
    """Update the project's stack; returns the lines to tell.

    Raises:
        PublishError: the project or the version is not as expected; nothing was changed then.
    """
    current = aws.project_template(options.project)
    bucket, key, version = _place(current, options.project)
    new_key = template_key(options.version)
    old, new = (_template(aws, bucket, one) for one in (key, new_key))
    of_version = {"SeedBucket": bucket, "SeedPrefix": prefix_of(options.version), "SeedVersion": options.version}
    carried = carry(current.parameters, new, of_version, f"s3://{bucket}/{new_key}")
    told = [
        f"{options.project}: version {version} -> {options.version}",
        *_resource_lines(old["Resources"], new["Resources"]),
        *_parameter_lines(current.parameters, carried),
    ]
    if version == options.version:
        return [*told, f"{options.project} has version {version} already: nothing was changed."]
    if current.status not in UPDATABLE:
        message = (
            f"The project {options.project} is {current.status}, expected one of {', '.join(sorted(UPDATABLE))}: wait "
            "until it is ready, or look at its stack."
        )
        raise PublishError(message)
    if options.dry_run:
        return [*told, "Dry run: nothing was changed."]
    url = current.url.replace(key, new_key)
    aws.start_update(options.project, current.name, url, carried.values)
    return [
        *told,
        f"The update has begun: `aws sagemaker describe-project --project-name {options.project}` says how it goes.",
        "The code in the project's repositories stays as it is: `python -m publisher changes` brings its new version.",
    ]


def _place(current: ProjectTemplate, project: str) -> tuple[str, str, str]:
    """Bucket, key and version of a project's template."""
    found = _SHARED_HOST.fullmatch(current.url) or _OWN_HOST.fullmatch(current.url)
    named = _OF_A_VERSION.fullmatch(found["key"]) if found else None
    if not found or not named:
        message = (
            f"The project {project} was made from {current.url}; expected https://BUCKET.s3.REGION.amazonaws.com/"
            f"{VERSIONS_PREFIX}VERSION/{TEMPLATE}, a template that `make publish-template` published."
        )
        raise PublishError(message)
    return found["bucket"], found["key"], named["version"]


def _template(aws: Aws, bucket: str, key: str) -> dict[str, Any]:
    content = aws.get(bucket, key)
    if content is None:
        message = (
            f"There is no s3://{bucket}/{key}: publish that version there first (make publish-template VERSION=...)."
        )
        raise PublishError(message)
    return parse(content.decode(), f"s3://{bucket}/{key}")


def _resource_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    told = [f"resource  + {name} ({new[name]['Type']})" for name in new if name not in old]
    for name, resource in old.items():
        if name not in new:
            kept = ", stays in the account" if str(resource.get("DeletionPolicy", "")).startswith("Retain") else ""
            told.append(f"resource  - {name} ({resource['Type']}){kept}")
        elif new[name] != resource:
            told.append(f"resource  ~ {name} ({resource['Type']}): {', '.join(_changed(resource, new[name]))}")
    return told or ["resource  none is added, removed or changed"]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before, after = old.get("Properties", {}), new.get("Properties", {})
    properties = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    others = [name for name in {**old, **new} if name != "Properties" and old.get(name) != new.get(name)]
    return properties + others


def _parameter_lines(given: Mapping[str, str], carried: CarriedParameters) -> list[str]:
    told = []
    for key, value in carried.values.items():
        change = "" if given.get(key) == value else f" (was {given.get(key, 'not given')})"
        told.append(f"parameter {'~' if change else '='} {key}: {value or '(empty)'}{change}")
    told += [f"parameter + {key}: {value or '(empty)'} (its default)" for key, value in carried.new.items()]
    return told + [f"parameter - {key}" for key in carried.gone]
