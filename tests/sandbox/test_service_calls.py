"""Values of a template as the parameters of a call."""

import json
from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import SandboxError
from sandbox.resources.service_calls import ServiceCalls

SESSION = boto3.session.Session(region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
CLIENTS: dict[str, Any] = {}


def client_of(service: str) -> Any:
    return CLIENTS.setdefault(service, SESSION.client(service))


CALLS = ServiceCalls(client_of)


def fitted(service: str, operation: str, values: dict[str, Any]) -> dict[str, Any]:
    return CALLS.fitted(service, operation, values)


def test_keys_take_the_case_of_the_call() -> None:
    stages = [
        {"Name": "Source", "Actions": [{"Name": "a", "ActionTypeId": {"Provider": "CodeCommit"}, "RunOrder": "1"}]}
    ]
    assert fitted("codepipeline", "create_pipeline", {"pipeline": {"Stages": stages}}) == {
        "pipeline": {
            "stages": [
                {
                    "name": "Source",
                    "actions": [{"name": "a", "actionTypeId": {"provider": "CodeCommit"}, "runOrder": 1}],
                }
            ]
        }
    }


def test_tags_become_what_the_call_takes() -> None:
    tags = [{"Key": "a", "Value": "b"}]
    assert fitted("logs", "create_log_group", {"Tags": tags}) == {"tags": {"a": "b"}}
    assert fitted("codebuild", "create_project", {"Tags": tags}) == {"tags": [{"key": "a", "value": "b"}]}


def test_a_document_becomes_text() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    given_document = fitted("iam", "create_role", {"AssumeRolePolicyDocument": document})["AssumeRolePolicyDocument"]
    assert json.loads(given_document) == document


# The first example reads the service's model.
@settings(deadline=None)
@given(st.integers(1, 10**6), st.booleans())
def test_scalars_take_the_type_of_the_call(number: int, value: bool) -> None:
    for period, enabled in ((number, value), (str(number), str(value).lower())):
        found = fitted("cloudwatch", "put_metric_alarm", {"Period": period, "ActionsEnabled": enabled})
        assert found == {"Period": number, "ActionsEnabled": value}
    assert fitted("cloudwatch", "put_metric_alarm", {"AlarmName": number}) == {"AlarmName": str(number)}
    assert fitted("cloudwatch", "put_metric_alarm", {"Threshold": str(number)}) == {"Threshold": float(number)}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"AlarmNames": "a"}, "cloudwatch:PutMetricAlarm has no 'AlarmNames': it takes Action"),
        ({"Period": "soon"}, "PutMetricAlarm.Period is 'soon': expected a value of type integer"),
        ({"ActionsEnabled": "yes"}, "expected a value of type boolean"),
        ({"AlarmActions": "a"}, "expected a list"),
        ({"Dimensions": ["a"]}, r"Dimensions\[0\] is 'a': expected properties of Dimension"),
    ],
)
def test_what_does_not_fit_is_named(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        fitted("cloudwatch", "put_metric_alarm", values)
