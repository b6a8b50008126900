"""Whoever reads or writes objects under a customer's key may use the key by way of S3.

Reading needs Decrypt of whoever asks, and of whoever signs a link; writing needs GenerateDataKey,
and writing in parts Decrypt as well.
Source: S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)", Permissions;
"Uploading and copying objects using multipart upload", API permissions.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import allowed_to_role, role_may
from tools.aws_rules.template import Finding, Template

_NEEDED = {
    "s3:GetObject": ("kms:Decrypt",),
    "s3:GetObjectVersion": ("kms:Decrypt",),
    "s3:PutObject": ("kms:GenerateDataKey",),
    "s3:AbortMultipartUpload": ("kms:Decrypt",),
}


def check(template: Template) -> Iterator[Finding]:
    """Yield each role that the bucket lets in and the key does not."""
    for bucket, properties in template.of_type("AWS::S3::Bucket"):
        for key in template.referred(properties.get("BucketEncryption"), "AWS::KMS::Key"):
            for role, _ in template.of_type("AWS::IAM::Role"):
                allowed = allowed_to_role(template, role)
                needed = {
                    use
                    for action, uses in _NEEDED.items()
                    if role_may(allowed, action, bucket)
                    for use in uses
                }
                missing = [a for a in sorted(needed) if not role_may(allowed, a, key, via="s3")]
                if missing:
                    words = f"may use the bucket {bucket}, and of its key not {', '.join(missing)}"
                    yield Finding(role, words)
