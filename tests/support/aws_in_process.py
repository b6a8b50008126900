"""AWS in process (moto), with what the template makes: table, buckets, keys and queues."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moto import mock_aws

from functions.shared.aws import clients
from tests.support.moto_shortcuts import shortcuts

REGION: Final = "eu-west-1"
TABLE_NAME = "audit-table"
EVIDENCE_BUCKET = "audit-evidence"
WORK_BUCKET = "audit-work"
PACKS_BUCKET = "audit-packs"
SNAPSHOT_QUEUE = "audit-snapshot"
PACK_QUEUE = "audit-pack"
EXPORT_QUEUE = "audit-export"
MAIL_FROM = "audit@stage.example"
PACK_LINK_ROLE_ARN = "arn:aws:iam::123456789012:role/pack-links"
LOCKED = (EVIDENCE_BUCKET, PACKS_BUCKET)
# Made up: nothing is asked of AWS itself.
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


@contextmanager
def aws_in_process() -> Iterator[dict[str, str]]:
    """Start moto and make all of it; give the environment of a function that names it.

    ``ENVIRONMENT`` must be set.
    """
    with mock_aws(), shortcuts():
        yield make_aws()


def make_aws() -> dict[str, str]:
    """Make all of it where moto holds nothing yet; return the environment that names it."""
    _make_table()
    _make_buckets()
    return {
        "STAGE": "test",
        "TABLE_NAME": TABLE_NAME,
        "EVIDENCE_BUCKET": EVIDENCE_BUCKET,
        "WORK_BUCKET": WORK_BUCKET,
        "PACKS_BUCKET": PACKS_BUCKET,
        "PACK_LINK_ROLE_ARN": PACK_LINK_ROLE_ARN,
        "TIME_AUTHORITY": "none",
        "SECRETS_KEY_ID": _make_key(),
        "SIGNING_KEY_ID": _make_key(),
        "SNAPSHOT_QUEUE_URL": _make_queue(SNAPSHOT_QUEUE),
        "PACK_QUEUE_URL": _make_queue(PACK_QUEUE),
        "EXPORT_QUEUE_URL": _make_queue(EXPORT_QUEUE),
        "SPREAD_SECONDS": "0",
        "DASHBOARD_URL": "https://dashboard.example",
        "MAIL_FROM": MAIL_FROM,
    }


def _make_table() -> None:
    names = ("pk", "sk", "due_shard", "due_sk")
    clients.dynamodb().create_table(
        TableName=TABLE_NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "due_shard", "KeyType": "HASH"},
                    {"AttributeName": "due_sk", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": ["tenant_id", "org_id"],
                },
            },
        ],
    )


def _make_buckets() -> None:
    s3 = clients.s3()
    for name in (EVIDENCE_BUCKET, WORK_BUCKET, PACKS_BUCKET):
        s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=name in LOCKED,
        )
    s3.put_bucket_versioning(Bucket=WORK_BUCKET, VersioningConfiguration={"Status": "Enabled"})


def _make_key() -> str:
    return clients.kms().create_key()["KeyMetadata"]["Arn"]


def _make_queue(name: str) -> str:
    return clients.sqs().create_queue(QueueName=name)["QueueUrl"]
