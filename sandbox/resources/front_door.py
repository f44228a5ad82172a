"""API Gateway's REST APIs. Nothing listens at their addresses: they are records of what the template says."""

from typing import Any

from moto.apigateway.models import apigateway_backends

from sandbox.resources.resource import Properties, Resource


class _OfApi(Resource):
    """A part of an API, which is known by its own id below the API's."""

    service = "apigateway"
    fixed = ("RestApiId",)

    @property
    def _api(self) -> Properties:
        return self.only("RestApiId")


class RestApi(Resource):
    """An API."""

    resource_type = "AWS::ApiGateway::RestApi"
    service = "apigateway"
    attribute_names = ("RestApiId", "RootResourceId")

    def _create(self) -> None:
        names = {"ApiKeySourceType": "ApiKeySource"}
        values = {names.get(key, key): value for key, value in self.properties.items()}
        api = self.call("create_rest_api", {"Name": self.name, **values})
        self.ref = api["id"]
        root = self.call("get_resources", RestApiId=self.ref)["items"][0]["id"]
        self.attributes = {"RestApiId": self.ref, "RootResourceId": root}
        self._keep_media_types()

    def _keep_media_types(self) -> None:
        # moto's calls leave them out.
        api = apigateway_backends[self.account_id][self.region].apis[self.ref]
        api.binaryMediaTypes = self.properties.get("BinaryMediaTypes", [])

    def _change(self, before: Properties) -> None:
        del before
        given = {"/name": self.properties.get("Name"), "/description": self.properties.get("Description")}
        self.call("update_rest_api", RestApiId=self.ref, PatchOperations=replacements(given))
        self._keep_media_types()

    def _remove(self) -> None:
        self.call("delete_rest_api", RestApiId=self.ref)


class PathPart(_OfApi):
    """A path of an API, which the service calls a resource."""

    resource_type = "AWS::ApiGateway::Resource"
    attribute_names = ("ResourceId",)

    def _create(self) -> None:
        self.ref = self.call("create_resource", self.properties)["id"]
        self.attributes = {"ResourceId": self.ref}

    def _remove(self) -> None:
        self.call("delete_resource", self._api, ResourceId=self.ref)


class Method(_OfApi):
    """A method of a path, with what it hands a request on to."""

    resource_type = "AWS::ApiGateway::Method"

    def _create(self) -> None:
        place = self.only("RestApiId", "ResourceId", "HttpMethod")
        self.call("put_method", self.without("Integration", "MethodResponses"))
        for answer in self.properties.get("MethodResponses", []):
            self.call("put_method_response", {**place, **answer})
        integration = dict(self.properties.get("Integration", {}))
        answers = integration.pop("IntegrationResponses", [])
        if integration:
            self.call("put_integration", {**place, **integration})
        for answer in answers:
            self.call("put_integration_response", {**place, **answer})

    def _remove(self) -> None:
        self.call("delete_method", self.only("RestApiId", "ResourceId", "HttpMethod"))


class Model(_OfApi):
    """The schema of a body."""

    resource_type = "AWS::ApiGateway::Model"
    name_property = "Name"

    def _create(self) -> None:
        self.call("create_model", {"ContentType": "application/json", **self.properties, "Name": self.name})

    def _remove(self) -> None:
        self.call("delete_model", self._api, ModelName=self.name)


class RequestValidator(_OfApi):
    """What is checked of a request before it is handed on."""

    resource_type = "AWS::ApiGateway::RequestValidator"
    attribute_names = ("RequestValidatorId",)

    def _create(self) -> None:
        self.ref = self.call("create_request_validator", self.properties)["id"]
        self.attributes = {"RequestValidatorId": self.ref}

    def _remove(self) -> None:
        self.call("delete_request_validator", self._api, RequestValidatorId=self.ref)


class Authorizer(_OfApi):
    """Who may call."""

    resource_type = "AWS::ApiGateway::Authorizer"
    attribute_names = ("AuthorizerId",)

    def _create(self) -> None:
        self.ref = self.call("create_authorizer", self.properties)["id"]
        self.attributes = {"AuthorizerId": self.ref}

    def _remove(self) -> None:
        self.call("delete_authorizer", self._api, AuthorizerId=self.ref)


class Deployment(_OfApi):
    """A snapshot of an API, which never changes."""

    resource_type = "AWS::ApiGateway::Deployment"
    attribute_names = ("DeploymentId",)

    def _create(self) -> None:
        self.ref = self.call("create_deployment", self.without("StageDescription"))["id"]
        self.attributes = {"DeploymentId": self.ref}

    def _remove(self) -> None:
        self.call("delete_deployment", self._api, DeploymentId=self.ref)


class Stage(_OfApi):
    """A deployment that can be called."""

    resource_type = "AWS::ApiGateway::Stage"
    name_property = "StageName"

    def _create(self) -> None:
        self.call("create_stage", self.without("AccessLogSetting", "MethodSettings"))
        self._set()

    def _change(self, before: Properties) -> None:
        del before
        self._set()

    def _set(self) -> None:
        given: dict[str, Any] = {"/deploymentId": self.properties["DeploymentId"]}
        log = self.properties.get("AccessLogSetting", {})
        given |= {f"/accessLogSettings/{key[0].lower() + key[1:]}": value for key, value in log.items()}
        for setting in self.properties.get("MethodSettings", []):
            path = setting.get("ResourcePath", "/*").lstrip("/").replace("/", "~1")
            place = f"/{path}/{setting.get('HttpMethod', '*')}"
            given |= {f"{place}/{_SETTINGS[key]}": value for key, value in setting.items() if key in _SETTINGS}
        self.call("update_stage", self._api, StageName=self.name, PatchOperations=replacements(given))

    def _remove(self) -> None:
        self.call("delete_stage", self._api, StageName=self.name)


_SETTINGS = {
    "ThrottlingRateLimit": "throttling/rateLimit",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "MetricsEnabled": "metrics/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
}


class Account(Resource):
    """The role that API Gateway logs as, for the account."""

    resource_type = "AWS::ApiGateway::Account"
    service = "apigateway"
    attribute_names = ("Id",)

    def _create(self) -> None:
        self.attributes = {"Id": self.name}
        self._set(self.properties.get("CloudWatchRoleArn"))

    def _set(self, role_arn: str | None) -> None:
        self.call("update_account", PatchOperations=replacements({"/cloudwatchRoleArn": role_arn}))

    def _change(self, before: Properties) -> None:
        del before
        self._set(self.properties.get("CloudWatchRoleArn"))

    def _remove(self) -> None:
        # The account keeps its role, as AWS's does.
        self.properties = {}


def replacements(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Patch operations that set each path to its value; paths without a value are left alone."""
    return [{"Op": "replace", "Path": path, "Value": value} for path, value in values.items() if value is not None]
