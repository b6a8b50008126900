"""Dead letters: a pack, or an export, whose message broke its function every time fails, in words.

A run that is killed (no time, no memory left) cannot say so itself, the last one least of all. What
the queue gives up goes to its dead letters, and from there to this function, which needs nothing
that could have broken the other one: no evidence, no disk, no key.
"""

from typing import Any

from functions.pack.chain_row import PackChain
from functions.pack.fail import fail
from functions.shared.aws import clients
from functions.shared.aws.table import Table
from functions.shared.canonical import strict_loads
from functions.shared.observability import FAILED_PACKS, count, logger
from functions.shared.records.tables import ExportMessage, PackMessage
from functions.shared.settings import from_process
from functions.shared.tables.exports import Exports
from functions.shared.tables.packs import Packs

log = logger("pack-given-up")

REASON = (
    "given up: every try to build it broke off (a crash, or no time or memory left); the operator "
    "was told. Nothing was listed. Ask for it again, it gets a new number"
)
EXPORT_REASON = (
    "given up: every try to build it broke off (a crash, or no time, memory or room left); the "
    "operator was told. Ask for less of it, or for it again: it gets a new number"
)


def handle(event: dict[str, Any], _lambda_context: object) -> dict[str, list[str]]:
    """Record each message's pack or export as failed; what has ended meanwhile stays as it is.

    Permissions:
        dynamodb:GetItem and UpdateItem.
    """
    table = Table(clients.dynamodb(), from_process()["TABLE_NAME"])
    for record in event["Records"]:
        body = strict_loads(record["body"])
        if "export" in body:
            _give_up_export(Exports(table), body)
            continue
        message: PackMessage = body
        tenant, number = message["tenant_id"], message["number"]
        fail(tenant, number, REASON, packs=Packs(table), chain=PackChain(table), count=count)
        log.error("given up", tenant_id=tenant, number=number)
    return {"batchItemFailures": []}


def _give_up_export(exports: Exports, message: ExportMessage) -> None:
    tenant, number = message["tenant_id"], message["export"]
    if exports.fail(tenant, number, EXPORT_REASON):
        count(FAILED_PACKS)
    log.error("export given up", tenant_id=tenant, number=number)
