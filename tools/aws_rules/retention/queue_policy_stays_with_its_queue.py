"""The policy of a queue that outlives its stack outlives it too.

As with buckets: without its policy the queue takes what it refused, and refuses what it took.
Source: CloudFormation Template Reference, DeletionPolicy attribute; AWS::SQS::QueuePolicy.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_KEPT = ("Retain", "RetainExceptOnCreate")


def check(template: Template) -> Iterator[Finding]:
    """Yield each policy that goes while its queue stays."""
    for name, policy in template.of_type("AWS::SQS::QueuePolicy"):
        for queue in template.referred(policy["Queues"], "AWS::SQS::Queue"):
            stays = template.resources[queue].get("DeletionPolicy") in _KEPT
            if stays and template.resources[name].get("DeletionPolicy") not in _KEPT:
                yield Finding(name, f"goes with the stack, and its queue {queue} stays")
