"""Mint: the deployment's first signing key, made once however often the deployment runs.

A CloudFormation custom resource. The seed exists in one frame and leaves it wrapped by KMS; two
runs at once agree on one key; deleting the stack deletes no key, because packs outlive stacks.
Source: AWS CloudFormation User Guide, "Custom resource response objects".
"""

import json
import secrets
import urllib.request
from typing import Any

import nacl.signing

from functions.shared import aws, settings
from functions.shared.canonical import Json
from functions.shared.errors import AuditError, Misconfigured
from functions.shared.observability import logger
from functions.shared.signing_keys import SigningKey, SigningKeys, key_id_of
from functions.shared.table import Table
from functions.shared.vault import Vault, signing_context

log = logger("signing-key")

# No key came before it, so no pack can be older than it: it counts from the beginning. A key that
# takes over from another counts from that moment.
FROM_THE_BEGINNING = "1970-01-01T00:00:00Z"
_RESOURCE_ID = "pack-signing-key"
_TIMEOUT_S = 20


def handle(event: dict[str, Any], _context: object) -> None:
    """Make sure the first key is there, and tell CloudFormation.

    Permissions:
        dynamodb:GetItem and PutItem; kms:Encrypt on the signing key, with the context
        ``{purpose: "pack-signing", key_id}``.
    """
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
    given = settings.from_process()
    keys = SigningKeys(Table(aws.dynamodb(), given["TABLE_NAME"]))
    key = mint(keys, Vault(aws.kms(), given["SIGNING_KEY_ID"]))
    log.info("signing key", key_id=key.key_id)
    return {"KeyId": key.key_id, "PublicHex": key.public_hex}


def mint(keys: SigningKeys, vault: Vault) -> SigningKey:
    """Return the first key of the registry, made now where there is none.

    Raises:
        KeyUnusable: KMS does not wrap the seed.
        VaultUnavailable: try again.
        LeaseHeld: another run is about to register its key; try again.
    """
    return keys.first() or keys.add_first(_new_key(vault))


def _new_key(vault: Vault) -> SigningKey:
    seed = secrets.token_bytes(32)
    public_hex = nacl.signing.SigningKey(seed).verify_key.encode().hex()
    key_id = key_id_of(public_hex)
    wrapped = vault.wrap(seed, signing_context(key_id))
    return SigningKey(key_id, public_hex, wrapped, FROM_THE_BEGINNING)


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
