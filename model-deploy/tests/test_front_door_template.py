"""front-door.yaml: one way in, who may take it, and what goes through."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model_deploy.export import front_door_configuration
from model_deploy.project import Project
from model_deploy.stage import StageConfig, TemplateConfiguration

ROOT = Path(__file__).resolve().parents[1]
ROLE = "arn:aws:iam::123456789012:role/front-door"
POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/1"
PROJECT = Project("ocr", "p1", "artifacts", "arn:aws:iam::123456789012:role/model", front_door_role=ROLE)
TYPES = ["image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "application/pdf"]


@pytest.fixture
def front_door(resolver: Any) -> Callable[..., Any]:
    """The template as it is deployed with the shipped configuration, some parameters changed."""

    def resolved(**changed: str) -> Any:
        config = TemplateConfiguration.read(ROOT / "front-door-config.json")
        exported = front_door_configuration(config, StageConfig.read(ROOT / "prod-config.json"), PROJECT)
        return resolver.Resolved("front-door.yaml", **(exported.parameters | changed))

    return resolved


@pytest.fixture
def method(front_door: Any) -> Any:
    return front_door().resources["PostInvocations"]


def of_type(template: Any, kind: str) -> list[str]:
    return [name for name, each in template.template["Resources"].items() if each["Type"] == f"AWS::{kind}"]


def test_the_only_way_in_is_post_invocations(front_door: Any, method: Any) -> None:
    assert of_type(front_door(), "ApiGateway::Method") == ["PostInvocations"]
    assert of_type(front_door(), "ApiGateway::Resource") == ["Invocations"]
    assert (method["HttpMethod"], front_door().resources["Invocations"]["PathPart"]) == ("POST", "invocations")


def test_requests_go_to_production_s_endpoint_as_the_front_door_s_role(method: Any) -> None:
    integration = method["Integration"]
    assert (integration["Type"], integration["IntegrationHttpMethod"]) == ("AWS", "POST")
    assert integration["Uri"] == (
        "arn:aws:apigateway:eu-central-1:runtime.sagemaker:path/endpoints/ocr-prod/invocations"
    )
    assert integration["Credentials"] == ROLE


def test_headers_that_the_server_reads_go_through(method: Any) -> None:
    for header in ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes"):
        assert f"method.request.header.{header}" in method["RequestParameters"]
        passed = method["Integration"]["RequestParameters"][f"integration.request.header.{header}"]
        assert passed == f"method.request.header.{header}"


@pytest.mark.parametrize("content_type", TYPES)
def test_what_the_server_takes_as_bytes_is_not_taken_for_text(front_door: Any, content_type: str) -> None:
    assert content_type in front_door().resources["Api"]["BinaryMediaTypes"]


def test_json_is_text_and_is_checked(front_door: Any, method: Any) -> None:
    assert "application/json" not in front_door().resources["Api"]["BinaryMediaTypes"]
    assert method["RequestModels"] == {"application/json": {"Ref": "JsonRequest"}}
    assert front_door().resources["Validator"]["ValidateRequestBody"] is True


def test_callers_are_principals_of_iam_unless_said_otherwise(method: Any) -> None:
    assert (method["AuthorizationType"], method["ApiKeyRequired"]) == ("AWS_IAM", True)
    assert not {"AuthorizerId", "AuthorizationScopes"} & set(method)


def test_callers_can_be_users_of_a_cognito_pool(front_door: Any) -> None:
    given = {"Authorization": "COGNITO_USER_POOLS", "CognitoUserPoolArn": POOL, "CognitoScopes": "ocr/read"}
    resources = front_door(**given).resources
    assert resources["Authorizer"]["ProviderARNs"] == [POOL]
    assert resources["PostInvocations"]["AuthorizerId"] == {"Ref": "Authorizer"}
    assert resources["PostInvocations"]["AuthorizationScopes"] == ["ocr/read"]


def test_the_server_s_own_refusal_comes_back_with_its_status(method: Any) -> None:
    (refused,) = [each for each in method["Integration"]["IntegrationResponses"] if each["StatusCode"] == "400"]
    assert re.fullmatch(refused["SelectionPattern"], "424")
    template = refused["ResponseTemplates"]["application/json"]
    assert "$context.responseOverride.status = $original" in template
    assert "$input.path('$.OriginalMessage')" in template


def test_every_answer_has_a_method_response(method: Any) -> None:
    answered = {each["StatusCode"] for each in method["Integration"]["IntegrationResponses"]}
    assert answered == {each["StatusCode"] for each in method["MethodResponses"]}


def test_the_stage_is_limited_logged_and_behind_the_firewall(front_door: Any) -> None:
    resources = front_door().resources
    (settings,) = resources["ProdStage"]["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("20", "40")
    assert resources["ProdStage"]["AccessLogSetting"]["DestinationArn"] == {"GetAtt": "AccessLog.Arn"}
    assert resources["WebAclAssociation"]["ResourceArn"].endswith("/restapis/Api/stages/ProdStage")


def test_the_access_log_holds_nothing_of_a_request_s_body_or_secrets(front_door: Any) -> None:
    written = front_door().resources["ProdStage"]["AccessLogSetting"]["Format"]
    assert "$input" not in written
    assert 'apiKey"' not in written
    assert "$context.identity.apiKeyId" in written


def test_rules_on_bodies_only_count_since_a_picture_can_hold_any_bytes(front_door: Any) -> None:
    rules = {each["Name"]: each for each in front_door().resources["WebAcl"]["Rules"]}
    overridden = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert "SizeRestrictions_BODY" in {each["Name"] for each in overridden}
    assert all(each["Name"].endswith("_BODY") and each["ActionToUse"] == {"Count": {}} for each in overridden)


def test_the_secrets_of_a_request_are_redacted_from_the_firewall_s_log(front_door: Any) -> None:
    fields = front_door().resources["WafLogging"]["RedactedFields"]
    assert [each["SingleHeader"]["Name"] for each in fields] == ["authorization", "x-api-key"]


def test_old_versions_of_tls_are_refused(front_door: Any) -> None:
    allowed = front_door().template["Parameters"]["TlsPolicy"]["AllowedValues"]
    assert all(re.match(r"SecurityPolicy_TLS13_1_[23]_", policy) for policy in allowed)
    assert front_door().resources["Api"]["EndpointAccessMode"] == "STRICT"


def test_the_deployment_waits_for_the_method_and_is_what_the_build_renames(front_door: Any) -> None:
    assert front_door().template["Resources"]["ApiDeployment"]["DependsOn"] == "PostInvocations"


def test_the_shipped_configuration_breaks_no_rule(front_door: Any) -> None:
    assert front_door().broken_rules == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"EndpointMode": "async"}, "An asynchronous endpoint takes its requests from S3 and has no front door"),
        ({"Authorization": "COGNITO_USER_POOLS"}, "CognitoUserPoolArn must be given"),
    ],
)
def test_a_wrong_combination_is_refused_with_a_sentence(
    front_door: Any, changed: dict[str, str], sentence: str
) -> None:
    (broken,) = front_door(**changed).broken_rules
    assert broken.startswith(sentence)
