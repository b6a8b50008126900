"""The key of an encrypted topic lets every service that publishes to the topic use it.

A publishing service generates a data key and decrypts it in its own name. EventBridge's call may
carry no source, so a condition on one may refuse it; a key that AWS manages lets in no service.
Source: SNS Developer Guide, "Key management" (now "Managing Amazon SNS encryption keys and costs"),
Enable compatibility between event sources from AWS services and encrypted topics. AWS's statement
there has no condition. That EventBridge names no source is nowhere said: without a condition it is
let in either way.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import statements
from tools.aws_rules.publishers import EVENTS, publishers
from tools.aws_rules.template import Finding, Template

_NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")


def check(template: Template) -> Iterator[Finding]:
    """Yield each publisher that the topic's key refuses."""
    for topic, services in publishers(template).items():
        named = template.properties(topic).get("KmsMasterKeyId")
        keys = template.referred(named, "AWS::KMS::Key")
        if services and isinstance(named, str) and named.endswith("alias/aws/sns"):
            yield Finding(topic, "is encrypted under aws/sns, which lets no service publish")
        for key in keys:
            policy = list(statements(template.properties(key)["KeyPolicy"]))
            for service in sorted(services):
                admitting = [
                    s
                    for s in policy
                    if s.admits(service) and not (service == EVENTS and s.names_its_source())
                ]
                missing = [a for a in _NEEDED if not any(s.covers(a) for s in admitting)]
                if missing:
                    words = f"does not let {service} {' and '.join(missing)} for the topic {topic}"
                    yield Finding(key, words)
