"""AWS edge of the snapshot function: one SQS message, one organization's hour."""

import functools
import gc
from typing import Any, Protocol

from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.clock import clock_from, name_of_clock
from functions.shared.hours import parse_instant
from functions.shared.observability import count, logger
from functions.shared.records.tables import SnapshotMessage
from functions.snapshot.context import Context, Order
from functions.snapshot.flow import run

# When the time for reading is over, this is enough to normalize, compare, store, seal and project
# the most that an hour takes, 120,000 events: a run that is killed there leaves nothing behind.
RESERVE_S = 180.0
# When Python looks for cycles: an hour's rows hold none, and looking for some after every 700th of
# hundreds of thousands took a quarter of the CPU of an hour with 30,000 events.
GC_THRESHOLDS = (50_000, 20, 100)
gc.set_threshold(*GC_THRESHOLDS)

log = logger("snapshot")


class LambdaContext(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may go on."""


@functools.cache
def context() -> Context:
    """Return the clients of the function, made once per process."""
    process = settings.from_process()
    return Context(
        table=Table(clients.dynamodb(), process["TABLE_NAME"]),
        evidence=Bucket(clients.s3(), process["EVIDENCE_BUCKET"]),
        work=Bucket(clients.s3(), process["WORK_BUCKET"]),
        secrets=KmsKey(clients.kms(), process["SECRETS_KEY_ID"]),
        queue=Queue(clients.sqs(), process["SNAPSHOT_QUEUE_URL"]),
        now=clock_from(process.environment),
        clock=name_of_clock(process.environment),
        region=process.environment.get("AWS_REGION"),
        code_sha256=process.environment.get("CODE_SHA256"),
        openai_base_url=process.openai_base_url,
        count=count,
    )


def handle(event: dict[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Close the hour each message names; a crash hands the message back to the queue."""
    for record in event["Records"]:
        body: SnapshotMessage = strict_loads(record["body"])
        order = Order(
            tenant_id=body["tenant_id"],
            org_id=body["org_id"],
            hour=parse_instant(body["hour"]),
            attempt=body["attempt"],
            owner=record["messageId"],
        )
        remaining_s = lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_S
        seals = run(order, context(), remaining_s)
        for seal in seals:
            log.info(
                "sealed",
                org_id=order.org_id,
                hour=seal.content["hour"],
                outcome=seal.content["outcome"],
                reason=seal.content["reason"],
            )
    return {"batchItemFailures": []}
