"""Apply what the emulator's CloudFormation leaves out, and assert it against the template.

It ignores the buckets' Object Lock and the table's time to live. Both are read back afterwards: a
stage that differs from the template in them does not start.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tools.local.deployment.aws import Account
from tools.local.deployment.synthesis import Assembly
from tools.local.errors import RunnerStopped

_TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


def apply(account: Account, assembly: Assembly, names: dict[str, str]) -> None:
    """Apply and assert both.

    Args:
        account: the emulated account.
        assembly: what was deployed.
        names: every resource's name in the account, by its logical id.

    Raises:
        RunnerStopped: something still differs from the template.
    """
    resources = assembly.template["Resources"]
    for logical_id in assembly.logical_ids("AWS::S3::Bucket"):
        specification = resources[logical_id].get("Properties", {}).get("ObjectLockConfiguration")
        if specification:
            _lock(account, names[logical_id], specification)
    for kind in _TABLES:
        for logical_id in assembly.logical_ids(kind):
            specification = resources[logical_id]["Properties"].get("TimeToLiveSpecification")
            if specification:
                _expire(account, names[logical_id], specification)


def _lock(account: Account, bucket: str, specification: dict[str, Any]) -> None:
    # CloudFormation says "Rule.DefaultRetention" as the API does; its days may be text.
    retention = dict(specification["Rule"]["DefaultRetention"])
    for unit in ("Days", "Years"):
        if unit in retention:
            retention[unit] = int(retention[unit])
    expected: Any = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    if _lock_of(account, bucket) != expected:
        account.s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=expected)
    actual = _lock_of(account, bucket)
    if actual != expected:
        raise RunnerStopped(f"The bucket {bucket} locks as {actual}, the template says {expected}.")


def _lock_of(account: Account, bucket: str) -> dict[str, Any] | None:
    try:
        answer = account.s3.get_object_lock_configuration(Bucket=bucket)
    except ClientError:
        return None
    configuration = answer["ObjectLockConfiguration"]
    retention = configuration.get("Rule", {}).get("DefaultRetention", {})
    # An emulator may say `Years: 0` beside the days.
    defined = {unit: value for unit, value in retention.items() if value}
    return {**configuration, "Rule": {"DefaultRetention": defined}}


def _expire(account: Account, table: str, specification: dict[str, Any]) -> None:
    attribute = specification["AttributeName"]
    if _expiry_of(account, table) != attribute:
        account.dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
        )
    actual = _expiry_of(account, table)
    if actual != attribute:
        raise RunnerStopped(
            f"The table {table} expires by {actual}, the template says {attribute}."
        )


def _expiry_of(account: Account, table: str) -> str | None:
    answer = account.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    enabled = answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return answer.get("AttributeName") if enabled else None
