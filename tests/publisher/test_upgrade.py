"""Taking a project over to another version."""

from types import SimpleNamespace
from typing import Any

import pytest

from publisher.aws import Aws
from publisher.errors import PublishError
from publisher.options import UpgradeOptions
from publisher.publish import publish
from publisher.upgrade import upgrade

URL = "https://templates.s3.us-east-1.amazonaws.com/ocr-project/1.0.0/project.yaml"


def described(url: str = URL, status: str = "CreateCompleted", **parameters: str) -> dict[str, Any]:
    detail = {
        "TemplateName": "ocr",
        "TemplateURL": url,
        "RoleARN": "arn:aws:iam::123456789012:role/launch",
        "Parameters": [{"Key": key, "Value": value} for key, value in parameters.items()],
        "StackDetail": {"StatusMessage": ""},
    }
    return {
        "ProjectArn": "arn:aws:sagemaker:us-east-1:123456789012:project/cards",
        "ProjectName": "cards",
        "ProjectId": "p-1",
        "ProjectStatus": status,
        "CreationTime": 0,
        "TemplateProviderDetails": [{"CfnTemplateProviderDetail": detail}],
    }


@pytest.fixture
def versions(bucket: Any, aws: Aws, checkout: Any, case: SimpleNamespace) -> None:  # noqa: ARG001  (it is there)
    publish(aws, checkout.root, case.options())
    changed = case.template.replace("DeletionPolicy: Retain", "DeletionPolicy: Delete").replace(
        "Resources:\n", "  Days:\n    Type: Number\n    Default: 30\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    )
    checkout.write("project-template/project.yaml", changed)
    checkout.commit()
    publish(aws, checkout.root, case.options("1.1.0"))


@pytest.fixture
def project(versions: Any, projects: Any) -> Any:  # noqa: ARG001  (it is there)
    projects.described["cards"] = described(
        SageMakerProjectName="cards",
        SageMakerProjectId="p-1",
        SeedBucket="templates",
        SeedPrefix="ocr-project/1.0.0",
        SeedVersion="1.0.0",
        Branch="trunk",
        Retired="x",
    )
    return projects


def told(aws: Aws, **others: Any) -> str:
    return "\n".join(upgrade(aws, UpgradeOptions(project="cards", version="1.1.0", **others)))


def test_the_project_gets_the_new_template_and_keeps_its_parameters(aws: Aws, project: Any) -> None:
    told(aws)
    assert project.updates == [
        {
            "ProjectName": "cards",
            "TemplateProvidersToUpdate": [
                {
                    "CfnTemplateProvider": {
                        "TemplateName": "ocr",
                        "TemplateURL": URL.replace("1.0.0", "1.1.0"),
                        "Parameters": [
                            {"Key": "SeedBucket", "Value": "templates"},
                            {"Key": "SeedPrefix", "Value": "ocr-project/1.1.0"},
                            {"Key": "SeedVersion", "Value": "1.1.0"},
                            {"Key": "Branch", "Value": "trunk"},
                        ],
                    }
                }
            ],
        }
    ]


def test_a_dry_run_tells_and_changes_nothing(aws: Aws, project: Any) -> None:
    report = told(aws, dry_run=True)
    assert project.updates == []
    for line in (
        "cards: version 1.0.0 -> 1.1.0",
        "resource  + Topic (AWS::SNS::Topic)",
        "resource  ~ Bucket (AWS::S3::Bucket): DeletionPolicy",
        "parameter = Branch: trunk",
        "parameter ~ SeedVersion: 1.1.0 (was 1.0.0)",
        "parameter + Days: 30 (its default)",
        "parameter - Retired",
    ):
        assert line in report.splitlines()


@pytest.mark.usefixtures("project")
def test_going_back_tells_what_stays_in_the_account(aws: Aws, checkout: Any, case: Any) -> None:
    checkout.write(
        "project-template/project.yaml",
        case.template.split("Resources:")[0] + "Resources:\n  T: {Type: AWS::SNS::Topic}\n",
    )
    checkout.commit()
    publish(aws, checkout.root, case.options("2.0.0"))
    report = "\n".join(upgrade(aws, UpgradeOptions(project="cards", version="2.0.0", dry_run=True)))
    assert "resource  - Bucket (AWS::S3::Bucket), stays in the account" in report


@pytest.mark.usefixtures("versions")
def test_a_path_style_address_is_understood(aws: Aws, projects: Any) -> None:
    url = "https://s3.us-east-1.amazonaws.com/templates/ocr-project/1.0.0/project.yaml"
    projects.described["cards"] = described(url)
    told(aws)
    (update,) = projects.updates
    provider = update["TemplateProvidersToUpdate"][0]["CfnTemplateProvider"]
    assert provider["TemplateURL"] == url.replace("1.0.0", "1.1.0")


def test_the_version_that_it_has_is_left_alone(aws: Aws, project: Any) -> None:
    report = upgrade(aws, UpgradeOptions(project="cards", version="1.0.0"))
    assert report[-1] == "cards has version 1.0.0 already: nothing was changed."
    assert project.updates == []


@pytest.mark.usefixtures("project")
def test_a_version_that_is_not_published_is_told(aws: Aws) -> None:
    with pytest.raises(PublishError, match=r"There is no s3://templates/ocr-project/9\.0\.0/project\.yaml"):
        upgrade(aws, UpgradeOptions(project="cards", version="9.0.0"))


def test_a_project_that_is_being_changed_is_left_alone(aws: Aws, project: Any) -> None:
    project.described["cards"]["ProjectStatus"] = "UpdateInProgress"
    with pytest.raises(PublishError, match="is UpdateInProgress, expected one of"):
        told(aws)
    assert project.updates == []


@pytest.mark.usefixtures("versions")
def test_another_template_is_told(aws: Aws, projects: Any) -> None:
    projects.described["cards"] = described("https://others.s3.amazonaws.com/template.yaml")
    with pytest.raises(PublishError, match=r"was made from https://others\.s3"):
        told(aws)


def test_a_product_of_service_catalog_is_told(aws: Aws, projects: Any) -> None:
    projects.described["cards"] = {**described(), "TemplateProviderDetails": []}
    with pytest.raises(PublishError, match="Service Catalog"):
        told(aws)
