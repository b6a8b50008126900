"""A name that a template chooses is within the length that its service takes.

Source: IAM User Guide, "IAM and AWS STS quotas", IAM and STS character quotas; the API References
of the services, where each names its parameter (CreateFunction, CreateQueue, CreateTopic,
CreateAlias, PutRule, CreateUserPoolDomain), and S3 User Guide, "General purpose bucket naming
rules".
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Template, at

# Type, property, characters.
_LIMITS = (
    ("AWS::IAM::Role", "RoleName", 64),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128),
    ("AWS::IAM::Policy", "PolicyName", 128),
    ("AWS::Lambda::Function", "FunctionName", 64),
    ("AWS::SQS::Queue", "QueueName", 80),
    ("AWS::SNS::Topic", "TopicName", 256),
    ("AWS::S3::Bucket", "BucketName", 63),
    ("AWS::KMS::Alias", "AliasName", 256),
    ("AWS::Events::Rule", "Name", 64),
    ("AWS::Cognito::UserPoolDomain", "Domain", 63),
    ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig.Name", 128),
    ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig.Name", 64),
)


def check(template: Template) -> Iterator[Finding]:
    """Yield each name that is too long; of a reference only AWS knows the length."""
    for kind, place, most in _LIMITS:
        for logical_id, properties in template.of_type(kind):
            value = at(properties, place)
            if isinstance(value, str) and len(value) > most:
                yield Finding(logical_id, f"has a name of {len(value)} characters, at most {most}")
