"""Every stage of an API writes an access log.

Without one a refused or throttled call leaves no trace: it never reaches a function.
Source: API Gateway Developer Guide, "Configure logging for HTTP APIs"; Security Hub control
APIGateway.9.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template


def check(template: Template) -> Iterator[Finding]:
    """Yield each stage that writes none."""
    for kind, place in (
        ("AWS::ApiGatewayV2::Stage", "AccessLogSettings"),
        ("AWS::ApiGateway::Stage", "AccessLogSetting"),
    ):
        for name, stage in template.of_type(kind):
            log = stage.get(place) or {}
            if not (log.get("DestinationArn") and log.get("Format")):
                yield Finding(name, "writes no access log")
