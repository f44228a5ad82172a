"""IAM roles and policies, and KMS keys: moto's own types change nothing on an update."""

from sandbox.resources.resource import Properties, Resource


class Role(Resource):
    """A role with its policies."""

    resource_type = "AWS::IAM::Role"
    name_property = "RoleName"
    service = "iam"
    attribute_names = ("Arn", "RoleId")
    fixed = ("Path",)

    def _create(self) -> None:
        role = self.call("create_role", self.without("Policies", "ManagedPolicyArns"), RoleName=self.name)["Role"]
        self.attributes = {"Arn": role["Arn"], "RoleId": role["RoleId"]}
        self._put_policies()

    def _put_policies(self) -> None:
        for policy in self.properties.get("Policies", []):
            self.call("put_role_policy", policy, RoleName=self.name)
        for arn in self.properties.get("ManagedPolicyArns", []):
            self.call("attach_role_policy", RoleName=self.name, PolicyArn=arn)

    def _change(self, before: Properties) -> None:
        document = self.properties["AssumeRolePolicyDocument"]
        self.call("update_assume_role_policy", RoleName=self.name, PolicyDocument=document)
        self.call("update_role", self.only("Description", "MaxSessionDuration"), RoleName=self.name)
        self._remove_policies(before)
        self._put_policies()

    def _remove_policies(self, properties: Properties) -> None:
        for policy in properties.get("Policies", []):
            self.call("delete_role_policy", RoleName=self.name, PolicyName=policy["PolicyName"])
        for arn in properties.get("ManagedPolicyArns", []):
            self.call("detach_role_policy", RoleName=self.name, PolicyArn=arn)

    def _remove(self) -> None:
        self._remove_policies(self.properties)
        self.call("delete_role", RoleName=self.name)


class RolePolicy(Resource):
    """An inline policy that is a resource of its own."""

    resource_type = "AWS::IAM::Policy"
    name_property = "PolicyName"
    service = "iam"

    def _create(self) -> None:
        for role in self.properties.get("Roles", []):
            self.call("put_role_policy", self.only("PolicyDocument"), RoleName=role, PolicyName=self.name)

    def _remove(self) -> None:
        for role in self.properties.get("Roles", []):
            self.call("delete_role_policy", RoleName=role, PolicyName=self.name)


class ManagedPolicy(Resource):
    """A policy that roles share."""

    resource_type = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"
    service = "iam"
    attribute_names = ("PolicyArn",)

    def _create(self) -> None:
        values = self.only("PolicyDocument", "Path", "Description", "Tags")
        self.ref = self.call("create_policy", values, PolicyName=self.name)["Policy"]["Arn"]
        self.attributes = {"PolicyArn": self.ref}
        for role in self.properties.get("Roles", []):
            self.call("attach_role_policy", RoleName=role, PolicyArn=self.ref)

    def _change(self, before: Properties) -> None:
        document = self.properties["PolicyDocument"]
        for role in before.get("Roles", []):
            self.call("detach_role_policy", RoleName=role, PolicyArn=self.ref)
        for version in self.call("list_policy_versions", PolicyArn=self.ref)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.call("delete_policy_version", PolicyArn=self.ref, VersionId=version["VersionId"])
        self.call("create_policy_version", PolicyArn=self.ref, PolicyDocument=document, SetAsDefault=True)
        for role in self.properties.get("Roles", []):
            self.call("attach_role_policy", RoleName=role, PolicyArn=self.ref)

    def _remove(self) -> None:
        # Roles that name it in ManagedPolicyArns have let go of it: they are removed first.
        for role in self.properties.get("Roles", []):
            self.call("detach_role_policy", RoleName=role, PolicyArn=self.ref)
        for version in self.call("list_policy_versions", PolicyArn=self.ref)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.call("delete_policy_version", PolicyArn=self.ref, VersionId=version["VersionId"])
        self.call("delete_policy", PolicyArn=self.ref)


class Key(Resource):
    """A key with its policy."""

    resource_type = "AWS::KMS::Key"
    service = "kms"
    attribute_names = ("Arn", "KeyId")

    def _create(self) -> None:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in self.properties.get("Tags", [])]
        values = self.only("Description", "KeyUsage", "KeySpec", "MultiRegion")
        key = self.call("create_key", values, Policy=self.properties["KeyPolicy"], Tags=tags)["KeyMetadata"]
        self.ref = key["KeyId"]
        self.attributes = {"Arn": key["Arn"], "KeyId": key["KeyId"]}
        self._rotate()

    def _rotate(self) -> None:
        rotates = str(self.properties.get("EnableKeyRotation", False)).lower() == "true"
        self.call("enable_key_rotation" if rotates else "disable_key_rotation", KeyId=self.ref)

    def _change(self, before: Properties) -> None:
        del before
        policy = self.properties["KeyPolicy"]
        self.call("put_key_policy", KeyId=self.ref, PolicyName="default", Policy=policy)
        self.call("update_key_description", KeyId=self.ref, Description=self.properties.get("Description", ""))
        self._rotate()

    def _remove(self) -> None:
        self.call("schedule_key_deletion", self.only("PendingWindowInDays"), KeyId=self.ref)


class Alias(Resource):
    """A name of a key."""

    resource_type = "AWS::KMS::Alias"
    name_property = "AliasName"
    service = "kms"

    def _create(self) -> None:
        self.call("create_alias", self.properties)

    def _change(self, before: Properties) -> None:
        del before
        self.call("update_alias", self.properties)

    def _remove(self) -> None:
        self.call("delete_alias", AliasName=self.name)
