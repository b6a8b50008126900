"""A log group that an EventBridge rule has for a target is open to EventBridge by a policy.

EventBridge takes no role for a log group: without a resource policy of the account's logs that lets
it make streams and write, the event is lost without a sound. (The console adds one by itself.)
Source: EventBridge User Guide, "Using resource-based policies for Amazon EventBridge", CloudWatch
Logs permissions; AWS re:Post Knowledge Center, "cloudwatch-log-group-eventbridge".
"""

import json
from collections.abc import Iterator

from tools.aws_rules.policy import Statement, statements
from tools.aws_rules.publishers import EVENTS
from tools.aws_rules.template import Finding, Template, listed, references, text_of

_NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")


def check(template: Template) -> Iterator[Finding]:
    """Yield each log group that a rule sends to and EventBridge may not write."""
    policies = [
        text_of(p["PolicyDocument"]) for _, p in template.of_type("AWS::Logs::ResourcePolicy")
    ]
    allowing = [s for text in policies for s in statements(json.loads(text)) if s.admits(EVENTS)]
    for rule, properties in template.of_type("AWS::Events::Rule"):
        arns = [target["Arn"] for target in listed(properties.get("Targets"))]
        for group in template.referred(arns, "AWS::Logs::LogGroup"):
            if not all(any(_is_for(s, action, group) for s in allowing) for action in _NEEDED):
                yield Finding(group, f"lets EventBridge write nothing of what {rule} sends")


def _is_for(statement: Statement, action: str, group: str) -> bool:
    # A policy's document is text, in which a reference stands as ``${LogicalId}``.
    return statement.covers(action) and any(
        resource == "*" or group in references({"Fn::Sub": str(resource)})
        for resource in statement.resources
    )
