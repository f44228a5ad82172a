"""Publishing into moto's S3."""

import io
import json
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from botocore.stub import Stubber

from publisher.aws import Aws
from publisher.cors import ORIGIN
from publisher.errors import PublishError
from publisher.layout import CHECKOUT, FOLDERS
from publisher.options import PublishOptions, Target
from publisher.plan import DOMAIN_TAG
from publisher.publish import publish
from publisher.release import build_release

KEYS = [
    "ocr-project/1.0.0/manifest.json",
    "ocr-project/1.0.0/project.yaml",
    "ocr-project/1.0.0/seed/check-in.zip",
    *(f"ocr-project/1.0.0/seed/{folder}.zip" for folder in sorted(FOLDERS)),
]
TEMPLATE_KEY = "ocr-project/1.0.0/project.yaml"


def test_a_version_is_the_template_the_seed_code_and_a_manifest(
    aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options())
    assert aws.keys(bucket, "") == KEYS


def test_the_template_says_where_its_seed_code_is(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    text = (aws.get(bucket, TEMPLATE_KEY) or b"").decode()
    parameters = yaml.load(text.replace("!", ""), yaml.BaseLoader)["Parameters"]
    written = {name: parameters[name]["Default"] for name in ("SeedBucket", "SeedPrefix", "SeedVersion")}
    assert written == {"SeedBucket": bucket, "SeedPrefix": "ocr-project/1.0.0", "SeedVersion": "1.0.0"}


def test_a_zip_holds_its_repository(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    content = aws.get(bucket, "ocr-project/1.0.0/seed/model-build.zip") or b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("README.md") == b"# model-build\n"


def test_studio_sees_the_template_and_nothing_else(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    tagged = {key: tags for key in aws.keys(bucket, "") if (tags := aws.object_tags(bucket, key))}
    assert tagged == {TEMPLATE_KEY: {"sagemaker:studio-visibility": "true"}}


def test_objects_have_their_types(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    found = {stored.content_type for key in KEYS if (stored := aws.stored(bucket, key))}
    assert found == {"application/json", "application/yaml", "application/zip"}


def test_the_manifest_lists_what_is_there(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    manifest = json.loads(aws.get(bucket, KEYS[0]) or b"")
    stored = {one["key"]: aws.stored(bucket, one["key"]) for one in manifest["objects"]}
    assert sorted(stored) == KEYS[1:]
    assert {one["key"]: one["sha256"] for one in manifest["objects"]} == {
        key: found.sha256 for key, found in stored.items() if found
    }
    assert manifest["commit"] == case.git(checkout.root, "rev-parse", "HEAD")


def test_a_second_run_changes_nothing_and_says_so(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    before = case.written(aws)
    told = publish(aws, checkout.root, case.options())
    assert case.written(aws) == before
    assert "Version 1.0.0 is published already: nothing was changed." in told
    assert {line.split()[0] for line in told if line.startswith("same")} == {"same"}
    assert aws.cors(bucket)


def test_a_dry_run_changes_nothing(aws: Aws, bucket: str, domain: str, checkout: Any, case: SimpleNamespace) -> None:
    told = publish(aws, checkout.root, case.options(dry_run=True, domain_id=domain))
    assert case.written(aws) == []
    assert aws.cors(bucket) == []
    assert aws.domain_tag(domain, DOMAIN_TAG) is None
    assert len([line for line in told if line.startswith("new ")]) == len(KEYS)
    assert told[-1] == "Dry run: nothing was changed."


@pytest.mark.usefixtures("bucket")
def test_a_version_with_other_content_is_refused(aws: Aws, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    before = case.written(aws)
    checkout.write("model-build/README.md", "changed")
    checkout.commit()
    with pytest.raises(PublishError, match=r"published with other content: .*seed/model-build\.zip"):
        publish(aws, checkout.root, case.options())
    assert case.written(aws) == before


@pytest.mark.usefixtures("bucket")
def test_replace_overwrites_what_differs(aws: Aws, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    before = case.written(aws)
    checkout.write("model-build/README.md", "changed")
    publish(aws, checkout.root, case.options(replace=True, uncommitted=True))
    new = {key for key, _ in set(case.written(aws)) - set(before)}
    assert new == {"ocr-project/1.0.0/manifest.json", "ocr-project/1.0.0/seed/model-build.zip"}


@pytest.mark.usefixtures("bucket")
def test_another_commit_with_the_same_content_is_the_same_version(
    aws: Aws, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options())
    before = case.written(aws)
    checkout.write("docs/page.md", "a page")
    checkout.commit()
    publish(aws, checkout.root, case.options())
    assert case.written(aws) == before


def test_what_was_interrupted_is_finished(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    aws.delete(bucket, [TEMPLATE_KEY])
    publish(aws, checkout.root, case.options())
    assert aws.keys(bucket, "") == KEYS


def test_a_lost_tag_is_put_back_without_an_upload(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options())
    before = case.written(aws)
    aws.s3.delete_object_tagging(Bucket=bucket, Key=TEMPLATE_KEY)
    publish(aws, checkout.root, case.options())
    assert aws.object_tags(bucket, TEMPLATE_KEY) == {"sagemaker:studio-visibility": "true"}
    assert case.written(aws) == before


def test_an_object_without_our_checksum_differs(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    aws.s3.put_object(Bucket=bucket, Key=TEMPLATE_KEY, Body=b"somebody's", ChecksumAlgorithm="CRC32")
    with pytest.raises(PublishError, match=r"other content: ocr-project/1\.0\.0/project\.yaml"):
        publish(aws, checkout.root, case.options())


def test_the_buckets_own_cors_rules_stay(aws: Aws, bucket: str, checkout: Any, case: SimpleNamespace) -> None:
    own = {"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}
    aws.set_cors(bucket, [own])
    publish(aws, checkout.root, case.options())
    rules = aws.cors(bucket)
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://example.com"], [ORIGIN]]


def test_the_domain_lists_the_version(aws: Aws, bucket: str, domain: str, checkout: Any, case: SimpleNamespace) -> None:
    publish(aws, checkout.root, case.options(domain_id=domain))
    assert aws.domain_tag(domain, DOMAIN_TAG) == f"s3://{bucket}/ocr-project/1.0.0/"
    assert aws.domain_tag(domain, "team") == "ocr"


def test_the_domain_goes_on_to_the_next_version(
    aws: Aws, bucket: str, domain: str, checkout: Any, case: SimpleNamespace
) -> None:
    publish(aws, checkout.root, case.options(domain_id=domain))
    publish(aws, checkout.root, case.options("1.1.0", domain_id=domain))
    assert aws.domain_tag(domain, DOMAIN_TAG) == f"s3://{bucket}/ocr-project/1.1.0/"


@pytest.mark.usefixtures("bucket")
def test_somebody_elses_templates_stay_in_the_domain(
    aws: Aws, domain: str, checkout: Any, case: SimpleNamespace
) -> None:
    aws.tag_domain(domain, DOMAIN_TAG, "s3://others/templates/")
    with pytest.raises(PublishError, match="s3://others/templates/"):
        publish(aws, checkout.root, case.options(domain_id=domain))
    assert case.written(aws) == []


def stack(aws: Aws, name: str, **outputs: str) -> Stubber:
    """CloudFormation that knows one stack; moto's would take seconds to import."""
    stubber = Stubber(aws.cloudformation)
    described = {
        "StackName": name,
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }
    stubber.add_response("describe_stacks", {"Stacks": [described]}, {"StackName": name})
    return stubber


def test_the_bucket_can_be_that_of_the_bootstrap_stack(aws: Aws, bucket: str, checkout: Any) -> None:
    given = PublishOptions(target=Target(bootstrap_stack="ocr-bootstrap"), version="1.0.0", lint=False)
    with stack(aws, "ocr-bootstrap", KeyArn="x", TemplateBucketName=bucket):
        publish(aws, checkout.root, given)
    assert aws.keys(bucket, "") == KEYS


def test_a_stack_without_the_output_is_told(aws: Aws) -> None:
    with (
        stack(aws, "another", KeyArn="x"),
        pytest.raises(PublishError, match="another has no output TemplateBucketName"),
    ):
        aws.bucket_of_stack("another")


def test_a_bucket_that_is_not_there_is_told(aws: Aws, checkout: Any, case: SimpleNamespace) -> None:
    with pytest.raises(PublishError, match=r"The bucket templates cannot be used \(404\)"):
        publish(aws, checkout.root, case.options())


@pytest.mark.usefixtures("bucket")
def test_what_cfn_lint_refuses_is_not_published(aws: Aws, checkout: Any, case: SimpleNamespace) -> None:
    checkout.write("project-template/project.yaml", case.template.replace("AWS::S3::Bucket", "AWS::S3::Bucked"))
    checkout.write("model-deploy/endpoint.yaml", case.template.replace("!Ref Branch", "!Ref Brunch"))
    checkout.commit()
    with pytest.raises(PublishError) as caught:
        publish(aws, checkout.root, case.options(lint=True))
    assert "AWS::S3::Bucked" in str(caught.value)
    assert "Brunch" in str(caught.value)
    assert case.written(aws) == []


def test_a_checkout_without_the_template_is_told(checkout: Any) -> None:
    (checkout.root / "project-template/project.yaml").unlink()
    with pytest.raises(PublishError, match=r"project\.yaml is not there"):
        build_release(checkout.root, "templates", "1.0.0")


def test_this_project_can_be_published() -> None:
    release = build_release(CHECKOUT, "templates", "1.0.0", uncommitted=True)
    assert sorted(one.key for one in release.objects) == KEYS
    assert release.objects[-1].key == TEMPLATE_KEY
