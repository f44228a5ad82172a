"""Versions in the registry: what the service would refuse is refused, and what it keeps is kept and shown."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from sandbox.registry.version_details import version_table

CARD = {
    "ModelCardContent": json.dumps({"intended_uses": {"risk_rating": "Low"}}),
    "ModelCardStatus": "PendingReview",
}


@pytest.fixture
def register(sandbox: Any) -> Callable[..., str]:
    def create(**given: Any) -> str:
        return str(
            sandbox.client("sagemaker").create_model_package(
                ModelPackageGroupName=sandbox.settings.project,
                ModelApprovalStatus="PendingManualApproval",
                InferenceSpecification={
                    "Containers": [{"Image": "registry/ocr-inference:1", "ModelDataUrl": "s3://b/model.tar.gz"}],
                    "SupportedContentTypes": ["image/jpeg"],
                    "SupportedResponseMIMETypes": ["application/json"],
                },
                **given,
            )["ModelPackageArn"]
        )

    return create


def test_a_model_card_is_kept(sandbox: Any, register: Callable[..., str]) -> None:
    described = sandbox.client("sagemaker").describe_model_package(ModelPackageName=register(ModelCard=CARD))
    assert described["ModelCard"] == CARD


def test_a_model_card_can_be_approved(sandbox: Any, register: Callable[..., str]) -> None:
    sagemaker = sandbox.client("sagemaker")
    arn = register(ModelCard=CARD)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelCard={"ModelCardStatus": "Approved"})
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelCard"] == {**CARD, "ModelCardStatus": "Approved"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"ModelCard": {**CARD, "ModelCardContent": "{"}}, "is not JSON"),
        ({"ModelCard": {**CARD, "ModelCardContent": '{"figures": 1}'}}, "is not a model package model card"),
        ({"ModelCard": {**CARD, "ModelCardContent": '"' + "x" * 100_000 + '"'}}, "100002 characters"),
        ({"ModelCard": {**CARD, "ModelCardStatus": "Fine"}}, "ModelCardStatus is 'Fine'"),
        ({"CustomerMetadataProperties": {"note": "95% (of lines)"}}, "'note' is '95% (of lines)'"),
        ({"CustomerMetadataProperties": {"note": "x" * 257}}, "at most 256"),
        ({"CustomerMetadataProperties": {f"note-{n}": "x" for n in range(51)}}, "51 properties"),
    ],
)
def test_what_the_service_refuses_is_refused(
    sandbox: Any, register: Callable[..., str], given: dict[str, Any], told: str
) -> None:
    sagemaker = sandbox.client("sagemaker")

    def versions() -> Any:
        return sagemaker.list_model_packages(ModelPackageGroupName=sandbox.settings.project)["ModelPackageSummaryList"]

    before = versions()
    with pytest.raises(ClientError) as refused:
        register(**given)
    assert told in str(refused.value)
    assert versions() == before


def test_a_version_is_shown_with_what_it_says_of_itself(sandbox: Any, register: Callable[..., str]) -> None:
    statistics = {"ContentType": "application/json", "S3Uri": "s3://b/baseline/baseline.json"}
    arn = register(
        ModelCard=CARD,
        CustomerMetadataProperties={"exact_match": "0.9512", "drift_baseline": "none: 3 pages can be used"},
        DriftCheckBaselines={"ModelDataQuality": {"Statistics": statistics}},
    )
    console = Console(file=io.StringIO(), width=200)
    console.print(version_table(sandbox.client("sagemaker"), arn))
    shown = console.file.getvalue()
    assert "PendingManualApproval" in shown
    for text in (
        "0.9512",
        "none: 3 pages can be used",
        "s3://b/baseline/baseline.json",
        "PendingReview, risk rating Low",
    ):
        assert text in shown
