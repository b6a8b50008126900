"""What the emulated deployment leaves out is applied, and a difference that stays is an error."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from tools.local.deployment import cloudformation_gaps
from tools.local.deployment.aws import Account
from tools.local.deployment.synthesis import Assembly
from tools.local.errors import RunnerStopped

REGION = "eu-central-1"
LOCK = {
    "ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Evidence": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"ObjectLockEnabled": True, "ObjectLockConfiguration": LOCK},
        },
        "Work": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TimeToLiveSpecification": {"AttributeName": "expires_epoch", "Enabled": True}
            },
        },
    }
}
NAMES = {"Evidence": "evidence", "Work": "work", "Table": "table"}


class FakeAccount:
    """Clients of an account in process."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3", region_name=REGION)
        self.dynamodb = boto3.client("dynamodb", region_name=REGION)


def assembly() -> Assembly:
    """Return a synthesized stack with what matters here."""
    return Assembly(Path(), "stack", "t.json", "000000000000", REGION, "s3://b/k", TEMPLATE)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAccount]:
    """Give an account as the emulator's CloudFormation leaves it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        fake = FakeAccount()
        location: Any = {"LocationConstraint": REGION}
        for bucket, lock in (("evidence", True), ("work", False)):
            fake.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration=location, ObjectLockEnabledForBucket=lock
            )
        fake.dynamodb.create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield fake


def test_the_lock_and_the_expiry_are_those_of_the_template(account: FakeAccount) -> None:
    """Applied once, found the second time."""
    for _ in range(2):
        cloudformation_gaps.apply(cast("Account", account), assembly(), NAMES)
    lock = account.s3.get_object_lock_configuration(Bucket="evidence")
    retention = lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Days"]) == ("GOVERNANCE", 1)
    expiry = account.dynamodb.describe_time_to_live(TableName="table")["TimeToLiveDescription"]
    assert expiry.get("AttributeName") == "expires_epoch"


def test_a_difference_that_stays_stops_the_stage(
    account: FakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evidence bucket that does not lock is no evidence bucket."""
    monkeypatch.setattr(account.s3, "put_object_lock_configuration", lambda **_: None)
    with pytest.raises(RunnerStopped, match=r"The bucket evidence locks as .* the template says"):
        cloudformation_gaps.apply(cast("Account", account), assembly(), NAMES)
