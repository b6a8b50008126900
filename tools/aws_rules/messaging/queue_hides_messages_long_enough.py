"""A queue hides a message at least as long as the function may run that takes it.

AWS refuses an event source whose queue shows a message again before the function's time is over.
(It advises six times as long where throttled batches should be tried again; with one message a
batch, each receive of which counts, the time itself is the bound.)
Source: Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping", for
the advice; the refusal by its words, "Queue visibility timeout: 30 seconds is less than Function
timeout: 60 seconds".
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_DEFAULT_VISIBILITY_S = 30
_DEFAULT_TIMEOUT_S = 3


def check(template: Template) -> Iterator[Finding]:
    """Yield each queue that shows a message again while it is being worked on."""
    for _, source in template.of_type("AWS::Lambda::EventSourceMapping"):
        for queue in template.referred(source.get("EventSourceArn"), "AWS::SQS::Queue"):
            hidden_s = int(
                template.properties(queue).get("VisibilityTimeout", _DEFAULT_VISIBILITY_S)
            )
            for function in template.referred(source["FunctionName"], "AWS::Lambda::Function"):
                timeout_s = int(template.properties(function).get("Timeout", _DEFAULT_TIMEOUT_S))
                if hidden_s < timeout_s:
                    words = (
                        f"hides a message for {hidden_s} s, and {function} may run {timeout_s} s"
                    )
                    yield Finding(queue, words)
