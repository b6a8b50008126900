"""Create: where signing keys are made; the first one at deployment, however often that runs.

A CloudFormation custom resource, and the function that carries out the operator's commands about
keys (``operator_commands.py``). A seed exists in one frame and leaves it wrapped by KMS; two runs
at once agree on one key; deleting the stack deletes no key, because packs outlive stacks.
Source: AWS CloudFormation User Guide, "Custom resource response objects".
"""

import json
import time
import urllib.request
from typing import Any, TypedDict

from botocore.exceptions import ClientError

from functions.pack.keys.operator_commands import KeyList, carry_out
from functions.pack.keys.seed import new_key
from functions.shared.aws import clients
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.canonical import Json
from functions.shared.clock import clock_from
from functions.shared.errors import (
    AuditError,
    KeyUnusable,
    KmsUnavailable,
    LeaseHeld,
    Misconfigured,
)
from functions.shared.observability import logger
from functions.shared.settings import Settings, from_process
from functions.shared.tables.signing_keys import SigningKey, SigningKeys

log = logger("signing-key")

# No key came before it, so no pack can be older than it: it counts from the beginning. A key that
# takes over from another counts from that moment.
FROM_THE_BEGINNING = "1970-01-01T00:00:00Z"
_RESOURCE_ID = "pack-signing-key"
_TIMEOUT_S = 20
# A deployment calls this before IAM has told everybody of the role that it has just made, and a
# first deployment that fails for it leaves locked buckets behind. In all well within a minute.
_WAITS_S = (2, 4, 8, 16)
_MAY_PASS = (ClientError, KeyUnusable, KmsUnavailable, LeaseHeld)


class Refusal(TypedDict):
    """Why an operator's command was not carried out."""

    refused: str


class ResourceData(TypedDict, total=False):
    """What the template may read of the custom resource."""

    KeyId: str
    PublicHex: str


def handle(event: dict[str, Any], _lambda_context: object) -> KeyList | Refusal | None:
    """Make sure the first key is there and tell CloudFormation; or carry out an operator's command.

    Permissions:
        dynamodb:GetItem, Query, PutItem and UpdateItem; kms:Encrypt on the signing key, with the
        context ``{purpose: "pack-signing", key_id}``.
    """
    if "order" in event:
        return _run_command(event)
    _ensure_first_key(event)
    return None


def _run_command(command: Json) -> KeyList | Refusal:
    """Return what a command led to, or why it was refused; all else is the function's error."""
    settings = from_process()
    name = command["order"]
    try:
        key_list = carry_out(command, *_keys_and_kms(settings), clock_from(settings.environment)())
    except AuditError as error:
        log.warning("key order refused", order=str(name)[:20], why=type(error).__name__)
        return {"refused": str(error)}
    log.info("key order", order=name, current=key_list["current"])
    return key_list


def _ensure_first_key(event: dict[str, Any]) -> None:
    data: ResourceData = {}
    try:
        if event["RequestType"] != "Delete":
            data = _create()
        status, reason = "SUCCESS", ""
    except Exception as error:  # without an answer CloudFormation waits for ever
        log.exception("no signing key")
        # Only our own errors' texts are known to hold no secret.
        detail = f": {error}" if isinstance(error, AuditError) else ", see the function's log"
        status, reason = "FAILED", f"{type(error).__name__}{detail}"
    _respond(event, status, reason, data)


def _create() -> ResourceData:
    for wait_s in _WAITS_S:
        try:
            return _ensured()
        except _MAY_PASS as error:
            log.warning("no signing key yet", error=type(error).__name__, wait_s=wait_s)
        time.sleep(wait_s)
    return _ensured()


def _ensured() -> ResourceData:
    key = create_signing_key(*_keys_and_kms(from_process()))
    log.info("signing key", key_id=key.key_id)
    return {"KeyId": key.key_id, "PublicHex": key.public_hex}


def _keys_and_kms(settings: Settings) -> tuple[SigningKeys, KmsKey]:
    keys = SigningKeys(Table(clients.dynamodb(), settings["TABLE_NAME"]))
    return keys, KmsKey(clients.kms(), settings["SIGNING_KEY_ID"])


def create_signing_key(keys: SigningKeys, kms: KmsKey) -> SigningKey:
    """Return the first key of the registry, made now where there is none.

    Raises:
        KeyUnusable: KMS does not wrap the seed.
        KmsUnavailable: try again.
        LeaseHeld: another run is about to register its key; try again.
    """
    return keys.first() or keys.add_first(new_key(kms, FROM_THE_BEGINNING))


def _respond(event: dict[str, Any], status: str, reason: str, data: ResourceData) -> None:
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
