"""AWS edge of the pack room: one SQS message, one pack."""

import functools
from typing import Any

from functions.pack.context import Doors
from functions.pack.flow import build
from functions.pack.sign.sign import WrappedSeed
from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.clock import clock_from
from functions.shared.observability import count, logger
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.pack_chain import PackChain
from functions.shared.tables.packs import Packs
from functions.shared.tables.signing_keys import SigningKeys

log = logger("pack")


@functools.cache
def doors() -> Doors:
    """Open the doors, once per process."""
    given = settings.from_process()
    table = Table(clients.dynamodb(), given["TABLE_NAME"])
    return Doors(
        packs=Packs(table),
        chain=PackChain(table),
        keys=SigningKeys(table),
        signer=WrappedSeed(Vault(clients.kms(), given["SIGNING_KEY_ID"])),
        custody=Custody(table),
        evidence=Bucket(clients.s3(), given["EVIDENCE_BUCKET"]),
        archives=Bucket(clients.s3(), given["PACKS_BUCKET"]),
        hours=lambda tenant, org: HourRows(table, tenant, org),
        connections=Connections(table),
        queue=Queue(clients.sqs(), given["PACK_QUEUE_URL"]),
        now=clock_from(given.environment),
        count=count,
    )


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Build the pack each message names; a crash hands the message back to the queue."""
    for record in event["Records"]:
        body = strict_loads(record["body"])
        tenant, number = body["tenant_id"], int(body["number"])
        build(tenant, number, doors())
        pack = doors().packs.need(tenant, number)
        log.info("pack", tenant_id=tenant, number=number, state=pack.state, reason=pack.reason)
    return {"batchItemFailures": []}
