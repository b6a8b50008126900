"""A dead-letter queue keeps messages longer than the queue they come from.

A message's age counts from when it was first sent, not from when it was moved: with the same
retention what waited long is deleted soon after it became a dead letter.
Source: SQS Developer Guide, "Using dead-letter queues in Amazon SQS": the expiration of a message
is always based on its original enqueue timestamp.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_DEFAULT_RETENTION_S = 4 * 24 * 3600


def check(template: Template) -> Iterator[Finding]:
    """Yield each dead-letter queue that forgets as soon as its queue."""
    for queue, properties in template.of_type("AWS::SQS::Queue"):
        redrive = properties.get("RedrivePolicy") or {}
        for dead in template.referred(redrive.get("deadLetterTargetArn"), "AWS::SQS::Queue"):
            if _retention_s(template, dead) <= _retention_s(template, queue):
                yield Finding(
                    dead, f"keeps messages no longer than {queue}, whose dead letters it has"
                )


def _retention_s(template: Template, queue: str) -> int:
    return int(template.properties(queue).get("MessageRetentionPeriod", _DEFAULT_RETENTION_S))
