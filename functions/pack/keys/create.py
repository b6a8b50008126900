"""Mint: where signing keys are made; the first one at deployment, however often that runs.

A CloudFormation custom resource, and the function that carries out the operator's orders about keys
(``key_orders.py``). A seed exists in one frame and leaves it wrapped by KMS; two runs at once agree
on one key; deleting the stack deletes no key, because packs outlive stacks.
Source: AWS CloudFormation User Guide, "Custom resource response objects".
"""

import json
import urllib.request
from typing import Any

from functions.pack.keys.operator_commands import obey
from functions.pack.keys.seed import new_key
from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.kms import Vault
from functions.shared.aws.table import Table
from functions.shared.canonical import Json
from functions.shared.clock import clock_from
from functions.shared.errors import AuditError, Misconfigured
from functions.shared.observability import logger
from functions.shared.tables.signing_keys import SigningKey, SigningKeys

log = logger("signing-key")

# No key came before it, so no pack can be older than it: it counts from the beginning. A key that
# takes over from another counts from that moment.
FROM_THE_BEGINNING = "1970-01-01T00:00:00Z"
_RESOURCE_ID = "pack-signing-key"
_TIMEOUT_S = 20


def handle(event: dict[str, Any], _context: object) -> Json | None:
    """Make sure the first key is there and tell CloudFormation; or carry out an operator's order.

    Permissions:
        dynamodb:GetItem, Query, PutItem and UpdateItem; kms:Encrypt on the signing key, with the
        context ``{purpose: "pack-signing", key_id}``.
    """
    if "order" in event:
        return _carry_out(event)
    _make_sure(event)
    return None


def _carry_out(order: Json) -> Json:
    """Return what an order led to, or why it was refused; anything else is the function's error."""
    given = settings.from_process()
    try:
        done = obey(order, *_doors(given), clock_from(given.environment)())
    except AuditError as error:
        log.warning("key order refused", order=str(order["order"])[:20], why=type(error).__name__)
        return {"refused": str(error)}
    log.info("key order", order=order["order"], current=done["current"])
    return done


def _make_sure(event: dict[str, Any]) -> None:
    try:
        data = _answer_to(event["RequestType"])
        status, reason = "SUCCESS", ""
    except Exception as error:  # without an answer CloudFormation waits for ever
        log.exception("no signing key")
        # Only our own errors' texts are known to hold no secret.
        said = f": {error}" if isinstance(error, AuditError) else ", see the function's log"
        status, reason, data = "FAILED", f"{type(error).__name__}{said}", {}
    _respond(event, status, reason, data)


def _answer_to(request_type: str) -> Json:
    if request_type == "Delete":
        return {}
    key = mint(*_doors(settings.from_process()))
    log.info("signing key", key_id=key.key_id)
    return {"KeyId": key.key_id, "PublicHex": key.public_hex}


def _doors(given: settings.Settings) -> tuple[SigningKeys, Vault]:
    keys = SigningKeys(Table(clients.dynamodb(), given["TABLE_NAME"]))
    return keys, Vault(clients.kms(), given["SIGNING_KEY_ID"])


def mint(keys: SigningKeys, vault: Vault) -> SigningKey:
    """Return the first key of the registry, made now where there is none.

    Raises:
        KeyUnusable: KMS does not wrap the seed.
        VaultUnavailable: try again.
        LeaseHeld: another run is about to register its key; try again.
    """
    return keys.first() or keys.add_first(new_key(vault, FROM_THE_BEGINNING))


def _respond(event: dict[str, Any], status: str, reason: str, data: Json) -> None:
    url = event["ResponseURL"]
    if not url.startswith(("https://", "http://")):
        raise Misconfigured("the ResponseURL is not a web address")
    body = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", _RESOURCE_ID),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    }
    request = urllib.request.Request(  # noqa: S310  # checked above
        # Presigned: an answer with any other content type is refused.
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": ""},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310  # checked above
        return
