"""A distribution that sends requests to an API keeps no error for later ones.

Left alone, CloudFront keeps an origin's error for ten seconds (400 and 403 only where the origin
says how long). Where caching is off the key has neither authorization nor query, so that one
caller's error is another's answer.
Source: CloudFront Developer Guide, "How CloudFront processes and caches HTTP 4xx and 5xx status
codes from your origin"; CloudFormation Template Reference, AWS::CloudFront::Distribution
CustomErrorResponse, ErrorCachingMinTTL.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template, listed

# All that can be configured.
_STATUSES = frozenset({400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504})


def check(template: Template) -> Iterator[Finding]:
    """Yield each distribution that keeps some error."""
    for name, distribution in template.of_type("AWS::CloudFront::Distribution"):
        config = distribution["DistributionConfig"]
        if not any("CustomOriginConfig" in origin for origin in listed(config.get("Origins"))):
            continue
        kept = _STATUSES - {
            int(response["ErrorCode"])
            for response in listed(config.get("CustomErrorResponses"))
            if int(response.get("ErrorCachingMinTTL", 10)) == 0
        }
        if kept:
            yield Finding(name, f"keeps errors of an origin: {', '.join(map(str, sorted(kept)))}")
