"""The people of a private work team: who may sign in to the workers' portal and label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from labelling.errors import LabellingError
from labelling.job import stack_outputs

NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"
"""Cognito's word for who still has the password of the invitation."""


@dataclass(frozen=True)
class Team:
    """A private work team whose people are a group of a Cognito user pool."""

    name: str
    portal: str
    """Where its people sign in and label; empty as long as SageMaker has made no portal."""
    user_pool: str
    group: str


@dataclass(frozen=True)
class Worker:
    """Somebody of the team."""

    email: str
    status: str
    """Cognito's: CONFIRMED once the person has signed in, FORCE_CHANGE_PASSWORD before."""


def team_of_stack(client: Callable[[str], Any], stack: str) -> Team:
    """The work team of a stack of labeling.yaml; `client` makes a boto3 client by the service's name."""
    return team_of(client("sagemaker"), stack_outputs(client("cloudformation"), stack).WorkteamArn)


def team_of(client: Any, arn: str) -> Team:
    """A work team by its ARN; `client` is boto3's of `sagemaker`.

    Raises LabellingError where its people are not Cognito's.
    """
    found = client.describe_workteam(WorkteamName=team_name(arn))["Workteam"]
    for member in found["MemberDefinitions"]:
        if group := member.get("CognitoMemberDefinition"):
            return Team(found["WorkteamName"], portal_of(found), group["UserPool"], group["UserGroup"])
    raise LabellingError(
        f"The people of the work team {found['WorkteamName']} are not of a Cognito user pool but of the company's own "
        "sign-in (OIDC): add them to its groups there."
    )


def team_name(arn: str) -> str:
    """The name in a work team's ARN."""
    return arn.rpartition("/")[2]


def portal_of(team: Any) -> str:
    """The address of the workers' portal of a `Workteam` of SageMaker's; empty where it has none."""
    domain = team.get("SubDomain", "")
    return f"https://{domain}" if domain else ""


def invite(client: Any, team: Team, emails: Sequence[str]) -> list[Worker]:
    """Invite people by e-mail; `client` is boto3's of `cognito-idp`.

    Who was invited before and has not signed in gets another invitation, as its password lasts days; who has signed in
    once is only added to the team. Raises botocore's ClientError for an address that Cognito does not take.
    """
    return [_invited(client, team, email) for email in emails]


def workers(client: Any, team: Team) -> list[Worker]:
    """The people of the team, by their addresses."""
    pages = client.get_paginator("list_users_in_group").paginate(UserPoolId=team.user_pool, GroupName=team.group)
    return sorted((_worker(user) for page in pages for user in page["Users"]), key=lambda worker: worker.email)


def remove(client: Any, team: Team, emails: Sequence[str], delete: bool = False) -> None:
    """Take people out of the team, so that they label no more; with `delete` their accounts too.

    Labels that they made stay. Raises LabellingError for somebody whom the user pool does not know.
    """
    for email in emails:
        try:
            client.admin_remove_user_from_group(UserPoolId=team.user_pool, Username=email, GroupName=team.group)
            if delete:
                client.admin_delete_user(UserPoolId=team.user_pool, Username=email)
        except ClientError as error:
            if _code(error) != "UserNotFoundException":
                raise
            raise LabellingError(
                f"{email} is nobody of the work team {team.name}; `workers` lists who is of it."
            ) from error


def _invited(client: Any, team: Team, email: str) -> Worker:
    asked = {"UserPoolId": team.user_pool, "Username": email, "DesiredDeliveryMediums": ["EMAIL"]}
    verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    try:
        user = client.admin_create_user(**asked, UserAttributes=verified)["User"]
        status = user["UserStatus"]
    except ClientError as error:
        if _code(error) != "UsernameExistsException":
            raise
        status = client.admin_get_user(UserPoolId=team.user_pool, Username=email)["UserStatus"]
        if status == NEVER_SIGNED_IN:
            client.admin_create_user(**asked, MessageAction="RESEND")
    client.admin_add_user_to_group(UserPoolId=team.user_pool, Username=email, GroupName=team.group)
    return Worker(email, status)


def _worker(user: Any) -> Worker:
    attributes = {each["Name"]: each["Value"] for each in user.get("Attributes", [])}
    return Worker(attributes.get("email", user["Username"]), user["UserStatus"])


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
