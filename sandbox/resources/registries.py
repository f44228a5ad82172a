"""Registries of container images."""

from sandbox.resources.resource import Properties, Resource


class ImageRepository(Resource):
    """A repository of ECR."""

    resource_type = "AWS::ECR::Repository"
    name_property = "RepositoryName"
    service = "ecr"
    attribute_names = ("Arn", "RepositoryUri")
    fixed = ("EncryptionConfiguration",)

    def _create(self) -> None:
        values = self.without("LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete")
        made = self.call("create_repository", values, RepositoryName=self.name)["repository"]
        self.attributes = {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}
        self._put_policies()

    def _put_policies(self) -> None:
        lifecycle = self.properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        if lifecycle:
            self.call("put_lifecycle_policy", RepositoryName=self.name, LifecyclePolicyText=lifecycle)
        policy = self.properties.get("RepositoryPolicyText")
        if policy:
            self.call("set_repository_policy", RepositoryName=self.name, PolicyText=policy)

    def _change(self, before: Properties) -> None:
        mutability = self.properties.get("ImageTagMutability", "MUTABLE")
        self.call("put_image_tag_mutability", RepositoryName=self.name, ImageTagMutability=mutability)
        scanning = self.properties.get("ImageScanningConfiguration", {"ScanOnPush": False})
        self.call("put_image_scanning_configuration", RepositoryName=self.name, ImageScanningConfiguration=scanning)
        for name, operation in (
            ("LifecyclePolicy", "delete_lifecycle_policy"),
            ("RepositoryPolicyText", "delete_repository_policy"),
        ):
            if name in before and name not in self.properties:
                self.call(operation, RepositoryName=self.name)
        self._put_policies()

    def _remove(self) -> None:
        empties = str(self.properties.get("EmptyOnDelete", False)).lower() == "true"
        self.call("delete_repository", RepositoryName=self.name, Force=empties)
