"""A function that may send to the queue that calls it, straight or by way of others, says so.

Lambda counts how often a message and its offspring went through a function, and after some 16 times
hands the message to the dead letters, unless the function's RecursiveLoop is Allow. Who allows it
needs a limit of their own.
Source: Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops".
"""

from collections.abc import Iterator

from tools.aws_rules.policy import allowed_to_role, role_may, role_of
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each function in a loop that AWS would cut."""
    sends = _sends(template)
    for function in sends:
        if _comes_back(function, sends):
            loop = template.properties(function).get("RecursiveLoop", "Terminate")
            if loop != "Allow":
                yield Finding(function, f"sends to what calls it, and its RecursiveLoop is {loop}")


def _sends(template: Template) -> dict[str, set[str]]:
    """Return, by function, the functions that it may call by a message to their queue."""
    consumers: dict[str, set[str]] = {}
    for _, source in template.of_type("AWS::Lambda::EventSourceMapping"):
        for queue in template.referred(source.get("EventSourceArn"), "AWS::SQS::Queue"):
            called = template.referred(source["FunctionName"], "AWS::Lambda::Function")
            consumers.setdefault(queue, set()).update(called)
    sends: dict[str, set[str]] = {}
    for function, _ in template.of_type("AWS::Lambda::Function"):
        role = role_of(template, function)
        allowed = allowed_to_role(template, role) if role else []
        reached = [consumers[q] for q in consumers if role_may(allowed, "sqs:SendMessage", q)]
        sends[function] = set().union(*reached)
    return sends


def _comes_back(function: str, sends: dict[str, set[str]]) -> bool:
    reached: set[str] = set()
    ahead = set(sends[function])
    while ahead:
        called = ahead.pop()
        if called not in reached:
            reached.add(called)
            ahead |= sends.get(called, set())
    return function in reached
