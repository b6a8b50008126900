"""A log group says how long it keeps what it is sent.

Without a retention it is kept for ever, and paid for.
Source: CloudWatch Logs User Guide, "Working with log groups and log streams", Change log data
retention.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each log group that keeps for ever."""
    for name, group in template.of_type("AWS::Logs::LogGroup"):
        if not group.get("RetentionInDays"):
            yield Finding(name, "has no retention")
