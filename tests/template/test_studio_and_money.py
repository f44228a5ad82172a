"""What Studio's users may do, and what watches the project's money and builds."""

import json

from wiring.deployment import Deployment, deployed
from wiring.names import OURS, REPOSITORIES
from wiring.policies import resource_policy
from wiring.simulator import Request, decide

# Template bucket and Studio


def test_studio_reads_the_template_from_the_users_browser(deployment: Deployment) -> None:
    (rule,) = deployment.properties("bootstrap", "TemplateBucket")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == ["https://*.sagemaker.aws"]


def test_users_of_studio_may_pass_the_launch_role_and_read_the_template(whole: Deployment) -> None:
    policy = whole.bootstrap["StudioPolicy"]
    assert policy.properties["Roles"] == ["StudioUsers"]
    bucket = whole.bootstrap["TemplateBucket"].arn
    user, launch = f"arn:aws:iam::{OURS.account}:role/StudioUsers", whole.export("LaunchRoleArn")
    documents = (json.dumps(policy.properties["PolicyDocument"]),)
    own = resource_policy([whole.bootstrap], bucket)

    def may(action: str, resource: str, **context: str) -> bool:
        named = {name.replace("_", ":"): value for name, value in context.items()} | {"aws:SecureTransport": "true"}
        policy_of_bucket = own if resource.startswith(bucket) else None
        (answer,) = decide([Request(user, action, resource, documents, policy_of_bucket, named)])
        return answer.allowed

    for action in ("s3:GetObject", "s3:GetObjectTagging"):
        assert may(action, f"{bucket}/ocr-project/0.1.0/project.yaml")
        assert not may(action, f"{OURS.bucket_arn}/documents/card-1.jpg")
    assert may("s3:ListBucket", bucket)
    assert not may("s3:ListBucket", OURS.bucket_arn)
    for service in ("cloudformation.amazonaws.com", "sagemaker.amazonaws.com"):
        assert may("iam:PassRole", launch, iam_PassedToService=service)
    assert not may("iam:PassRole", launch, iam_PassedToService="ec2.amazonaws.com")
    assert not may("iam:PassRole", launch)
    assert not may("iam:PassRole", whole.export("StackRoleArn"), iam_PassedToService="cloudformation.amazonaws.com")
    stack = f"arn:aws:cloudformation:{OURS.region}:{OURS.account}:stack/SP-{OURS.id}/1"
    for action in (
        "CreateStack",
        "DeleteStack",
        "DescribeStackEvents",
        "DescribeStacks",
        "TagResource",
        "UntagResource",
        "UpdateStack",
    ):
        assert may(f"cloudformation:{action}", stack), action
        assert not may(f"cloudformation:{action}", stack.replace("SP-", "payments-")), action
    for action, resource in (
        ("s3:PutObject", f"{bucket}/ocr-project/0.1.0/project.yaml"),
        ("s3:PutBucketPolicy", bucket),
        ("iam:DeleteRole", launch),
        ("cloudformation:SetStackPolicy", stack),
    ):
        assert not may(action, resource), action
        assert not may(action, resource, iam_PassedToService="sagemaker.amazonaws.com"), action


# Money


def test_the_budget_counts_what_has_the_projects_tag(whole: Deployment) -> None:
    budget = whole.properties("project", "Budget")
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [f"user:sagemaker:project-id${OURS.id}"]}
    assert budget["Budget"]["BudgetLimit"] == {"Amount": "500", "Unit": "USD"}
    told = [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
        for each in budget["NotificationsWithSubscribers"]
    ]
    assert told == [("ACTUAL", 80), ("FORECASTED", 100)]
    for each in budget["NotificationsWithSubscribers"]:
        assert each["Subscribers"] == [{"SubscriptionType": "SNS", "Address": whole.project["AlarmTopic"].arn}]
    assert "Budget" not in deployed().project


def test_a_failed_build_of_any_project_is_an_alarm(deployment: Deployment) -> None:
    alarm = deployment.properties("project", "BuildAlarm")
    watched = {
        each["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
        for each in alarm["Metrics"]
        if "MetricStat" in each and each["MetricStat"]["Metric"]["MetricName"] == "FailedBuilds"
    }
    assert watched == {OURS.short(suffix) for suffix in [*REPOSITORIES, "testing"]}
    assert alarm["AlarmActions"] == [deployment.project["AlarmTopic"].arn]
    assert alarm.get("ActionsEnabled", True)


def test_the_alarm_of_builds_adds_up_the_failures_of_five_minutes(deployment: Deployment) -> None:
    alarm = deployment.properties("project", "BuildAlarm")
    total, *parts = alarm["Metrics"]
    assert total["Expression"] == "SUM(METRICS())"
    for part in parts:
        metric = part["MetricStat"]["Metric"]
        assert (metric["Namespace"], metric["MetricName"]) == ("AWS/CodeBuild", "FailedBuilds")
        assert [dimension["Name"] for dimension in metric["Dimensions"]] == ["ProjectName"]
        assert (part["MetricStat"]["Period"], part["MetricStat"]["Stat"], part["ReturnData"]) == (300, "Sum", False)
    assert alarm["AlarmName"] == OURS.short("failed-builds")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")


def test_the_budget_is_a_months_and_told_in_percent(whole: Deployment) -> None:
    budget = whole.properties("project", "Budget")
    assert (budget["Budget"]["BudgetType"], budget["Budget"]["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["Budget"]["BudgetName"] == f"sagemaker-{OURS.id}"
    for each in budget["NotificationsWithSubscribers"]:
        assert each["Notification"]["ComparisonOperator"] == "GREATER_THAN"
        assert each["Notification"]["ThresholdType"] == "PERCENTAGE"
