"""Versions in the model registry: what they say of themselves, approving and rejecting them."""

from dataclasses import dataclass, field
from typing import Any

from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.report import Report
from workbench.storage import read, read_json
from workbench.table import Shown, Table


@dataclass(frozen=True)
class Version(Shown):
    """A registered version as it was described last."""

    project: Project = field(repr=False)
    described: dict[str, Any] = field(repr=False)

    @property
    def arn(self) -> str:
        """ARN of the model package."""
        return str(self.described["ModelPackageArn"])

    @property
    def number(self) -> int:
        """Counted from 1 within the group."""
        return int(self.described["ModelPackageVersion"])

    @property
    def status(self) -> str:
        """`PendingManualApproval`, `Approved` or `Rejected`."""
        return str(self.described["ModelApprovalStatus"])

    @property
    def metadata(self) -> dict[str, str]:
        """What the pipeline wrote down with it: model-build/README.md lists the properties."""
        return dict(self.described.get("CustomerMetadataProperties", {}))

    @property
    def model_uri(self) -> str:
        """Address of model.tar.gz."""
        return str(self.described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])

    def evaluation(self) -> dict[str, Any]:
        """The whole evaluation.json (image-build-inference/README.md says what is in it)."""
        found: dict[str, Any] = read_json(
            self.project, self.described["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
        )
        return found

    def report(self) -> Report:
        """The evaluation's report for people."""
        return Report(read(self.project, self.metadata["evaluation_report"]).decode())

    def approve(self, note: str = "Approved from the workbench") -> "Version":
        """Approve it, which starts the deployment."""
        return self._set("Approved", note)

    def reject(self, note: str = "Rejected from the workbench") -> "Version":
        """Reject it; where it was approved, the approved version before it is deployed again."""
        return self._set("Rejected", note)

    def _set(self, status: str, note: str) -> "Version":
        self.project.client("sagemaker").update_model_package(
            ModelPackageArn=self.arn, ModelApprovalStatus=status, ApprovalDescription=note
        )
        return describe_version(self.project, self.arn)

    def table(self) -> Table:
        """Its status and its metadata."""
        rows = [("status", self.status), ("model", self.model_uri), *self.metadata.items()]
        return Table(f"version {self.number} of {self.project.package_group}", ("", ""), rows)


@dataclass(frozen=True)
class Versions(Shown):
    """All versions of the project, newest first."""

    group: str
    versions: tuple[Version, ...]

    def table(self) -> Table:
        """A row a version, with the figures of its metadata."""
        rows = [
            (
                version.number,
                version.status,
                version.metadata.get("exact_match"),
                version.metadata.get("cer"),
                version.metadata.get("detection_f"),
                version.metadata.get("end_to_end_f"),
                f"{version.described['CreationTime']:%Y-%m-%d %H:%M}",
            )
            for version in self.versions
        ]
        columns = ("version", "status", "exact match", "CER", "detection F", "end-to-end F", "registered")
        return Table(f"versions of {self.group}", columns, rows)


def versions(project: Project) -> Versions:
    """All versions; none before the first is registered."""
    sagemaker = project.client("sagemaker")
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=project.package_group)
    arns = [entry["ModelPackageArn"] for page in pages for entry in page["ModelPackageSummaryList"]]
    found = sorted((describe_version(project, arn) for arn in arns), key=lambda version: -version.number)
    return Versions(project.package_group, tuple(found))


def find_version(project: Project, number: int | None = None) -> Version:
    """The version of this number, or the newest. Raises WorkbenchError where there is none."""
    found = versions(project).versions
    for version in found:
        if number in (None, version.number):
            return version
    known = ", ".join(str(version.number) for version in found) or "none"
    asked = f"version {number}" if number is not None else "version"
    message = f"{project.package_group} has no {asked}; the versions there are: {known}"
    raise WorkbenchError(message)


def describe_version(project: Project, arn: str) -> Version:
    """The version with this ARN. Raises botocore's ClientError where there is none."""
    return Version(project, project.client("sagemaker").describe_model_package(ModelPackageName=arn))
