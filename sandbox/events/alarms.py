"""`CloudWatch Alarm State Change`, which moto never emits."""

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from sandbox.events.rules import EventRules

DETAIL_TYPE = "CloudWatch Alarm State Change"
_MOTO_SET_STATE = CloudWatchBackend.set_alarm_state


def install(rules: EventRules) -> None:
    """Put the event when `set_alarm_state` changes an alarm, for this process.

    Nothing evaluates metrics here: an alarm changes when somebody sets its state.
    """

    def set_alarm_state(self: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        before = _state(self.alarms[alarm_name]) if alarm_name in self.alarms else None
        _MOTO_SET_STATE(self, alarm_name, reason, reason_data, state_value)
        alarm = self.alarms[alarm_name]
        if before is None or before["value"] != alarm.state_value:
            detail = {
                "alarmName": alarm_name,
                "configuration": {"description": alarm.description, "metrics": _metrics(alarm)},
                "previousState": before,
                "state": _state(alarm),
            }
            rules.put("aws.cloudwatch", DETAIL_TYPE, [alarm.alarm_arn], detail)

    CloudWatchBackend.set_alarm_state = set_alarm_state


def _state(alarm: Any) -> dict[str, Any]:
    state = {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": str(alarm.state_updated_timestamp)}
    return {**state, **({"reasonData": alarm.state_reason_data} if alarm.state_reason_data else {})}


def _metrics(alarm: Any) -> list[dict[str, Any]]:
    if alarm.metric_name is None:
        return [{"id": query.id} for query in alarm.metric_data_queries]
    metric = {
        "namespace": alarm.namespace,
        "name": alarm.metric_name,
        "dimensions": {dimension.name: dimension.value for dimension in alarm.dimensions},
    }
    return [{"metricStat": {"metric": metric, "period": alarm.period, "stat": alarm.statistic}, "returnData": True}]
