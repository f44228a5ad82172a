"""What watches a project: alarms, dashboards, topics, logs, budgets."""

from sandbox.resources.resource import Properties, Resource


class Alarm(Resource):
    """A metric alarm. It is not evaluated: its state is what `set_alarm_state` made it."""

    resource_type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"
    service = "cloudwatch"
    attribute_names = ("Arn",)

    def _create(self) -> None:
        self.call("put_metric_alarm", {**self.properties, "AlarmName": self.name})
        self.attributes = {"Arn": self.arn("cloudwatch", f"alarm:{self.name}")}

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_alarms", AlarmNames=[self.name])


class Dashboard(Resource):
    """A dashboard, whose body must be JSON."""

    resource_type = "AWS::CloudWatch::Dashboard"
    name_property = "DashboardName"
    service = "cloudwatch"

    def _create(self) -> None:
        self.call("put_dashboard", self.only("DashboardBody", "Tags"), DashboardName=self.name)

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_dashboards", DashboardNames=[self.name])


class Topic(Resource):
    """A topic of SNS."""

    resource_type = "AWS::SNS::Topic"
    name_property = "TopicName"
    service = "sns"
    attribute_names = ("TopicArn", "TopicName")

    def _create(self) -> None:
        attributes = self.without("TopicName", "Tags", "Subscription")
        values = {**self.only("Tags"), "Name": self.name, "Attributes": attributes}
        self.ref = self.call("create_topic", values)["TopicArn"]
        self.attributes = {"TopicArn": self.ref, "TopicName": self.name}
        for subscription in self.properties.get("Subscription", []):
            self.call("subscribe", subscription, TopicArn=self.ref)

    def _change(self, before: Properties) -> None:
        names = {*before, *self.properties} - {"TopicName", "Tags", "Subscription"}
        for name in sorted(names):
            value = self.properties.get(name, "")
            self.call("set_topic_attributes", TopicArn=self.ref, AttributeName=name, AttributeValue=value)

    def _remove(self) -> None:
        self.call("delete_topic", TopicArn=self.ref)


class TopicPolicy(Resource):
    """Who may publish to a topic; the sandbox checks none."""

    resource_type = "AWS::SNS::TopicPolicy"
    service = "sns"

    def _create(self) -> None:
        self._put(self.properties["PolicyDocument"])

    def _put(self, policy: Properties) -> None:
        for topic in self.properties["Topics"]:
            self.call("set_topic_attributes", TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    def _remove(self) -> None:
        # A topic cannot be without a policy: one that allows nothing stands in for the service's own.
        self._put({"Version": "2012-10-17", "Statement": []})


class Subscription(Resource):
    """Somebody who is told what a topic is told."""

    resource_type = "AWS::SNS::Subscription"
    service = "sns"
    attribute_names = ("Arn",)
    fixed = ("Endpoint", "Protocol", "TopicArn")

    def _create(self) -> None:
        attributes = self.without("Endpoint", "Protocol", "TopicArn", "Region")
        values = {**self.only("Endpoint", "Protocol", "TopicArn"), "Attributes": attributes}
        self.ref = self.call("subscribe", values, ReturnSubscriptionArn=True)["SubscriptionArn"]
        self.attributes = {"Arn": self.ref}

    def _remove(self) -> None:
        self.call("unsubscribe", SubscriptionArn=self.ref)


class LogGroup(Resource):
    """A log group with its retention."""

    resource_type = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"
    service = "logs"
    attribute_names = ("Arn",)
    fixed = ("KmsKeyId",)

    def _create(self) -> None:
        self.call("create_log_group", self.only("KmsKeyId", "Tags", "LogGroupClass"), LogGroupName=self.name)
        self._retain()
        self.attributes = {"Arn": self.arn("logs", f"log-group:{self.name}:*")}

    def _retain(self) -> None:
        days = self.only("RetentionInDays")
        operation = "put_retention_policy" if days else "delete_retention_policy"
        self.call(operation, days, LogGroupName=self.name)

    def _change(self, before: Properties) -> None:
        del before
        self._retain()

    def _remove(self) -> None:
        self.call("delete_log_group", LogGroupName=self.name)


class MetricFilter(Resource):
    """A metric that is made of log lines."""

    resource_type = "AWS::Logs::MetricFilter"
    name_property = "FilterName"
    service = "logs"
    fixed = ("LogGroupName",)

    def _create(self) -> None:
        self.call("put_metric_filter", {**self.properties, "FilterName": self.name})

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_metric_filter", self.only("LogGroupName"), FilterName=self.name)


class Budget(Resource):
    """A budget. Nothing costs anything here, so it is never reached."""

    resource_type = "AWS::Budgets::Budget"
    service = "budgets"

    def _create(self) -> None:
        budget = {"BudgetName": self.name, **self.properties["Budget"]}
        self.ref = budget["BudgetName"]
        values = self.only("NotificationsWithSubscribers", "ResourceTags")
        self.call("create_budget", values, AccountId=self.account_id, Budget=budget)

    def _remove(self) -> None:
        self.call("delete_budget", AccountId=self.account_id, BudgetName=self.ref)
