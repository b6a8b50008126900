"""A function behind an HTTP API ends before the API stops waiting for it, after 30 seconds.

What runs on is paid for, may still write, and its caller has been told that it failed.
Source: API Gateway Developer Guide, "Quotas for configuring and running an HTTP API".
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template

_API_WAITS_S = 30


def check(template: Template) -> Iterator[Finding]:
    """Yield each function that its API does not wait for."""
    uris = [i.get("IntegrationUri") for _, i in template.of_type("AWS::ApiGatewayV2::Integration")]
    for name in sorted(set(template.referred(uris, "AWS::Lambda::Function"))):
        timeout_s = int(template.properties(name).get("Timeout", 3))
        if timeout_s >= _API_WAITS_S:
            words = f"may run {timeout_s} s, and its API waits {_API_WAITS_S} s"
            yield Finding(name, words)
