"""Who publishes to the topics of a template: alarms by CloudWatch, rules by EventBridge."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.aws_rules.template import Properties, Template, listed

ALARMS = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
_ALARM_TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def publishers(template: Template) -> Mapping[str, frozenset[str]]:
    """Return the services that publish to each topic, by the topic's logical id."""
    found: dict[str, set[str]] = {topic: set() for topic, _ in template.of_type("AWS::SNS::Topic")}
    for service, topic in _sent(template):
        found[topic].add(service)
    return {topic: frozenset(services) for topic, services in found.items()}


def targets_without_role(rule: Properties) -> list[Mapping[str, Any]]:
    """Return the targets of a rule that EventBridge reaches as itself, by their own policies."""
    return [target for target in listed(rule.get("Targets")) if "RoleArn" not in target]


def _sent(template: Template) -> Iterator[tuple[str, str]]:
    for _, alarm in template.of_type(*_ALARM_TYPES):
        for actions in _ACTIONS:
            for topic in template.referred(alarm.get(actions), "AWS::SNS::Topic"):
                yield ALARMS, topic
    for _, rule in template.of_type("AWS::Events::Rule"):
        for target in targets_without_role(rule):
            for topic in template.referred(target["Arn"], "AWS::SNS::Topic"):
                yield EVENTS, topic
