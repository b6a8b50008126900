"""What each function may do: the whole of its role, as a table.

One row per permission. A role holds nothing else: no managed policy, nothing added by a construct.
``resource`` names a resource of the stack (``roles.fill_roles`` turns it into an ARN); ``purposes``
ties a KMS permission to the encryption context ``purpose``; ``via`` lets a KMS key be used only by
a service on the function's behalf. ``s3:ListBucket`` is also what makes S3 answer 404, not 403,
for a key that is not there; it has no prefix condition, because that answer carries none and every
key starts with ``tenant=`` anyway.

The table is under a customer key: whoever may use it has of the key, through DynamoDB, what the
CDK's own grants give a reader or a writer, named one by one. S3 under a customer key:
``kms:Decrypt`` to read, ``kms:GenerateDataKey`` to write.
Source: aws-cdk-lib 2.275.0, ``aws-dynamodb/lib/perms.ts``; DynamoDB Developer Guide, "How DynamoDB
uses AWS KMS"; S3 User Guide, "SSE-KMS".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ADMIN_KEY = "admin-key"
WEBHOOK = "webhook-secret"
HASH_KEY = "hash-key"
PACK_SIGNING = "pack-signing"


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission: actions on one resource, under conditions."""

    resource: str
    actions: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    via: tuple[str, ...] = ()

    def conditions(self, region: str) -> dict[str, dict[str, object]]:
        """Return the IAM condition block, empty where the grant is unconditional."""
        block: dict[str, dict[str, object]] = {}
        if self.purposes:
            block["StringEquals"] = {"kms:EncryptionContext:purpose": list(self.purposes)}
        if self.via:
            hosts = [f"{service}.{region}.amazonaws.com" for service in self.via]
            block["StringEquals"] = {"kms:ViaService": hosts}
        return block


_READ_TABLE_KEY = ("kms:Decrypt", "kms:DescribeKey")
_WRITE_TABLE_KEY = (
    *("kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
)
_READS = {"GetItem", "Query"}


def _table(*names: str, index: str = "") -> tuple[Grant, ...]:
    """Return what lets use the table, or one of its indexes, and the table's key for it."""
    key = _READ_TABLE_KEY if _READS.issuperset(names) else _READ_TABLE_KEY + _WRITE_TABLE_KEY
    return (
        Grant(f"table{index}", tuple(f"dynamodb:{name}" for name in names)),
        Grant("data-key", key, via=("dynamodb",)),
    )


def _list(bucket: str) -> Grant:
    return Grant(bucket, ("s3:ListBucket",))


def _read(*places: str) -> tuple[Grant, ...]:
    """Return what lets read some of every organization's evidence."""
    return tuple(Grant(f"evidence/tenant=*/org=*/{place}", ("s3:GetObject",)) for place in places)


_READ_DATA_KEY = Grant("data-key", ("kms:Decrypt",), via=("s3",))
_WRITE_DATA_KEY = Grant("data-key", ("kms:GenerateDataKey",), via=("s3",))
# What the api's lists are read from, by requests and for exports.
_READ_LISTS = (
    *_read("seals/*", "registers/*", "events/*", "changes/*", "verdicts/*", "index/*"),
    Grant("evidence/tenant=*/anchors/*", ("s3:GetObject",)),
    _list("evidence"),
    _READ_DATA_KEY,
)
_SEND_SNAPSHOT = Grant("snapshot-queue", ("sqs:SendMessage",))
_SEND_PACK = Grant("pack-queue", ("sqs:SendMessage",))
_SEND_DEAD_DISPATCH = Grant("dispatch-dead-letters", ("sqs:SendMessage",))
# What the event source mapping does in the function's name.
_CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

GRANTS: Final[Mapping[str, tuple[Grant, ...]]] = {
    "Access": _table("GetItem", "Query", "PutItem", "UpdateItem"),
    # It reads clients and tokens, and counts requests.
    "Authorizer": _table("GetItem", "UpdateItem"),
    "Connect": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        Grant("secrets-key", ("kms:Encrypt",), purposes=(ADMIN_KEY, HASH_KEY)),
        # It wraps admin keys and opens none: only the hashing key, to recognize known projects.
        Grant("secrets-key", ("kms:Decrypt",), purposes=(HASH_KEY,)),
        _SEND_SNAPSHOT,
    ),
    "Notify": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        # It wraps webhooks' secrets and opens none.
        Grant("secrets-key", ("kms:Encrypt",), purposes=(WEBHOOK,)),
    ),
    "NotifyWake": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        # What alerts are made of, and nothing else of the evidence.
        *_read("seals/*", "registers/*/section=findings/*"),
        Grant("evidence/tenant=*/anchors/*", ("s3:GetObject",)),
        _list("evidence"),
        _READ_DATA_KEY,
        Grant("secrets-key", ("kms:Decrypt",), purposes=(WEBHOOK,)),
        Grant("mail-identity", ("ses:SendEmail",)),
    ),
    "SnapshotDispatch": (
        *_table("Query", index="/index/due"),
        _SEND_SNAPSHOT,
        _SEND_DEAD_DISPATCH,
    ),
    "Snapshot": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem"),
        Grant("evidence/tenant=*", ("s3:GetObject",)),
        # Anchors are not its to write.
        Grant("evidence/tenant=*/org=*", ("s3:PutObject",)),
        Grant("evidence/tenant=*/custody/*", ("s3:PutObject",)),
        _list("evidence"),
        Grant("work/attempts/*", ("s3:GetObject", "s3:PutObject")),
        _list("work"),
        _READ_DATA_KEY,
        _WRITE_DATA_KEY,
        Grant("secrets-key", ("kms:Decrypt",), purposes=(ADMIN_KEY, HASH_KEY)),
        Grant("snapshot-queue", _CONSUME),
        _SEND_SNAPSHOT,
    ),
    "PackDispatch": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        _SEND_PACK,
        _SEND_DEAD_DISPATCH,
    ),
    "Pack": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        Grant("evidence/tenant=*", ("s3:GetObject",)),
        _list("evidence"),
        Grant(
            "packs/tenant=*",
            # Putting is also what begins, fills and completes an upload in parts.
            ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload"),
        ),
        _READ_DATA_KEY,
        _WRITE_DATA_KEY,
        Grant("signing-key", ("kms:Decrypt",), purposes=(PACK_SIGNING,)),
        Grant("pack-queue", _CONSUME),
        _SEND_PACK,
    ),
    "PackGivenUp": (
        *_table("GetItem", "UpdateItem"),
        Grant("pack-dead-letters", _CONSUME),
    ),
    "Anchor": (
        *_table("Query"),
        # Where anchors lie, and nothing else of the evidence.
        Grant("evidence/tenant=*", ("s3:GetObject",)),
        Grant("evidence/tenant=*/anchors/*", ("s3:PutObject",)),
        _list("evidence"),
        _READ_DATA_KEY,
        _WRITE_DATA_KEY,
        _SEND_DEAD_DISPATCH,
    ),
    "SigningKey": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        Grant("signing-key", ("kms:Encrypt",), purposes=(PACK_SIGNING,)),
    ),
    "Api": (
        *_table("GetItem", "Query", "PutItem", "UpdateItem"),
        # What its lists and the feed are read from.
        *_READ_LISTS,
        _SEND_PACK,
        Grant("export-queue", ("sqs:SendMessage",)),
        # Packs are read by whoever has a link, which it signs with that role.
        Grant("pack-link-role", ("sts:AssumeRole",)),
    ),
    "Export": (
        *_table("GetItem", "Query", "UpdateItem"),
        *_READ_LISTS,
        Grant("work/exports/*", ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")),
        _WRITE_DATA_KEY,
        Grant("export-queue", _CONSUME),
    ),
}

# Of roles that are no function's. A link is to one version of a pack, or of an export: it needs no
# other reading.
PACK_LINK_GRANTS: Final = (
    Grant("packs/tenant=*", ("s3:GetObjectVersion",)),
    Grant("work/exports/*", ("s3:GetObjectVersion",)),
    _READ_DATA_KEY,
)
LEGAL_HOLD_GRANTS: Final = (
    Grant("evidence/tenant=*", ("s3:GetObjectLegalHold", "s3:PutObjectLegalHold")),
    Grant("evidence", ("s3:ListBucketVersions",)),
)

# The two keys whose plaintext is a secret: who may use them is said again by the key itself, as a
# Deny for everyone else, so that no later role, grant or administrator's policy can.
MAY_UNWRAP: Final[Mapping[str, tuple[str, ...]]] = {
    "secrets": ("Connect", "Snapshot", "NotifyWake"),
    "signing": ("Pack",),
}
MAY_WRAP: Final[Mapping[str, tuple[str, ...]]] = {
    "secrets": ("Connect", "Notify"),
    "signing": ("SigningKey",),
}
