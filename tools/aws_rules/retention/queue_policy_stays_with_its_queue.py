"""The policy of a queue that outlives its stack outlives it too.

As with buckets: without its policy the queue takes what it refused, and refuses what it took.
Source: CloudFormation Template Reference, DeletionPolicy attribute; AWS::SQS::QueuePolicy.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import policies_that_go
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that goes while its queue stays."""
    for name, queue in policies_that_go(
        template, "AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue"
    ):
        yield Finding(name, f"goes with the stack, and its queue {queue} stays")
