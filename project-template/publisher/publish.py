"""Publishes a version of the template and its seed code."""

from pathlib import Path

from publisher.aws import Aws
from publisher.errors import PublishError
from publisher.lint import lint
from publisher.options import PublishOptions
from publisher.plan import DOMAIN_TAG, Plan, State, make_plan
from publisher.release import Release, build_release


def publish(aws: Aws, root: Path, options: PublishOptions) -> list[str]:
    """Publish the checkout at `root`; returns the lines to tell.

    Raises:
        PublishError: something cannot be published; nothing was changed then.
    """
    bucket = options.target.bucket_name(aws)
    release = build_release(root, bucket, options.version, uncommitted=options.uncommitted)
    if options.lint:
        lint(root, release)
    plan = make_plan(aws, release, options.domain_id)
    _require_unpublished(plan, replace=options.replace)
    if options.dry_run:
        return [*plan.lines(), "Dry run: nothing was changed."]
    if not plan.changes:
        return [*plan.lines(), f"Version {release.version} is published already: nothing was changed.", *_how(release)]
    apply(aws, plan, options.domain_id)
    return [*plan.lines(), f"Version {release.version} is published.", *_how(release)]


def apply(aws: Aws, plan: Plan, domain_id: str | None) -> None:
    """Do what a plan says, the template last and Studio's way to it after that."""
    bucket = plan.release.bucket
    if plan.cors:
        aws.set_cors(bucket, plan.cors)
    for one, state in plan.objects:
        if state in (State.NEW, State.DIFFERS):
            aws.put(bucket, one.key, one.content, one.content_type, one.sha256)
        if one.tags and state != State.SAME:
            aws.tag_object(bucket, one.key, one.tags)
    if plan.domain_tag and domain_id:
        aws.tag_domain(domain_id, DOMAIN_TAG, plan.domain_tag)


def _require_unpublished(plan: Plan, *, replace: bool) -> None:
    differing = plan.differing()
    if differing and not replace:
        message = (
            "\n".join(plan.lines()) + f"\nVersion {plan.release.version} was published with other content: "
            f"{', '.join(differing)}. Projects were made from it, so a version does not change: raise the version in "
            "pyproject.toml or give another VERSION. While developing, --replace overwrites it."
        )
        raise PublishError(message)


def _how(release: Release) -> list[str]:
    return [f"Template: https://{release.bucket}.s3.amazonaws.com/{release.objects[-1].key}"]
