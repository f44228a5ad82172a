"""Which images are run when the environment does not name them."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pipelines.config import Settings
from pipelines.images import resolve_images

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ocr-processing@sha256:0a"


@pytest.fixture
def unnamed(environment: Any) -> Any:
    """Settings that name two of the three images."""
    return Settings.from_environment(environment | {"PROCESSING_IMAGE_URI": ""})


@pytest.fixture
def stubbed() -> Any:
    """A client that answers what it is told, and holds both sides to the service's own model."""
    client = boto3.client(
        "sagemaker", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


LISTING = {"ImageName": "sagemaker-p1-processingimagebuild", "SortBy": "VERSION", "SortOrder": "DESCENDING"}


def version(number: Any, status: Any) -> Any:
    return {
        "CreationTime": 0,
        "ImageArn": "arn:aws:sagemaker:eu-central-1:123456789012:image/i",
        "ImageVersionArn": f"arn:aws:sagemaker:eu-central-1:123456789012:image-version/i/{number}",
        "ImageVersionStatus": status,
        "LastModifiedTime": 0,
        "Version": number,
    }


def test_named_images_are_not_looked_up(settings: Any, stubbed: Any) -> None:
    assert resolve_images(settings, stubbed[0]) == settings


def test_the_newest_version_that_was_made_is_used_by_its_digest(unnamed: Any, stubbed: Any) -> None:
    client, stubber = stubbed
    listed = [version(3, "CREATE_FAILED"), version(2, "CREATED"), version(1, "CREATED")]
    stubber.add_response("list_image_versions", {"ImageVersions": listed}, LISTING)
    stubber.add_response(
        "describe_image_version",
        {"ContainerImage": IMAGE},
        {"ImageName": LISTING["ImageName"], "Version": 2},
    )
    assert resolve_images(unnamed, client).processing_image == IMAGE


def test_versions_that_failed_do_not_hide_an_older_one(unnamed: Any, stubbed: Any) -> None:
    """The service lists a few at a time."""
    client, stubber = stubbed
    first = {"ImageVersions": [version(3, "CREATE_FAILED"), version(2, "CREATE_FAILED")], "NextToken": "more"}
    stubber.add_response("list_image_versions", first, LISTING)
    stubber.add_response(
        "list_image_versions", {"ImageVersions": [version(1, "CREATED")]}, LISTING | {"NextToken": "more"}
    )
    stubber.add_response(
        "describe_image_version", {"ContainerImage": IMAGE}, {"ImageName": LISTING["ImageName"], "Version": 1}
    )
    assert resolve_images(unnamed, client).processing_image == IMAGE


def test_an_image_that_is_not_built_yet_stays_open(unnamed: Any, stubbed: Any) -> None:
    client, stubber = stubbed
    stubber.add_client_error("list_image_versions", "ResourceNotFound", "no such image")
    assert resolve_images(unnamed, client).processing_image is None


def test_a_refusal_is_not_taken_for_an_absence(unnamed: Any, stubbed: Any) -> None:
    client, stubber = stubbed
    stubber.add_client_error("list_image_versions", "AccessDeniedException", "not yours")
    with pytest.raises(client.exceptions.ClientError, match="not yours"):
        resolve_images(unnamed, client)
