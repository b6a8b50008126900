"""All event sources together leave some of the account's concurrency to the other functions.

A source that asks for more than there is gets throttled; each throttled receive counts towards the
dead letters, and what people wait for runs no more.
Source: Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings";
"Lambda quotas": new accounts have reduced concurrency. That it is ten is what new accounts report.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield the last event source where the sum of all leaves nothing."""
    total, last = 0, ""
    for name, source in template.of_type("AWS::Lambda::EventSourceMapping"):
        total += int((source.get("ScalingConfig") or {}).get("MaximumConcurrency") or 0)
        last = name
    if total >= template.quotas.concurrency:
        words = f"with the others asks for {total} at once, of {template.quotas.concurrency}"
        yield Finding(last, words)
