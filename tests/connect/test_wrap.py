"""What of a key may be kept: ciphertext, four characters, dates, hashes."""

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from functions.connect.check import KeyReport
from functions.connect.wrap import wrap
from functions.shared.aws.kms import KmsKey, admin_key_context
from functions.shared.hashing import id_hash
from functions.shared.hours import parse_instant, rfc3339

NOW = parse_instant("2026-04-01T06:20:00Z")
SECRET = SecretStr("sk-admin-CANARY-0123456789-AbCd")
OWNER = ("tenant-a", "org-first")
REPORT = KeyReport({"users": "ok"}, "proven", ["proj-1", "proj-2"], None)
HASHING_KEY = bytes(32)


def test_the_key_is_kept_as_ciphertext_of_its_own_row(secrets_kms_key: KmsKey) -> None:
    """And four characters, to tell it by."""
    kept = wrap(secrets_kms_key, OWNER, SECRET, REPORT, (HASHING_KEY, []), NOW)
    opened = secrets_kms_key.unwrap(kept.admin_key, admin_key_context(*OWNER))
    assert opened.decode() == SECRET.get_secret_value()
    assert kept.admin_key_last4 == "AbCd"
    assert (kept.org_proof, kept.readable) == ("proven", {"users": "ok"})
    assert "CANARY" not in repr(kept)


def test_the_reminder_is_14_days_before_the_expiry_or_76_days_from_now(
    secrets_kms_key: KmsKey,
) -> None:
    """Where OpenAI shows none, the key is taken for one of 90 days."""
    kept = wrap(secrets_kms_key, OWNER, SECRET, REPORT, (HASHING_KEY, []), NOW)
    assert kept.admin_key_expires_at is None
    assert kept.admin_key_warn_at == rfc3339(NOW + timedelta(days=76))
    earlier = replace(REPORT, expires_at=NOW + timedelta(days=20))
    kept = wrap(secrets_kms_key, OWNER, SECRET, earlier, (HASHING_KEY, []), NOW)
    assert kept.admin_key_expires_at == rfc3339(NOW + timedelta(days=20))
    assert kept.admin_key_warn_at == rfc3339(NOW + timedelta(days=6))


def test_projects_are_kept_by_hash_the_newest_first_a_hundred_of_them(
    secrets_kms_key: KmsKey,
) -> None:
    """Each once; the oldest are forgotten."""
    before = [id_hash(HASHING_KEY, f"proj-{n}") for n in range(2, 150)]
    kept = wrap(secrets_kms_key, OWNER, SECRET, REPORT, (HASHING_KEY, before), NOW)
    assert kept.known_projects == [id_hash(HASHING_KEY, f"proj-{n}") for n in range(1, 101)]
