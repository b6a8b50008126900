"""Whoever reads or writes a table under a customer's key may use the key by way of DynamoDB.

DynamoDB decrypts the table's key in the caller's name. AWS names Encrypt, ReEncrypt* and
GenerateDataKey* besides, of the principal who chose the key; its own constructs grant a writer
these, too, and everybody DescribeKey. No emulator asks for any of them.
Source: DynamoDB Developer Guide, "DynamoDB encryption at rest usage notes", Key policy for a
customer managed key and Monitoring DynamoDB interaction with AWS KMS; aws-cdk-lib,
aws_dynamodb.Table.grantReadWriteData.
"""

from collections.abc import Iterator

from tools.aws_rules.policy import Statement, allowed_to_role, role_may
from tools.aws_rules.template import Finding, Template

_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
_TO_READ = ("kms:Decrypt", "kms:DescribeKey")
_TO_WRITE = ("kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey")


def check(template: Template) -> Iterator[Finding]:
    """Yield each role that the table lets in and the key does not."""
    roles = {
        role: allowed_to_role(template, role) for role, _ in template.of_type("AWS::IAM::Role")
    }
    for table, properties in template.of_type("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        for key in template.referred(properties.get("SSESpecification"), "AWS::KMS::Key"):
            for role, allowed in roles.items():
                missing = [a for a in _needed(allowed, table) if not _may(allowed, a, key)]
                if missing:
                    words = f"may use the table {table}, and of its key not {', '.join(missing)}"
                    yield Finding(role, words)


def _needed(allowed: list[Statement], table: str) -> tuple[str, ...]:
    reads = any(role_may(allowed, f"dynamodb:{name}", table) for name in _READS)
    writes = any(role_may(allowed, f"dynamodb:{name}", table) for name in _WRITES)
    return (_TO_READ if reads or writes else ()) + (_TO_WRITE if writes else ())


def _may(allowed: list[Statement], action: str, key: str) -> bool:
    return role_may(allowed, action, key, via="dynamodb")
