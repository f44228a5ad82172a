"""SageMaker's registries: images and model package groups."""

from typing import Any

from moto.sagemaker.models import sagemaker_backends

from sandbox.errors import SandboxError
from sandbox.resources.resource import Properties, Resource


class Image(Resource):
    """A SageMaker image, whose versions the image lanes add."""

    resource_type = "AWS::SageMaker::Image"
    name_property = "ImageName"
    service = "sagemaker"
    attribute_names = ("ImageArn",)

    def _create(self) -> None:
        self.ref = self.call("create_image", self._values())["ImageArn"]
        self.attributes = {"ImageArn": self.ref}

    def _values(self) -> Properties:
        names = {"ImageDescription": "Description", "ImageDisplayName": "DisplayName", "ImageRoleArn": "RoleArn"}
        values = {names.get(key, key): value for key, value in self.properties.items()}
        return {**values, "ImageName": self.name}

    def _change(self, before: Properties) -> None:
        del before
        values = self._values()
        values.pop("Tags", None)
        self.call("update_image", values)

    def _remove(self) -> None:
        self.call("delete_image", ImageName=self.name)


class ModelPackageGroup(Resource):
    """The registry's group of a project's model versions."""

    resource_type = "AWS::SageMaker::ModelPackageGroup"
    name_property = "ModelPackageGroupName"
    service = "sagemaker"
    attribute_names = ("ModelPackageGroupArn", "ModelPackageGroupStatus")
    fixed = ("ModelPackageGroupDescription",)

    def _create(self) -> None:
        if self.name in self._groups:
            # moto would replace it, and its versions would be lost.
            message = f"{self.name} already exists"
            raise SandboxError(message)
        values = self.without("ModelPackageGroupPolicy")
        self.ref = self.call("create_model_package_group", values)["ModelPackageGroupArn"]
        self.attributes = {"ModelPackageGroupArn": self.ref, "ModelPackageGroupStatus": "Completed"}

    def _change(self, before: Properties) -> None:
        # Tags are all that is left to change, and versions must not be lost for them.
        del before

    def _remove(self) -> None:
        # moto has no call for it.
        del self._groups[self.name]

    @property
    def _groups(self) -> dict[str, Any]:
        groups: dict[str, Any] = sagemaker_backends[self.account_id][self.region].model_package_groups
        return groups
