"""The names of CloudFront's policies, functions and access controls carry the stack's region.

They are an account's, not a region's: the same stack in a second region is refused.
Source: CloudFront API Reference, ResponseHeadersPolicyAlreadyExists and
OriginAccessControlAlreadyExists; Developer Guide, "Quotas".
"""

from collections.abc import Iterator

from tools.aws_rules.regions import carries_region
from tools.aws_rules.template import Finding, Template

_NAMED = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig",
    "AWS::CloudFront::Function": None,
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig",
    "AWS::CloudFront::OriginRequestPolicy": "OriginRequestPolicyConfig",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig",
}


def check(template: Template) -> Iterator[Finding]:
    """Yield each name that a second region could not take."""
    for kind, place in _NAMED.items():
        for logical_id, properties in template.of_type(kind):
            name = (properties[place] if place else properties).get("Name")
            if not carries_region(name):
                yield Finding(logical_id, f"is named {name}, in every region alike")
