"""An alarm has an action that is on, and what it names is there to be reached.

An alarm without actions changes its state and tells nobody.
Source: CloudWatch User Guide, "Using Amazon CloudWatch alarms", Alarm actions; CloudFormation
Template Reference, AWS::CloudWatch::Alarm, ActionsEnabled.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template, listed, references

_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def check(template: Template) -> Iterator[Finding]:
    """Yield each alarm that nobody hears."""
    for name, alarm in template.of_type(*_ALARMS):
        actions = listed(alarm.get("AlarmActions"))
        if not actions:
            yield Finding(name, "has no action")
        if alarm.get("ActionsEnabled") is False:
            yield Finding(name, "has its actions switched off")
        for action in actions:
            for target in references(action):
                if target in template.resources and not template.referred(
                    action, "AWS::SNS::Topic", "AWS::Lambda::Function"
                ):
                    yield Finding(name, f"has {target} for an action, which takes no alarm")
