"""Removing a version from moto's S3."""

from types import SimpleNamespace
from typing import Any

import pytest

from publisher.aws import Aws
from publisher.cors import STUDIO_RULE
from publisher.errors import PublishError
from publisher.plan import DOMAIN_TAG
from publisher.publish import publish
from publisher.unpublish import unpublish


@pytest.fixture
def published(aws: Aws, bucket: str, domain: str, checkout: Any, case: SimpleNamespace) -> str:
    publish(aws, checkout.root, case.options(domain_id=domain))
    return bucket


def test_everything_that_was_published_goes(aws: Aws, published: str, case: SimpleNamespace) -> None:
    unpublish(aws, case.removal())
    assert aws.keys(published, "") == []
    assert aws.cors(published) == []


def test_what_somebody_else_put_there_stays(aws: Aws, published: str, case: SimpleNamespace) -> None:
    aws.s3.put_object(Bucket=published, Key="ocr-project/1.0.0/notes.txt", Body=b"x")
    unpublish(aws, case.removal())
    assert aws.keys(published, "") == ["ocr-project/1.0.0/notes.txt"]


def test_another_version_stays_and_so_does_studios_way_to_it(
    aws: Aws, published: str, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options("1.1.0"))
    unpublish(aws, case.removal())
    assert {key.split("/")[1] for key in aws.keys(published, "")} == {"1.1.0"}
    assert [rule["ID"] for rule in aws.cors(published)] == [STUDIO_RULE["ID"]]


def test_the_buckets_own_cors_rules_stay(aws: Aws, published: str, case: SimpleNamespace) -> None:
    own = {"ID": "own", "AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}
    aws.set_cors(published, [own, *aws.cors(published)])
    unpublish(aws, case.removal())
    assert [rule["ID"] for rule in aws.cors(published)] == ["own"]


@pytest.mark.usefixtures("published")
def test_the_domains_tag_goes(aws: Aws, domain: str, case: SimpleNamespace) -> None:
    unpublish(aws, case.removal(domain_id=domain))
    assert aws.domain_tag(domain, DOMAIN_TAG) is None
    assert aws.domain_tag(domain, "team") == "ocr"


def test_a_domains_tag_that_points_elsewhere_stays(
    aws: Aws, published: str, domain: str, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options("1.1.0", domain_id=domain))
    unpublish(aws, case.removal(domain_id=domain))
    assert aws.domain_tag(domain, DOMAIN_TAG) == f"s3://{published}/ocr-project/1.1.0/"


def test_a_dry_run_changes_nothing(aws: Aws, published: str, domain: str, case: SimpleNamespace) -> None:
    before = case.written(aws)
    told = unpublish(aws, case.removal(domain_id=domain, dry_run=True))
    assert case.written(aws) == before
    assert aws.cors(published)
    assert aws.domain_tag(domain, DOMAIN_TAG)
    assert len([line for line in told if line.startswith("remove  s3://")]) == 8


def test_an_object_that_is_no_longer_ours_is_refused(aws: Aws, published: str, case: SimpleNamespace) -> None:
    aws.s3.put_object(Bucket=published, Key="ocr-project/1.0.0/project.yaml", Body=b"x")
    before = case.written(aws)
    with pytest.raises(PublishError, match=r"project\.yaml in templates: no longer what manifest\.json says"):
        unpublish(aws, case.removal())
    assert case.written(aws) == before


def test_what_was_interrupted_is_finished(aws: Aws, published: str, case: SimpleNamespace) -> None:
    aws.delete(published, ["ocr-project/1.0.0/project.yaml"])
    unpublish(aws, case.removal())
    assert aws.keys(published, "") == []


@pytest.mark.usefixtures("published")
def test_a_second_run_changes_nothing_and_says_so(aws: Aws, case: SimpleNamespace) -> None:
    unpublish(aws, case.removal())
    before = case.written(aws)
    assert unpublish(aws, case.removal()) == ["Version 1.0.0 is not in templates: nothing was changed."]
    assert case.written(aws) == before


def test_objects_without_a_manifest_are_left_alone(aws: Aws, published: str, case: SimpleNamespace) -> None:
    aws.delete(published, ["ocr-project/1.0.0/manifest.json"])
    with pytest.raises(PublishError, match=r"has 7 objects and no manifest\.json"):
        unpublish(aws, case.removal())


def test_a_manifest_that_lists_other_folders_is_refused(
    aws: Aws, published: str, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options("1.1.0"))
    other = aws.get(published, "ocr-project/1.1.0/manifest.json")
    aws.s3.put_object(Bucket=published, Key="ocr-project/1.0.0/manifest.json", Body=other or b"")
    with pytest.raises(PublishError, match="lists what is not under ocr-project/1"):
        unpublish(aws, case.removal())


def test_a_manifest_that_cannot_be_read_is_told(aws: Aws, published: str, case: SimpleNamespace) -> None:
    aws.s3.put_object(Bucket=published, Key="ocr-project/1.0.0/manifest.json", Body=b'{"version": "1.0.0"}')
    with pytest.raises(PublishError, match="no manifest of a published version: bucket: Field required"):
        unpublish(aws, case.removal())
