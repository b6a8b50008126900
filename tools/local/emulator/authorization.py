"""Give the emulator's IAM evaluator the condition keys that it lacks.

A policy that allows on `kms:EncryptionContext:…` or `dynamodb:LeadingKeys` would deny everything
there, and a denial on `s3:signatureAge` would never fire. The conditions stay in the template; here
the request is given the keys AWS derives from it. It also asks for actions that IAM has not: a
batch of messages is sent with `sqs:SendMessage`; and of a letter it does not know whose it is: the
resource is the sender's identity. Pure but for `install`.

Source: AWS Service Authorization Reference, KMS, DynamoDB, S3, SES and SQS (2026-04).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

HashKeyOf = Callable[[str, str | None], str | None]
# What IAM calls the actions that the emulator asks for by their operation's name.
ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
_EQUALITY = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")


def missing_keys(
    service: str,
    body: bytes,
    query: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    hash_key: HashKeyOf,
    now: datetime,
) -> dict[str, Any]:
    """Return the condition keys of one request, as the evaluator takes them.

    Args:
        service: the emulator's name of the service.
        body: the request as signed.
        query: the query string, each name with a list of values.
        headers: lower-case names.
        hash_key: the name of a table's (or its index's) hash key, None when there is none.
        now: the moment the request is judged.
    """
    if service == "s3":
        return _signature_keys(query, headers, now)
    if service not in ("kms", "dynamodb"):
        return {}
    try:
        request = json.loads(body or b"{}")
    except (ValueError, UnicodeDecodeError):
        return {}
    if not isinstance(request, dict):
        return {}
    if service == "kms":
        return _encryption_context_keys(request)
    leading = sorted(set(_leading_keys(request, hash_key)))
    return {"dynamodb:LeadingKeys": leading} if leading else {}


def resource_of(action: str, body: bytes, resource: str, *, region: str, account: str) -> str:
    """Return what a request is about, where the emulator does not say: of a letter, its sender."""
    if action != "ses:SendEmail":
        return resource
    try:
        sender = json.loads(body)["FromEmailAddress"]
    except (ValueError, KeyError, TypeError):
        return resource
    return f"arn:aws:ses:{region}:{account}:identity/{sender}"


def _encryption_context_keys(request: Mapping[str, Any]) -> dict[str, Any]:
    context = request.get("EncryptionContext")
    if not isinstance(context, dict) or not context:
        return {}
    keys: dict[str, Any] = {f"kms:EncryptionContext:{name}": text for name, text in context.items()}
    keys["kms:EncryptionContextKeys"] = sorted(context)
    return keys


def _signature_keys(
    query: Mapping[str, Any], headers: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Name how a request was signed, and how many milliseconds ago."""
    presigned = "X-Amz-Signature" in query
    signed_at = _first_text(query.get("X-Amz-Date")) if presigned else headers.get("x-amz-date")
    if not presigned and "authorization" not in headers:
        return {}
    keys: dict[str, Any] = {
        "s3:authType": "REST-QUERY-STRING" if presigned else "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
    }
    try:
        at = datetime.strptime(signed_at or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return keys
    keys["s3:signatureAge"] = str(max(0, int((now - at).total_seconds() * 1000)))
    return keys


def _first_text(values: object) -> str | None:
    first = values[0] if isinstance(values, list) and values else values
    return first if isinstance(first, str) else None


def _leading_keys(request: Mapping[str, Any], hash_key: HashKeyOf) -> Iterator[str]:
    """Yield the hash key value of every item a DynamoDB request names."""
    for table, item_request in _single_requests(request):
        name = hash_key(table, item_request.get("IndexName"))
        if name is None:
            continue
        for attributes in (item_request.get("Key"), item_request.get("Item")):
            if isinstance(attributes, dict) and name in attributes:
                yield _scalar(attributes[name])
        yield from _keys_of_condition(item_request, name)


def _single_requests(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Unfold batches and transactions into requests for one item each."""
    if isinstance(request.get("TableName"), str):
        yield request["TableName"], request
    for entry in request.get("TransactItems") or ():
        for item_request in entry.values():
            yield item_request.get("TableName", ""), item_request
    batches = request.get("RequestItems")
    for table, batch in batches.items() if isinstance(batches, dict) else ():
        if isinstance(batch, dict):
            yield from ((table, {"Key": key}) for key in batch.get("Keys") or ())
        else:
            yield from ((table, item_request) for entry in batch for item_request in entry.values())


def _keys_of_condition(request: Mapping[str, Any], name: str) -> Iterator[str]:
    condition = request.get("KeyConditionExpression")
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for left, right in _EQUALITY.findall(condition if isinstance(condition, str) else ""):
        if names.get(left, left) == name and right in values:
            yield _scalar(values[right])


def _scalar(attribute: Mapping[str, Any]) -> str:
    return str(next(iter(attribute.values()), ""))


def install() -> None:
    """Wrap the emulator's decision so that every request is judged as AWS would."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_account_id

    decide = iam_evaluator.enforce

    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> object:
        request = iam_evaluator._signed_request.get()
        if request is not None:
            service_context = {
                **missing_keys(
                    service,
                    request.body,
                    request.query_params,
                    request.headers,
                    hash_key=_hash_key_of_table,
                    now=datetime.now(UTC),
                ),
                **(service_context or {}),
            }
            resource_arn = resource_of(
                iam_action, request.body, resource_arn, region=region, account=get_account_id()
            )
        action = ACTIONS.get(iam_action, iam_action)
        return decide(access_key_id, action, service, region, resource_arn, service_context)

    iam_evaluator.enforce = enforce


def _hash_key_of_table(table: str, index: str | None) -> str | None:
    """Look up a hash key in the emulator's own tables."""
    from ministack.services import dynamodb

    record = dynamodb._tables.get(table.rsplit("/", 1)[-1])
    if record is None:
        return None
    schema = record.get("KeySchema") or []
    for index_record in record.get("GlobalSecondaryIndexes") or []:
        if index_record.get("IndexName") == index:
            schema = index_record.get("KeySchema") or []
    return next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)
