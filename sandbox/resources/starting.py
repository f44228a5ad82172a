"""What starts something: EventBridge's rules, its scheduler, and autoscaling."""

from sandbox.resources.resource import Properties, Resource


class Rule(Resource):
    """A rule with its targets, as the template has them."""

    resource_type = "AWS::Events::Rule"
    name_property = "Name"
    service = "events"
    attribute_names = ("Arn",)
    fixed = ("EventBusName",)

    def _create(self) -> None:
        self.attributes = {"Arn": self.call("put_rule", self.without("Targets"), Name=self.name)["RuleArn"]}
        bus = self.properties.get("EventBusName", "default")
        self.ref = self.name if bus == "default" else f"{bus}|{self.name}"
        targets = self.properties.get("Targets")
        if targets:
            self.call("put_targets", self.only("EventBusName"), Rule=self.name, Targets=targets)

    def _change(self, before: Properties) -> None:
        self._remove_targets(before)
        self._create()

    def _remove_targets(self, properties: Properties) -> None:
        ids = [target["Id"] for target in properties.get("Targets", [])]
        if ids:
            self.call("remove_targets", self.only("EventBusName"), Rule=self.name, Ids=ids)

    def _remove(self) -> None:
        self._remove_targets(self.properties)
        self.call("delete_rule", self.only("EventBusName"), Name=self.name)


class Schedule(Resource):
    """A schedule. No clock runs it in the sandbox."""

    resource_type = "AWS::Scheduler::Schedule"
    name_property = "Name"
    service = "scheduler"
    attribute_names = ("Arn",)
    fixed = ("GroupName",)

    def _create(self) -> None:
        self.attributes = {"Arn": self.call("create_schedule", self.properties, Name=self.name)["ScheduleArn"]}

    def _change(self, before: Properties) -> None:
        del before
        self.call("update_schedule", self.properties, Name=self.name)

    def _remove(self) -> None:
        self.call("delete_schedule", self.only("GroupName"), Name=self.name)


class ScheduleGroup(Resource):
    """A group of schedules."""

    resource_type = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"
    service = "scheduler"
    attribute_names = ("Arn",)

    def _create(self) -> None:
        values = {**self.properties, "Name": self.name}
        self.attributes = {"Arn": self.call("create_schedule_group", values)["ScheduleGroupArn"]}

    def _remove(self) -> None:
        self.call("delete_schedule_group", Name=self.name)


class ScalableTarget(Resource):
    """What may be scaled, between which bounds. Nothing scales in the sandbox."""

    resource_type = "AWS::ApplicationAutoScaling::ScalableTarget"
    service = "application-autoscaling"
    attribute_names = ("Id",)
    _NAMED_BY = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    fixed = _NAMED_BY

    def _create(self) -> None:
        self.call("register_scalable_target", self.without("ScheduledActions"))
        self.ref = "|".join(self.properties[name] for name in self._NAMED_BY)
        self.attributes = {"Id": self.ref}

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("deregister_scalable_target", self.only(*self._NAMED_BY))


class ScalingPolicy(Resource):
    """How a target is scaled."""

    resource_type = "AWS::ApplicationAutoScaling::ScalingPolicy"
    name_property = "PolicyName"
    service = "application-autoscaling"
    attribute_names = ("Arn",)
    fixed = ("ScalingTargetId", "ResourceId")

    def _create(self) -> None:
        given = self.without("ScalingTargetId", "PolicyName")
        self.ref = self.call("put_scaling_policy", given, **self._target(), PolicyName=self.name)["PolicyARN"]
        self.attributes = {"Arn": self.ref}

    def _target(self) -> Properties:
        target = self.properties.get("ScalingTargetId")
        if target is None:
            return self.only("ResourceId", "ScalableDimension", "ServiceNamespace")
        resource, dimension, namespace = target.split("|")
        return {"ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": namespace}

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_scaling_policy", self._target(), PolicyName=self.name)
