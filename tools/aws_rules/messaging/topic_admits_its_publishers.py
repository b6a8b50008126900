"""A topic's policy admits every service that publishes to it: a policy replaces the default one.

Without a policy of its own a topic takes what its account sends, alarms among it, but nothing of
EventBridge's. With one, CloudWatch and EventBridge each need an Allow there; without it the message
is lost without a sound. CloudWatch says on whose behalf it calls, so its Allow names a source.
Source: EventBridge User Guide, "Using resource-based policies for Amazon EventBridge", Amazon SNS
permissions; SNS Developer Guide, "Example cases for Amazon SNS access control", Allow CloudWatch
alarms in an AWS account to publish. That a policy replaces the default one is how SNS's attribute
Policy works; no page was found that says so of alarms.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import policies_on
from tools.aws_rules.publishers import ALARMS, publishers
from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each publisher that a topic does not let in, or lets in for whomever it calls."""
    for topic, services in publishers(template).items():
        policies = policies_on(template, "AWS::SNS::TopicPolicy", "Topics", topic)
        allowing = [s for _, found in policies for s in found if s.covers("sns:Publish")]
        for service in sorted(services):
            admitting = [statement for statement in allowing if statement.admits(service)]
            if not admitting and (policies or service != ALARMS):
                yield Finding(topic, f"its policy does not let {service} publish")
            elif service == ALARMS and not all(s.names_its_source() for s in admitting):
                yield Finding(topic, f"its policy lets {service} publish for any account")
