"""WAF's web ACLs, which let everything through here: nothing is called through them."""

from sandbox.resources.resource import Properties, Resource


class WebAcl(Resource):
    """Rules for requests."""

    resource_type = "AWS::WAFv2::WebACL"
    name_property = "Name"
    service = "wafv2"
    attribute_names = ("Arn", "Id")
    fixed = ("Scope",)

    def _create(self) -> None:
        summary = self.call("create_web_acl", self.properties, Name=self.name)["Summary"]
        self.ref = f"{self.name}|{summary['Id']}|{self.properties['Scope']}"
        self.attributes = {"Arn": summary["ARN"], "Id": summary["Id"]}

    def _place(self) -> Properties:
        return {"Name": self.name, "Scope": self.properties["Scope"], "Id": self.attributes["Id"]}

    def _token(self) -> str:
        return str(self.call("get_web_acl", self._place())["LockToken"])

    def _change(self, before: Properties) -> None:
        del before
        values = {**self.without("Tags"), **self._place(), "LockToken": self._token()}
        self.call("update_web_acl", values)

    def _remove(self) -> None:
        self.call("delete_web_acl", self._place(), LockToken=self._token())


class WebAclAssociation(Resource):
    """What a web ACL stands before."""

    resource_type = "AWS::WAFv2::WebACLAssociation"
    service = "wafv2"

    def _create(self) -> None:
        self.ref = "|".join(self.properties[name] for name in ("WebACLArn", "ResourceArn"))
        self.call("associate_web_acl", self.properties)

    def _remove(self) -> None:
        self.call("disassociate_web_acl", self.only("ResourceArn"))


class LoggingConfiguration(Resource):
    """Where a web ACL logs to."""

    resource_type = "AWS::WAFv2::LoggingConfiguration"
    service = "wafv2"
    attribute_names = ("ManagedByFirewallManager",)
    fixed = ("ResourceArn",)

    def _create(self) -> None:
        self.ref = self.properties["ResourceArn"]
        self.call("put_logging_configuration", LoggingConfiguration=self.properties)
        self.attributes = {"ManagedByFirewallManager": "false"}

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_logging_configuration", ResourceArn=self.ref)
