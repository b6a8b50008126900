"""A queue's policy lets each EventBridge rule send whose target or dead letters it is.

Unlike an account's own principals a service is let in by the queue's policy, and there by the rule
it calls for; a target may have a role instead, dead letters may not. What cannot be delivered to
the dead letters is gone.
Source: EventBridge User Guide, "Using dead-letter queues to process undelivered events", Granting
permissions to the dead-letter queue; "Using resource-based policies for Amazon EventBridge", Amazon
SQS permissions.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import Statement, policies_on
from tools.aws_rules.publishers import EVENTS
from tools.aws_rules.template import Finding, Template, listed, references


def check(template: Template) -> Iterator[Finding]:
    """Yield each rule that its queue refuses, and each queue that takes from any account's rule."""
    for rule, properties in template.of_type("AWS::Events::Rule"):
        for target in listed(properties.get("Targets")):
            named = [None if "RoleArn" in target else target["Arn"], target.get("DeadLetterConfig")]
            for queue in template.referred(named, "AWS::SQS::Queue"):
                policies = policies_on(template, "AWS::SQS::QueuePolicy", "Queues", queue)
                allowing = [s for _, found in policies for s in found if _is_for(s, rule)]
                if not allowing:
                    yield Finding(queue, f"its policy does not let the rule {rule} send")
                elif not all(s.names_its_source() for s in allowing):
                    yield Finding(queue, f"its policy lets {EVENTS} send for any account")


def _is_for(statement: Statement, rule: str) -> bool:
    sources = statement.keys().get("aws:sourcearn", [])
    return (
        statement.admits(EVENTS)
        and statement.covers("sqs:SendMessage")
        # By its reference; what is written out is taken to match.
        and (not sources or any(isinstance(s, str) or rule in references(s) for s in sources))
    )
