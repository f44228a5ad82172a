"""API Gateway's keys, and how much each may ask for."""

from sandbox.resources.front_door import replacements
from sandbox.resources.resource import Properties, Resource


class UsagePlan(Resource):
    """How much each key may ask for."""

    resource_type = "AWS::ApiGateway::UsagePlan"
    service = "apigateway"
    attribute_names = ("Id",)
    fixed = ("ApiStages",)

    def _create(self) -> None:
        values = {"Name": self.properties.get("UsagePlanName", self.name), **self.without("UsagePlanName")}
        self.ref = self.call("create_usage_plan", values)["id"]
        self.attributes = {"Id": self.ref}

    def _change(self, before: Properties) -> None:
        del before
        given = {"/name": self.properties.get("UsagePlanName"), "/description": self.properties.get("Description")}
        for part in ("Throttle", "Quota"):
            limits = self.properties.get(part, {})
            given |= {f"/{part.lower()}/{key[0].lower() + key[1:]}": value for key, value in limits.items()}
        self.call("update_usage_plan", UsagePlanId=self.ref, PatchOperations=replacements(given))

    def _remove(self) -> None:
        self.call("delete_usage_plan", UsagePlanId=self.ref)


class ApiKey(Resource):
    """The key that a caller sends."""

    resource_type = "AWS::ApiGateway::ApiKey"
    service = "apigateway"
    attribute_names = ("APIKeyId",)

    def _create(self) -> None:
        self.ref = self.call("create_api_key", {"Name": self.name, **self.properties})["id"]
        self.attributes = {"APIKeyId": self.ref}

    def _change(self, before: Properties) -> None:
        del before
        given = {"/name": self.properties.get("Name"), "/description": self.properties.get("Description")}
        self.call("update_api_key", ApiKey=self.ref, PatchOperations=replacements(given))

    def _remove(self) -> None:
        self.call("delete_api_key", ApiKey=self.ref)


class UsagePlanKey(Resource):
    """A key of a usage plan."""

    resource_type = "AWS::ApiGateway::UsagePlanKey"
    service = "apigateway"
    attribute_names = ("Id",)

    def _create(self) -> None:
        self.call("create_usage_plan_key", self.properties)
        self.ref = f"{self.properties['KeyId']}:{self.properties['UsagePlanId']}"
        self.attributes = {"Id": self.ref}

    def _remove(self) -> None:
        self.call("delete_usage_plan_key", self.only("KeyId", "UsagePlanId"))
