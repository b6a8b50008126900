"""A queue's event source has a maximum concurrency of 2 to 1,000.

AWS refuses another one. Without one the source takes what the account has, for hundreds of batches
at once.
Source: CloudFormation Template Reference, AWS::Lambda::EventSourceMapping ScalingConfig; Lambda
Developer Guide, "Configuring scaling behavior for SQS event source mappings".
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_MIN, _MAX = 2, 1000


def check(template: Template) -> Iterator[Finding]:
    """Yield each event source of a queue with none, or with one that AWS refuses."""
    for name, source in template.of_type("AWS::Lambda::EventSourceMapping"):
        if not template.referred(source.get("EventSourceArn"), "AWS::SQS::Queue"):
            continue
        maximum = (source.get("ScalingConfig") or {}).get("MaximumConcurrency")
        if maximum is None or not _MIN <= int(maximum) <= _MAX:
            yield Finding(
                name, f"has a maximum concurrency of {maximum}, expected {_MIN} to {_MAX}"
            )
