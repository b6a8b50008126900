"""AWS edge of the pack function: one SQS message, one pack."""

import functools
from typing import Any

from functions.pack.chain_row import PackChain
from functions.pack.context import Context
from functions.pack.flow import build
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.clock import clock_from
from functions.shared.observability import count, logger
from functions.shared.records.tables import PackMessage
from functions.shared.settings import from_process
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Packs
from functions.shared.tables.signing_keys import SigningKeys

log = logger("pack")


@functools.cache
def context() -> Context:
    """Open what the function reaches, once per process."""
    settings = from_process()
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    return Context(
        packs=Packs(table),
        chain=PackChain(table),
        keys=SigningKeys(table),
        signer=WrappedSeed(KmsKey(clients.kms(), settings["SIGNING_KEY_ID"])),
        custody=Custody(table),
        evidence=Bucket(clients.s3(), settings["EVIDENCE_BUCKET"]),
        archives=Bucket(clients.s3(), settings["PACKS_BUCKET"]),
        hours=lambda tenant, org: HourRows(table, tenant, org),
        connections=Connections(table),
        queue=Queue(clients.sqs(), settings["PACK_QUEUE_URL"]),
        now=clock_from(settings.environment),
        count=count,
    )


def handle(event: dict[str, Any], _lambda_context: object) -> dict[str, list[str]]:
    """Build the pack each message names; a crash hands the message back to the queue."""
    for record in event["Records"]:
        message: PackMessage = strict_loads(record["body"])
        tenant, number = message["tenant_id"], message["number"]
        build(tenant, number, context(), message["attempt"] if "attempt" in message else 0)
        pack = context().packs.need(tenant, number)
        log.info("pack", tenant_id=tenant, number=number, state=pack.state, reason=pack.reason)
    return {"batchItemFailures": []}
