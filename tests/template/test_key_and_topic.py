"""Who uses the key, and who may tell people through the topic."""

import pytest

from wiring.access import service_may
from wiring.deployment import Deployment, deployed
from wiring.names import NEIGHBOUR, OURS
from wiring.policies import resource_policy
from wiring.simulator import Request, decide

# Key


def test_the_key_is_turned_over_and_is_not_lost_at_once(deployment: Deployment) -> None:
    key = deployment.properties("bootstrap", "Key")
    assert key["EnableKeyRotation"] is True
    assert key["PendingWindowInDays"] == 30


def test_the_account_keeps_the_say_over_the_key(whole: Deployment) -> None:
    key = whole.export("KeyArn")
    policy = resource_policy([whole.bootstrap], key)
    administrator = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}'
    requests = [
        Request(f"arn:aws:iam::{account}:role/Administrator", "kms:ScheduleKeyDeletion", key, identity, policy)
        for account in (OURS.account, "210987654321")
        for identity in ((administrator,), ())
    ]
    assert [answer.allowed for answer in decide(requests)] == [True, False, False, False]


SOURCES = {
    "cloudwatch.amazonaws.com": OURS.arn("cloudwatch", f"alarm:sagemaker-{OURS.id}-failed-builds"),
    "budgets.amazonaws.com": f"arn:aws:budgets::{OURS.account}:budget/sagemaker-{OURS.id}",
}
each_sender = pytest.mark.parametrize("service", SOURCES)


def sent_by(service: str) -> dict[str, str]:
    return {"aws:SecureTransport": "true", "aws:SourceArn": SOURCES[service], "aws:SourceAccount": OURS.account}


def elsewhere(context: dict[str, str]) -> list[dict[str, str]]:
    """The same request from somebody else's resource, from another account, and without saying."""
    other = {
        **context,
        "aws:SourceArn": context["aws:SourceArn"]
        .replace("sagemaker-", "payments-")
        .replace(OURS.account, "210987654321", 1),
    }
    silent = [{name: value for name, value in context.items() if name != key} for key in context if "Source" in key]
    return [other, {**context, "aws:SourceAccount": "210987654321"}, *silent]


@each_sender
def test_whoever_tells_people_may_use_the_key_of_the_topic(service: str, whole: Deployment) -> None:
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert service_may(whole, service, action, whole.export("KeyArn"), sent_by(service))
        for context in elsewhere(sent_by(service)):
            assert not service_may(whole, service, action, whole.export("KeyArn"), context)


def test_logs_use_the_key_for_this_accounts_log_groups(whole: Deployment) -> None:
    # The simulator does not know the keys of encryption contexts, so the statement itself is what is read.
    own = [
        each
        for each in whole.bootstrap["Key"].properties["KeyPolicy"]["Statement"]
        if each["Principal"] == {"Service": f"logs.{OURS.region}.amazonaws.com"}
    ]
    assert [(each["Effect"], each["Resource"]) for each in own] == [("Allow", "*")]
    assert set(own[0]["Action"]) == {
        f"kms:{name}" for name in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
    }
    groups = f"arn:aws:logs:{OURS.region}:{OURS.account}:log-group:*"
    assert own[0]["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}


@each_sender
def test_no_other_service_may_use_the_key_by_its_policy(service: str, whole: Deployment) -> None:
    for other in ("ec2.amazonaws.com", "lambda.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com"):
        assert not service_may(whole, other, "kms:Decrypt", whole.export("KeyArn"), sent_by(service))


def test_no_service_may_change_the_key_or_grant_its_use(whole: Deployment) -> None:
    said = {"events.amazonaws.com": {"aws:SecureTransport": "true"}, **{name: sent_by(name) for name in SOURCES}}
    for service, context in said.items():
        for action in ("kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"):
            assert not service_may(whole, service, action, whole.export("KeyArn"), context), (service, action)


# Topic


@each_sender
def test_alarms_and_budgets_of_this_project_tell_people(service: str, whole: Deployment) -> None:
    topic = whole.project["AlarmTopic"].arn
    assert service_may(whole, service, "sns:Publish", topic, sent_by(service))
    for context in elsewhere(sent_by(service)):
        assert not service_may(whole, service, "sns:Publish", topic, context)


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
def test_rules_tell_people_and_say_nothing_of_themselves(whole: Deployment) -> None:
    said = {"aws:SecureTransport": "true"}
    assert service_may(whole, "events.amazonaws.com", "sns:Publish", whole.project["AlarmTopic"].arn, said)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert service_may(whole, "events.amazonaws.com", action, whole.export("KeyArn"), said)


@each_sender
def test_a_neighbours_do_not(service: str, whole: Deployment) -> None:
    if service == "budgets.amazonaws.com":
        pytest.skip("a budget's messages name the account and no budget")
    context = sent_by(service)
    context["aws:SourceArn"] = context["aws:SourceArn"].replace(OURS.id, NEIGHBOUR.id)
    assert not service_may(whole, service, "sns:Publish", whole.project["AlarmTopic"].arn, context)


def test_no_other_service_tells_people(whole: Deployment) -> None:
    for service in ("s3.amazonaws.com", "lambda.amazonaws.com"):
        for sender in SOURCES:
            assert not service_may(whole, service, "sns:Publish", whole.project["AlarmTopic"].arn, sent_by(sender))


def test_the_topics_policy_is_of_publishing_to_it_and_of_nothing_else(whole: Deployment) -> None:
    named = [
        (each["Action"], each["Resource"])
        for each in whole.project["AlarmTopicPolicy"].properties["PolicyDocument"]["Statement"]
    ]
    assert set(named) == {("sns:Publish", whole.project["AlarmTopic"].arn)}


def test_only_tls_reaches_the_topic(whole: Deployment) -> None:
    topic = whole.project["AlarmTopic"].arn
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    policy = resource_policy([whole.project], topic)
    role = f"arn:aws:iam::{OURS.account}:role/Administrator"
    (answer,) = decide([Request(role, "sns:Publish", topic, (everything,), policy, {"aws:SecureTransport": "false"})])
    assert answer.decision == "ExplicitlyDenied"


def test_messages_are_encrypted_under_the_key(deployment: Deployment) -> None:
    assert deployment.properties("project", "AlarmTopic")["KmsMasterKeyId"] == deployment.export("KeyArn")


def test_a_person_is_told_where_one_was_named(whole: Deployment) -> None:
    assert whole.project["AlarmSubscription"].properties == {
        "TopicArn": whole.project["AlarmTopic"].arn,
        "Protocol": "email",
        "Endpoint": "someone@example.com",
    }
    assert "AlarmSubscription" not in deployed().project
