"""What publishing a release would change, found out before anything is changed."""

from dataclasses import dataclass
from enum import StrEnum

from publisher.aws import Aws, CorsRule
from publisher.cors import with_studio
from publisher.errors import PublishError
from publisher.layout import MANIFEST, VERSIONS_PREFIX, prefix_of
from publisher.manifest import read_manifest
from publisher.release import Release, ReleaseObject

DOMAIN_TAG = "sagemaker:projectS3TemplatesLocation"


class State(StrEnum):
    """How an object in the bucket compares with the release's."""

    NEW = "new"
    SAME = "same"
    TAGS = "tags"
    """The same bytes without its tags."""
    DIFFERS = "differs"


@dataclass(frozen=True)
class Plan:
    """The differences between a release and what is there."""

    release: Release
    objects: tuple[tuple[ReleaseObject, State], ...]
    cors: list[CorsRule] | None
    """The bucket's rules, where they must change."""
    domain_tag: str | None
    """The domain's new tag, where it must change."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.cors or self.domain_tag or any(state != State.SAME for _, state in self.objects))

    def differing(self) -> list[str]:
        """Keys under which other bytes were published."""
        return [one.key for one, state in self.objects if state == State.DIFFERS]

    def lines(self) -> list[str]:
        """The plan, a line for each thing that publishing looks at."""
        bucket = self.release.bucket
        told = [
            f"{state:8}s3://{bucket}/{one.key}  {len(one.content):,} bytes  sha256 {one.sha256[:12]}"
            for one, state in self.objects
        ]
        told.append(f"{'add' if self.cors else 'same':8}CORS rule of {bucket} for Studio")
        if self.domain_tag:
            told.append(f"{'set':8}domain tag {DOMAIN_TAG}={self.domain_tag}")
        return told


def domain_tag_of(bucket: str, version: str) -> str:
    """The domain's tag that makes Studio list the templates of a version."""
    return f"s3://{bucket}/{prefix_of(version)}/"


def make_plan(aws: Aws, release: Release, domain_id: str | None) -> Plan:
    """Compare a release with the bucket and the domain; changes nothing.

    Raises:
        PublishError: the bucket cannot be used, or the domain's tag belongs to other templates.
    """
    aws.require_bucket(release.bucket)
    rules = aws.cors(release.bucket)
    wanted = with_studio(rules)
    return Plan(
        release=release,
        objects=tuple((one, _state(aws, release, one)) for one in release.objects),
        cors=wanted if wanted != rules else None,
        domain_tag=_domain_change(aws, release, domain_id) if domain_id else None,
    )


def _state(aws: Aws, release: Release, one: ReleaseObject) -> State:
    stored = aws.stored(release.bucket, one.key)
    if stored is None:
        return State.NEW
    if stored.sha256 != one.sha256 and not (one.key.endswith(f"/{MANIFEST}") and _same_manifest(aws, release, one)):
        return State.DIFFERS
    if one.tags and aws.object_tags(release.bucket, one.key) != dict(one.tags):
        return State.TAGS
    return State.SAME


def _same_manifest(aws: Aws, release: Release, one: ReleaseObject) -> bool:
    content = aws.get(release.bucket, one.key)
    return content is not None and read_manifest(content, one.key).same_objects(release.manifest)


def _domain_change(aws: Aws, release: Release, domain_id: str) -> str | None:
    wanted = domain_tag_of(release.bucket, release.version)
    found = aws.domain_tag(domain_id, DOMAIN_TAG)
    if found == wanted:
        return None
    if found and not found.startswith(f"s3://{release.bucket}/{VERSIONS_PREFIX}"):
        message = (
            f"The domain {domain_id} has the tag {DOMAIN_TAG}={found}, and a domain lists the templates of one place: "
            f"with {wanted} those would be gone from Studio. Publish without a domain and copy "
            f"{release.objects[-1].key} there with its tag, or remove the domain's tag first."
        )
        raise PublishError(message)
    return wanted
