"""A function's role may send to the function's own dead-letter queue.

Lambda refuses the configuration otherwise, or later drops what it cannot send.
Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", Adding a
dead-letter queue.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import allowed_to_role, role_may, role_of
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each function whose role may not."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        role = role_of(template, name)
        for queue in template.referred(function.get("DeadLetterConfig"), "AWS::SQS::Queue"):
            if role and not role_may(allowed_to_role(template, role), "sqs:SendMessage", queue):
                yield Finding(name, f"its role {role} may not send to its dead letters {queue}")
