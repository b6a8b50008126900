"""The condition keys the emulator lacks are those AWS would derive from the same request."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.local.emulator import authorization

NOW = datetime(2026, 4, 1, 12, 0, 0, tzinfo=UTC)


def hash_key(table: str, index: str | None) -> str | None:
    """Know one table with one index."""
    return {("audit", None): "pk", ("audit", "due"): "due_shard"}.get((table, index))


def keys(
    service: str,
    request: dict[str, Any] | None = None,
    *,
    query: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the missing keys of a request."""
    body = json.dumps(request or {}).encode()
    return authorization.missing_keys(
        service, body, query or {}, headers or {}, hash_key=hash_key, now=NOW
    )


def test_kms_tells_each_entry_of_the_encryption_context() -> None:
    """`kms:EncryptionContext:<name>` and the list of names."""
    context = {"tenant_id": "tenant-a", "purpose": "admin-key"}
    assert keys("kms", {"EncryptionContext": context}) == {
        "kms:EncryptionContext:tenant_id": "tenant-a",
        "kms:EncryptionContext:purpose": "admin-key",
        "kms:EncryptionContextKeys": ["purpose", "tenant_id"],
    }
    assert keys("kms", {"KeyId": "k"}) == {}


@pytest.mark.parametrize(
    ("request_", "leading"),
    [
        ({"TableName": "audit", "Key": {"pk": {"S": "A"}}}, ["A"]),
        ({"TableName": "audit", "Item": {"pk": {"S": "A"}, "sk": {"S": "x"}}}, ["A"]),
        (
            {
                "TableName": "audit",
                "KeyConditionExpression": "(#n0 = :v0 AND begins_with(#n1, :v1))",
                "ExpressionAttributeNames": {"#n0": "pk", "#n1": "sk"},
                "ExpressionAttributeValues": {":v0": {"S": "A"}, ":v1": {"S": "B"}},
            },
            ["A"],
        ),
        (
            {
                "TableName": "audit",
                "IndexName": "due",
                "KeyConditionExpression": "due_shard = :s",
                "ExpressionAttributeValues": {":s": {"S": "DUE#03"}},
            },
            ["DUE#03"],
        ),
        (
            {
                "TransactItems": [
                    {"Put": {"TableName": "audit", "Item": {"pk": {"S": "B"}}}},
                    {"Update": {"TableName": "audit", "Key": {"pk": {"S": "A"}}}},
                ]
            },
            ["A", "B"],
        ),
        ({"RequestItems": {"audit": {"Keys": [{"pk": {"S": "A"}}]}}}, ["A"]),
        ({"RequestItems": {"audit": [{"PutRequest": {"Item": {"pk": {"S": "C"}}}}]}}, ["C"]),
    ],
)
def test_dynamodb_tells_the_hash_key_of_every_item(
    request_: dict[str, Any], leading: list[str]
) -> None:
    """Single items, queries, batches and transactions alike."""
    assert keys("dynamodb", request_) == {"dynamodb:LeadingKeys": leading}


def test_dynamodb_tells_nothing_of_an_unknown_table_or_a_scan() -> None:
    """An absent key is absent, not empty."""
    assert keys("dynamodb", {"TableName": "other", "Key": {"pk": {"S": "A"}}}) == {}
    assert keys("dynamodb", {"TableName": "audit"}) == {}


def test_s3_tells_the_age_of_a_presigned_url() -> None:
    """In milliseconds, from the moment it was signed."""
    signed_at = (NOW - timedelta(minutes=16)).strftime("%Y%m%dT%H%M%SZ")
    condition_keys = keys("s3", query={"X-Amz-Signature": ["s"], "X-Amz-Date": [signed_at]})
    assert condition_keys["s3:signatureAge"] == str(16 * 60 * 1000)
    assert condition_keys["s3:authType"] == "REST-QUERY-STRING"
    headers = {"authorization": "AWS4-HMAC-SHA256 …", "x-amz-date": signed_at}
    assert keys("s3", headers=headers)["s3:authType"] == "REST-HEADER"
    assert keys("s3") == {}


@pytest.mark.parametrize(
    ("purpose", "decision"), [("pack-signing", "Allow"), ("x", "ImplicitDeny")]
)
def test_the_emulators_evaluator_decides_by_the_keys(purpose: str, decision: str) -> None:
    """An Allow on the encryption context allows that context and no other."""
    evaluator = pytest.importorskip("ministack.core.iam_evaluator")
    statements = evaluator.parse_policy_document(
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:Decrypt",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {"kms:EncryptionContext:purpose": "pack-signing"}
                    },
                }
            ]
        }
    )
    condition_keys = keys("kms", {"EncryptionContext": {"purpose": purpose}})
    context = evaluator.EvalContext(
        principal_arn="arn:aws:sts::000000000000:assumed-role/r/s",
        principal_type="AssumedRole",
        principal_account="000000000000",
        action="kms:Decrypt",
        resource_arn="*",
        region="eu-central-1",
        service_context={name.lower(): value for name, value in condition_keys.items()},
    )
    assert evaluator.evaluate(context, [statements]).decision == decision


def test_a_letter_is_about_the_identity_that_it_comes_from() -> None:
    """The emulator asks for the right to any letter, which nobody has; other requests stay."""

    def resource(action: str, body: bytes) -> str:
        place = {"region": "eu-central-1", "account": "000000000000"}
        return authorization.resource_of(action, body, "*", **place)

    letter = json.dumps({"FromEmailAddress": "audit@example.com"}).encode()
    identity = "arn:aws:ses:eu-central-1:000000000000:identity/audit@example.com"
    assert resource("ses:SendEmail", letter) == identity
    for body in (b"", b"[]", b"{}", b"no JSON"):
        assert resource("ses:SendEmail", body) == "*"
    assert resource("ses:GetAccount", letter) == "*"


def test_a_batch_of_messages_needs_what_iam_calls_sending() -> None:
    """IAM has no action for the batch."""
    assert authorization.ACTIONS["sqs:SendMessageBatch"] == "sqs:SendMessage"
