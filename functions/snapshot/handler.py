"""AWS edge of the snapshot room: one SQS message, one organization's hour."""

import functools
from typing import Any, Protocol

from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.clock import clock_from, name_of_clock
from functions.shared.hours import parse_instant
from functions.shared.observability import count, logger
from functions.snapshot.context import Order, Room
from functions.snapshot.flow import run

# Enough to store, seal and project what was read when the time for reading is over.
RESERVE_S = 10.0

log = logger("snapshot")


class Context(Protocol):
    """What is used of the Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may go on."""


@functools.cache
def room() -> Room:
    """Open the doors, once per process."""
    given = settings.from_process()
    return Room(
        table=Table(clients.dynamodb(), given["TABLE_NAME"]),
        evidence=Bucket(clients.s3(), given["EVIDENCE_BUCKET"]),
        work=Bucket(clients.s3(), given["WORK_BUCKET"]),
        secrets=Vault(clients.kms(), given["SECRETS_KEY_ID"]),
        queue=Queue(clients.sqs(), given["SNAPSHOT_QUEUE_URL"]),
        now=clock_from(given.environment),
        clock=name_of_clock(given.environment),
        region=given.environment.get("AWS_REGION"),
        openai_base_url=given.openai_base_url,
        count=count,
    )


def handle(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Close the hour each message names; a crash hands the message back to the queue."""
    for record in event["Records"]:
        body = strict_loads(record["body"])
        order = Order(
            tenant_id=body["tenant_id"],
            org_id=body["org_id"],
            hour=parse_instant(body["hour"]),
            attempt=int(body["attempt"]),
            owner=record["messageId"],
        )
        remaining_s = context.get_remaining_time_in_millis() / 1000 - RESERVE_S
        seals = run(order, room(), remaining_s)
        for seal in seals:
            log.info(
                "sealed",
                org_id=order.org_id,
                hour=seal.content["hour"],
                outcome=seal.content["outcome"],
                reason=seal.content["reason"],
            )
    return {"batchItemFailures": []}
