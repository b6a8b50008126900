"""A name that is unique in an account, or in the world, carries the stack's region.

IAM's and CloudFront's names are an account's and buckets' the world's: the same stack in a second
region is refused. Without a name of its own a resource gets one that is free, where it may.
Source: IAM User Guide, "IAM and AWS STS quotas", IAM name requirements; S3 User Guide, "General
purpose bucket naming rules"; CloudFront API Reference, OriginAccessControlAlreadyExists and its
kin.
"""

from collections.abc import Iterator

from tools.aws_rules.regions import carries_region
from tools.aws_rules.template import Finding, Template, at

_NAMED = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig.Name",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::CloudFront::OriginRequestPolicy": "OriginRequestPolicyConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::S3::Bucket": "BucketName",
}


def check(template: Template) -> Iterator[Finding]:
    """Yield each name that a second region could not take."""
    for kind, place in _NAMED.items():
        for logical_id, properties in template.of_type(kind):
            name = at(properties, place)
            if name is not None and not carries_region(name):
                yield Finding(logical_id, f"is named {name}, in every region alike")
