"""The front door: API Gateway to production's endpoint, with a firewall, limits and logs."""

import json
from typing import Any

import pytest

from wiring.deployment import Deployment
from wiring.names import OURS
from wiring.stack import Stack

# By name, as API Gateway documents them; the wildcard is for types without one here.
PICTURES = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/tiff",
    "image/bmp",
    "image/*",
    "application/pdf",
    "application/octet-stream",
]


def properties(stack: Stack, logical: str) -> Any:
    return stack[logical].properties


def front_door(whole: Deployment) -> Stack:
    return whole.stacks["front-door"]


def test_the_front_door_hands_pages_to_production_and_to_nothing_else(whole: Deployment) -> None:
    stack = front_door(whole)
    (method,) = stack.of_type("AWS::ApiGateway::Method").values()
    integration = method.properties["Integration"]
    assert integration["Uri"] == (
        f"arn:aws:apigateway:{OURS.region}:runtime.sagemaker:path/endpoints/{OURS.endpoint('prod')}/invocations"
    )
    assert integration["Credentials"] == whole.export("FrontDoorRoleArn")
    assert (integration["Type"], integration["IntegrationHttpMethod"], method.properties["HttpMethod"]) == (
        "AWS",
        "POST",
        "POST",
    )
    assert method.properties["ResourceId"] == stack["Invocations"].identity.ref
    assert properties(stack, "Invocations")["PathPart"] == "invocations"


def test_the_front_door_knows_who_calls(whole: Deployment) -> None:
    (method,) = front_door(whole).of_type("AWS::ApiGateway::Method").values()
    assert method.properties["AuthorizationType"] == "AWS_IAM"
    assert method.properties["ApiKeyRequired"] is True
    assert method.properties["RequestValidatorId"] == front_door(whole)["Validator"].identity.ref


def test_pictures_go_through_byte_for_byte(whole: Deployment) -> None:
    assert properties(front_door(whole), "Api")["BinaryMediaTypes"] == PICTURES


def test_every_part_is_of_the_one_api(whole: Deployment) -> None:
    stack = front_door(whole)
    api = stack["Api"].identity.ref
    parts = [each for each in stack.resources.values() if "RestApiId" in each.properties]
    assert len(parts) >= 6
    assert {each.properties["RestApiId"] for each in parts} == {api}
    assert properties(stack, "UsagePlan")["ApiStages"] == [{"ApiId": api, "Stage": "prod"}]
    key = properties(stack, "UsagePlanKey")
    assert (key["KeyId"], key["UsagePlanId"]) == (stack["ApiKey"].identity.ref, stack["UsagePlan"].identity.ref)


def test_a_stage_serves_the_newest_deployment(whole: Deployment) -> None:
    stack = front_door(whole)
    (deployment,) = stack.of_type("AWS::ApiGateway::Deployment").values()
    assert deployment.logical != "ApiDeployment"
    assert deployment.declared["DependsOn"] == "PostInvocations"
    assert properties(stack, "ProdStage")["DeploymentId"] == deployment.identity.ref


def test_the_front_door_is_throttled_and_has_a_firewall(whole: Deployment) -> None:
    stack = front_door(whole)
    (settings,) = properties(stack, "ProdStage")["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("20", "40")
    assert properties(stack, "UsagePlan")["Throttle"] == {"RateLimit": "20", "BurstLimit": "40"}
    assert properties(stack, "UsagePlan")["Quota"] == {"Limit": "100000", "Period": "DAY"}
    association = properties(stack, "WebAclAssociation")
    assert association["WebACLArn"] == stack["WebAcl"].arn
    assert association["ResourceArn"].endswith(f"::/restapis/{stack['Api'].identity.ref}/stages/prod")
    rules = {rule["Name"]: rule for rule in properties(stack, "WebAcl")["Rules"]}
    assert rules["requests-per-address"]["Action"] == {"Block": {}}
    assert rules["requests-per-address"]["Statement"]["RateBasedStatement"]["Limit"] == "1000"
    assert {"addresses", "known-bad-inputs", "common"} <= set(rules)


def test_what_the_front_door_and_its_firewall_log(whole: Deployment) -> None:
    stack = front_door(whole)
    access = properties(stack, "ProdStage")["AccessLogSetting"]
    assert access["DestinationArn"] == stack["AccessLog"].arn
    assert json.loads(access["Format"])["status"] == "$context.status"
    logging = properties(stack, "WafLogging")
    assert logging["ResourceArn"] == stack["WebAcl"].arn
    assert logging["LogDestinationConfigs"] == [stack["WafLog"].arn.removesuffix(":*")]
    assert stack["WafLog"].name.startswith("aws-waf-logs-")
    hidden = {each["SingleHeader"]["Name"] for each in logging["RedactedFields"]}
    assert {"authorization", "x-api-key"} <= hidden
    (settings,) = properties(stack, "ProdStage")["MethodSettings"]
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")


def test_errors_of_the_front_door_are_told(whole: Deployment) -> None:
    stack = front_door(whole)
    alarm = properties(stack, "ErrorAlarm")
    assert alarm["AlarmActions"] == [whole.project["AlarmTopic"].arn]
    assert alarm["ActionsEnabled"] is True
    (metric,) = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    api = properties(stack, "Api")["Name"]
    assert metric["Dimensions"] == [{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": "prod"}]


POOL = f"arn:aws:cognito-idp:{OURS.region}:{OURS.account}:userpool/{OURS.region}_Ab1"


@pytest.mark.parametrize("scopes", ["", "pages/read"])
def test_callers_may_be_users_of_a_pool_instead(scopes: str, whole: Deployment) -> None:
    stack = front_door(whole).again(Authorization="COGNITO_USER_POOLS", CognitoUserPoolArn=POOL, CognitoScopes=scopes)
    assert stack.broken_rules == []
    method = properties(stack, "PostInvocations")
    assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
    assert method["AuthorizerId"] == stack["Authorizer"].identity.ref
    assert method.get("AuthorizationScopes", []) == ([scopes] if scopes else [])
    authorizer = properties(stack, "Authorizer")
    assert (authorizer["Type"], authorizer["ProviderARNs"]) == ("COGNITO_USER_POOLS", [POOL])
    assert "Authorizer" not in front_door(whole)
    assert "AuthorizerId" not in properties(front_door(whole), "PostInvocations")


def test_users_need_a_pool_and_an_asynchronous_endpoint_has_no_front_door(whole: Deployment) -> None:
    assert len(front_door(whole).again(Authorization="COGNITO_USER_POOLS").broken_rules) == 1
    assert len(front_door(whole).again(EndpointMode="async").broken_rules) == 1


def test_a_request_goes_to_the_endpoint_as_it_came(whole: Deployment) -> None:
    method = properties(front_door(whole), "PostInvocations")
    headers = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes")
    assert method["RequestParameters"] == {f"method.request.header.{name}": name == "Content-Type" for name in headers}
    integration = method["Integration"]
    assert integration["RequestParameters"] == {
        f"integration.request.header.{name}": f"method.request.header.{name}" for name in headers
    }
    # What no template is for goes through as it is; API Gateway waits 29 s at most.
    assert (integration["PassthroughBehavior"], integration["TimeoutInMillis"]) == ("WHEN_NO_MATCH", 29000)
    assert method["RequestModels"] == {"application/json": front_door(whole)["JsonRequest"].identity.ref}


def test_an_answer_comes_back_as_it_is_and_a_refusal_with_the_servers_own_status(whole: Deployment) -> None:
    method = properties(front_door(whole), "PostInvocations")
    content_type = "header.Content-Type"
    answers = {each["StatusCode"]: each for each in method["Integration"]["IntegrationResponses"]}
    assert answers["200"] == {
        "StatusCode": "200",
        "ResponseParameters": {f"method.response.{content_type}": f"integration.response.{content_type}"},
    }
    assert {code: each.get("SelectionPattern") for code, each in answers.items()} == {
        "200": None,
        "400": r"4\d{2}",
        "503": r"5\d{2}",
    }
    refusal = answers["400"]["ResponseTemplates"]["application/json"]
    assert refusal.splitlines() == [
        "#set($original = $input.path('$.OriginalStatusCode'))",
        '#if("$!original" != "")',
        "#set($context.responseOverride.status = $original)",
        "$input.path('$.OriginalMessage')",
        "#else",
        """{"error": $input.json('$.Message')}""",
        "#end",
    ]
    assert answers["503"]["ResponseTemplates"] == {"application/json": """{"error": $input.json('$.Message')}"""}
    assert method["MethodResponses"] == [
        {"StatusCode": "200", "ResponseParameters": {f"method.response.{content_type}": True}},
        {"StatusCode": "400"},
        {"StatusCode": "503"},
    ]


def test_the_api_is_of_this_region_and_has_no_other_way_in(whole: Deployment) -> None:
    api = {
        name: value
        for name, value in properties(front_door(whole), "Api").items()
        if name not in ("Description", "Tags")
    }
    assert api == {
        "Name": OURS.short("front-door"),
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
        "EndpointAccessMode": "STRICT",
        "BinaryMediaTypes": PICTURES,
    }


def test_the_stage_traces_and_measures_every_method(whole: Deployment) -> None:
    stage = properties(front_door(whole), "ProdStage")
    assert (stage["StageName"], stage["TracingEnabled"]) == ("prod", True)
    (settings,) = stage["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"], settings["MetricsEnabled"]) == ("/*", "*", True)
    fields = json.loads(stage["AccessLogSetting"]["Format"])
    assert {"id", "time", "address", "caller", "key", "status", "tls", "waf"} <= set(fields)
    assert properties(front_door(whole), "UsagePlan")["UsagePlanName"] == OURS.short("front-door")
    assert properties(front_door(whole), "UsagePlanKey")["KeyType"] == "API_KEY"


def test_its_alarm_goes_off_after_three_bad_minutes_of_five(whole: Deployment) -> None:
    alarm = properties(front_door(whole), "ErrorAlarm")
    (expression,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    (measured,) = [each for each in alarm["Metrics"] if "MetricStat" in each]
    assert (expression, measured["Id"], measured["ReturnData"]) == ("100 * errors", "errors", False)
    metric = measured["MetricStat"]["Metric"]
    assert (metric["Namespace"], metric["MetricName"]) == ("AWS/ApiGateway", "5XXError")
    assert (measured["MetricStat"]["Period"], measured["MetricStat"]["Stat"]) == (60, "Average")
    assert alarm["AlarmName"] == OURS.short("front-door-errors")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", "1")
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["TreatMissingData"]) == (5, 3, "notBreaching")
