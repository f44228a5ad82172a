"""Removes a published version: what its manifest lists, and nothing else."""

from dataclasses import dataclass

from publisher.aws import Aws, CorsRule
from publisher.cors import without_studio
from publisher.errors import PublishError
from publisher.layout import MANIFEST, VERSIONS_PREFIX, manifest_key, prefix_of
from publisher.manifest import Manifest, read_manifest
from publisher.options import UnpublishOptions
from publisher.plan import DOMAIN_TAG, domain_tag_of


@dataclass(frozen=True)
class Removal:
    """What unpublishing would remove."""

    keys: tuple[str, ...]
    cors: list[CorsRule] | None
    """The rules that are left, where ours goes."""
    domain_tag: bool

    def lines(self, bucket: str) -> list[str]:
        """The removal, a line for each thing."""
        told = [f"remove  s3://{bucket}/{key}" for key in self.keys]
        if self.cors is not None:
            told.append(f"remove  CORS rule of {bucket} for Studio: no version is left")
        if self.domain_tag:
            told.append(f"remove  domain tag {DOMAIN_TAG}")
        return told


def unpublish(aws: Aws, options: UnpublishOptions) -> list[str]:
    """Remove a version; returns the lines to tell.

    Raises:
        PublishError: it is not published, or is no longer what was published; nothing was changed then.
    """
    bucket = options.target.bucket_name(aws)
    aws.require_bucket(bucket)
    prefix = f"{prefix_of(options.version)}/"
    content = aws.get(bucket, manifest_key(options.version))
    if content is None:
        left = aws.keys(bucket, prefix)
        if left:
            message = (
                f"s3://{bucket}/{prefix} has {len(left)} objects and no {MANIFEST}: they were not published by this "
                "command, so they are not removed by it either."
            )
            raise PublishError(message)
        return [f"Version {options.version} is not in {bucket}: nothing was changed."]
    removal = _plan(aws, bucket, read_manifest(content, f"s3://{bucket}/{prefix}{MANIFEST}"), options)
    if options.dry_run:
        return [*removal.lines(bucket), "Dry run: nothing was changed."]
    if removal.domain_tag and options.domain_id:
        aws.untag_domain(options.domain_id, DOMAIN_TAG)
    aws.delete(bucket, removal.keys)
    if removal.cors is not None:
        aws.set_cors(bucket, removal.cors)
    return [*removal.lines(bucket), f"Version {options.version} is removed; projects made from it go on as they are."]


def _plan(aws: Aws, bucket: str, manifest: Manifest, options: UnpublishOptions) -> Removal:
    prefix = f"{prefix_of(options.version)}/"
    if manifest.version != options.version or not all(one.key.startswith(prefix) for one in manifest.objects):
        message = (
            f"s3://{bucket}/{prefix}{MANIFEST} lists what is not under {prefix}: it is not that version's manifest."
        )
        raise PublishError(message)
    there = {one.key: stored for one in manifest.objects if (stored := aws.stored(bucket, one.key))}
    changed = [one.key for one in manifest.objects if one.key in there and there[one.key].sha256 != one.sha256]
    if changed:
        message = (
            f"{', '.join(changed)} in {bucket}: no longer what {MANIFEST} says was published. Somebody else wrote "
            "there: look at it, and remove it by hand."
        )
        raise PublishError(message)
    others = [
        key
        for key in aws.keys(bucket, VERSIONS_PREFIX)
        if key.endswith(f"/{MANIFEST}") and key != manifest_key(options.version)
    ]
    rules = aws.cors(bucket)
    left = without_studio(rules)
    points_there = bool(options.domain_id) and aws.domain_tag(str(options.domain_id), DOMAIN_TAG) == domain_tag_of(
        bucket, options.version
    )
    return Removal(
        # The manifest last: a removal that was interrupted can be repeated.
        keys=(*sorted(there), manifest_key(options.version)),
        cors=left if not others and left != rules else None,
        domain_tag=points_there,
    )
