"""Read a stage's table, buckets and queues; nothing here writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from functions.shared.aws import keys
from tools.local import clock
from tools.local.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Organization:
    """A connection whose hours are to be sealed."""

    tenant_id: str
    org_id: str
    connected_at: datetime

    def expects(self, hour: datetime) -> bool:
        """Whether the hour is one this connection answers for, the one before it included."""
        first = self.connected_at.replace(minute=0, second=0, microsecond=0) - _HOUR
        return hour >= first


class StageReader:
    """The table, the evidence bucket and the snapshot queue of a stage."""

    def __init__(self, stage: Stage) -> None:
        account = stage.account()
        self._table_name = stage.output("TableName")
        self._evidence = stage.output("EvidenceBucket")
        self._queue_url = stage.output("SnapshotQueueUrl")
        self._dynamodb: DynamoDBClient = account.dynamodb
        self._s3 = account.s3
        self._sqs = account.sqs

    def tenants(self) -> list[str]:
        """Return every tenant that ever connected an organization."""
        return sorted(
            row["sk"]
            for shard in range(keys.SHARDS)
            for row in self._rows(f"TENANTS#{shard:02d}", "")
        )

    def organizations(self, tenants: list[str]) -> list[Organization]:
        """Return the tenants' connections that are not disconnected."""
        return [
            Organization(tenant, row["org_id"], clock.parse(row["connected_at"]))
            for tenant in tenants
            for row in self._rows(keys.tenant_pk(tenant), "ORG#")
            if row["status"] != "disconnected"
        ]

    def packs(self, tenant: str) -> list[dict[str, Any]]:
        """Return a tenant's pack rows by number."""
        return self._rows(keys.tenant_pk(tenant), "PACK#")

    def seal_keys(self, org: Organization, *, after: str = "") -> list[str]:
        """Return the keys of an organization's seals in order, those after a key only."""
        prefix = keys.organization_prefix(org.tenant_id, org.org_id) + "seals/"
        pages = self._s3.get_paginator("list_objects_v2")
        return [
            entry["Key"]
            for page in pages.paginate(Bucket=self._evidence, Prefix=prefix, StartAfter=after)
            for entry in page.get("Contents", [])
        ]

    def is_sealed(self, org: Organization, hour: datetime) -> bool:
        """Whether the hour has its seal."""
        key = keys.seal_key(org.tenant_id, org.org_id, hour)
        try:
            self._s3.head_object(Bucket=self._evidence, Key=key)
        except ClientError:
            return False
        return True

    def runs_are_over(self) -> bool:
        """Whether no run is under way or about to be; one put off for later is neither."""
        counts = self._sqs.get_queue_attributes(
            QueueUrl=self._queue_url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return not any(int(number) for number in counts.values())

    def seal(self, key: str) -> dict[str, Any]:
        """Return a seal object."""
        seal: dict[str, Any] = json.loads(
            self._s3.get_object(Bucket=self._evidence, Key=key)["Body"].read()
        )
        return seal

    def _rows(self, pk: str, sk_prefix: str) -> list[dict[str, Any]]:
        condition = "pk = :pk" + (" AND begins_with(sk, :sk)" if sk_prefix else "")
        values: dict[str, Any] = {":pk": {"S": pk}}
        if sk_prefix:
            values[":sk"] = {"S": sk_prefix}
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table_name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        deserialize = TypeDeserializer().deserialize
        return [
            {name: deserialize(value) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]
