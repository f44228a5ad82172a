"""Inviting, listing and removing people, against moto's user pool."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from labelling.errors import LabellingError
from labelling.team import Team, invite, remove, team_of, workers

ARN = "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/ocr-labelling"


@pytest.fixture
def team(aws: Any) -> Team:
    # As labeling.yaml makes it.
    pool = aws.cognito.create_user_pool(
        PoolName="sagemaker-ocr-labelling",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )
    aws.pool = pool["UserPool"]["Id"]
    aws.cognito.create_group(UserPoolId=aws.pool, GroupName="ocr-labelling")
    aws.will_describe_team()
    return team_of(aws.sagemaker, ARN)


def test_the_team_s_people_are_those_of_its_group(aws: Any, team: Team) -> None:
    assert (team.user_pool, team.group) == (aws.pool, "ocr-labelling")
    assert team.portal == "https://abc.labeling.us-east-1.sagemaker.aws"
    assert workers(aws.cognito, team) == []


def test_who_is_invited_is_of_the_team(aws: Any, team: Team) -> None:
    invite(aws.cognito, team, ["li@example.com", "an@example.com"])
    found = workers(aws.cognito, team)
    assert [(worker.email, worker.status) for worker in found] == [
        ("an@example.com", "FORCE_CHANGE_PASSWORD"),
        ("li@example.com", "FORCE_CHANGE_PASSWORD"),
    ]


def test_who_has_not_signed_in_is_invited_once_more(aws: Any, team: Team) -> None:
    asked: list[dict[str, Any]] = []
    event = "provide-client-params.cognito-idp.AdminCreateUser"
    aws.cognito.meta.events.register(event, lambda params, **_: asked.append(params), unique_id="asked")
    for _ in range(2):
        invite(aws.cognito, team, ["an@example.com"])
    aws.cognito.meta.events.unregister(event, unique_id="asked")
    assert [each.get("MessageAction") for each in asked] == [None, None, "RESEND"]
    assert all(each["DesiredDeliveryMediums"] == ["EMAIL"] for each in asked)
    assert len(workers(aws.cognito, team)) == 1


def test_who_has_an_account_is_added_without_a_message(aws: Any, team: Team) -> None:
    invite(aws.cognito, team, ["an@example.com"])
    aws.cognito.admin_set_user_password(
        UserPoolId=aws.pool, Username="an@example.com", Password="Long-enough-1234", Permanent=True
    )
    remove(aws.cognito, team, ["an@example.com"])
    assert workers(aws.cognito, team) == []
    (worker,) = invite(aws.cognito, team, ["an@example.com"])
    assert worker.status == "CONFIRMED"
    assert workers(aws.cognito, team) == [worker]


def test_who_is_deleted_has_no_account(aws: Any, team: Team) -> None:
    invite(aws.cognito, team, ["an@example.com"])
    remove(aws.cognito, team, ["an@example.com"], delete=True)
    with pytest.raises(ClientError, match="UserNotFound"):
        aws.cognito.admin_get_user(UserPoolId=aws.pool, Username="an@example.com")


def test_who_is_unknown_is_told(aws: Any, team: Team) -> None:
    with pytest.raises(LabellingError, match=r"no@example\.com is nobody of the work team ocr-labelling"):
        remove(aws.cognito, team, ["no@example.com"])


def test_a_team_of_the_company_s_own_sign_in_is_told(aws: Any) -> None:
    aws.will_describe_team(MemberDefinitions=[{"OidcMemberDefinition": {"Groups": ["labellers"]}}])
    with pytest.raises(LabellingError, match="OIDC"):
        team_of(aws.sagemaker, ARN)


def test_a_team_without_a_portal_has_none(aws: Any) -> None:
    aws.will_describe_team(SubDomain="")
    assert team_of(aws.sagemaker, ARN).portal == ""
