"""`SageMaker Model Package State Change`, which moto never emits."""

from collections.abc import Sequence
from typing import Any

from sandbox.events.rules import EventRules

DETAIL_TYPE = "SageMaker Model Package State Change"


class PackageEvents:
    """Puts the event on the account's bus."""

    def __init__(self, rules: EventRules):
        self._rules = rules

    def emit(self, package: Any, updated_fields: Sequence[str]) -> None:
        """Tell of a package's state. `updated_fields` is empty when it was created."""
        detail: dict[str, Any] = {
            "ModelPackageGroupName": package.model_package_group_name,
            "ModelPackageVersion": package.model_package_version,
            "ModelPackageArn": package.arn,
            "ModelPackageName": package.arn.split("/", 1)[-1],
            "ModelPackageStatus": package.model_package_status,
            "ModelApprovalStatus": package.model_approval_status,
            "InferenceSpecification": package.inference_specification,
        }
        if updated_fields:
            detail["UpdatedModelPackageFields"] = list(updated_fields)
        self._rules.put("aws.sagemaker", DETAIL_TYPE, [package.arn], detail)
