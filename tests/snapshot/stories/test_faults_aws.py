"""The fault matrix, F20, F21, F24 to F26: AWS fails, or the process does."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws.keys import seal_key
from functions.shared.aws.kms import admin_key_context
from functions.shared.errors import EvidenceConflict, EvidenceInvalid
from functions.shared.hours import parse_instant
from tests.snapshot.stories.trial import FIRST, HIT, LAST, NEXT, PAST_GRACE, Trial, rarely
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_faults import broken, handed_back
from tests.support.race import meeting

EVERY = rarely(*(n for n in range(1, 30) if n not in (12, 18)))


@pytest.mark.parametrize("nth", [12, 18, *EVERY])
def test_f20_killed_between_two_aws_calls(trial: Trial, nth: int) -> None:
    """Whatever call the process dies before, the redelivered message goes on from there.

    ``test_crash.py`` compares the digests for every single call, before and after it.
    """
    trial.fixture.clock.set("2026-04-01T04:01:00Z")
    with pytest.raises(Killed), watched(before=killing(nth)):
        trial.fixture.order(HIT, owner="message")
        raise Killed  # fewer calls than that: nothing was disturbed
    trial.fixture.order(HIT, owner="message")
    trial.finish("F20", f"killed before AWS call {nth}")


def test_f21_two_copies_in_parallel(trial: Trial) -> None:
    """Two copies of a message at once: one seal, one set of rows; one of them may be put off."""
    trial.fixture.clock.set("2026-04-01T04:01:00Z")
    ready = threading.Barrier(2)

    def copy(owner: str) -> int:
        ready.wait()
        return len(trial.fixture.order(HIT, owner=owner))

    # One write after the other, as AWS carries them out, and moto only if it is asked so.
    with meeting(2, nth=0), ThreadPoolExecutor(2) as pool:
        sealed = list(pool.map(copy, ["first", "second"]))
    assert sum(sealed) == 1
    trial.finish("F21", "two copies in two threads")


@pytest.mark.parametrize("nth", [15, *rarely(5, 7, 9, 11, 13, 17, 19, 21)])
def test_f21_stale_lease_holder(trial: Trial, nth: int) -> None:
    """A run that slept through its lease wakes after another has sealed: its seal is refused."""
    trial.fixture.clock.set("2026-04-01T04:01:00Z")
    other: list[Any] = []

    def sleeps(number: int) -> None:
        if number == nth and not other:
            other.append(None)
            trial.fixture.clock.advance(minutes=17)
            with ThreadPoolExecutor(1) as pool:
                other.append(pool.submit(trial.fixture.order, HIT, owner="second").result())

    with watched(before=sleeps):
        stale = trial.fixture.order(HIT, owner="first")
    (winner,) = other[1]
    # Woken before it had the lease it is put off; later, it finds the other's seal and takes it.
    assert [seal.sha256 for seal in stale] in ([winner.sha256], [])
    trial.finish("F21", f"a stale lease holder wakes at call {nth}")


def test_f21_stale_holder_cannot_overwrite(trial: Trial) -> None:
    """What is sealed stays: other bytes under its key are refused."""
    key = seal_key(trial.fixture.tenant, trial.fixture.org, parse_instant(FIRST))
    with pytest.raises(EvidenceConflict):
        trial.fixture.evidence.put_once(key, b"{}")
    trial.finish("F21", "a second seal of one hour")


THROTTLED = ["UpdateItem", "PutItem", "GetItem", "BatchWriteItem"]


@pytest.mark.parametrize("operation", [*THROTTLED[:1], *rarely(*THROTTLED[1:])])
def test_f24_dynamodb_throttled_for_a_while(trial: Trial, operation: str) -> None:
    """Throttled three times: botocore waits and the hour is sealed."""
    with broken(operation, code="ProvisionedThroughputExceededException", times=3) as fault:
        seal = trial.hit()
    assert seal is not None
    assert fault.hits == 3
    trial.finish("F24", f"{operation} throttled 3 times")


@pytest.mark.parametrize("operation", [*THROTTLED[3:], *rarely(*THROTTLED[:3])])
def test_f24_dynamodb_throttled_for_long(trial: Trial, operation: str) -> None:
    """Throttled beyond the tries: the run fails, bounded; the next delivery goes on."""
    trial.fixture.clock.set("2026-04-01T04:01:00Z")
    with (
        broken(operation, code="ThrottlingException", times=None) as fault,
        pytest.raises(ClientError),
    ):
        trial.fixture.order(HIT, owner="message")
    assert fault.hits == 5
    trial.fixture.order(HIT, owner="message")
    trial.finish("F24", f"{operation} throttled for long")


def test_f24_rows_handed_back(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unprocessed rows are sent again until none is left; never for ever."""
    monkeypatch.setattr("functions.shared.aws.table_conflicts.time.sleep", lambda _seconds: None)
    with handed_back(times=3) as counted:
        trial.hit()
    assert len(counted) == 3
    trial.fixture.clock.set("2026-04-01T05:01:00Z")
    with handed_back(times=None) as counted, pytest.raises(TimeoutError):
        trial.fixture.order(NEXT, owner="message")
    assert len(counted) == 8
    trial.fixture.order(NEXT, owner="message")
    trial.finish("F24", "UnprocessedItems, 3 times and always")


PUTS: dict[str, dict[str, Any]] = {
    "SlowDown": {"code": "SlowDown", "status": 503, "times": 4},
    "409": {"code": "ConditionalRequestConflict", "status": 409, "times": 3},
    "reply lost": {"lost": True, "times": 1},
    "reply lost twice": {"lost": True, "times": 2},
    "500": {"code": "InternalError", "status": 500, "times": 2},
}


@pytest.mark.parametrize("name", [*list(PUTS)[1:3], *rarely("SlowDown", *list(PUTS)[3:])])
def test_f25_put_fails_for_a_while(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Registers, segments and the seal are each written once, however the puts went."""
    monkeypatch.setattr("functions.shared.aws.bucket.time.sleep", lambda _seconds: None)
    faults = PUTS[name]
    for skip in range(4):
        with broken("PutObject", skip=skip, **faults) as fault:
            trial.fixture.tick((FIRST, HIT, NEXT, LAST)[skip])
        assert fault.hits == (faults["times"] if skip else 0)
    trial.finish("F25", f"PutObject: {name}", until=LAST)


def test_f25_put_fails_for_long(trial: Trial) -> None:
    """503 beyond the tries: the run fails before its seal; the next delivery seals."""
    trial.fixture.clock.set("2026-04-01T04:01:00Z")
    with broken("PutObject", code="SlowDown", status=503, times=None), pytest.raises(ClientError):
        trial.fixture.order(HIT, owner="message")
    assert trial.fixture.chain.seal(parse_instant(HIT)) is None
    trial.fixture.order(HIT, owner="message")
    trial.finish("F25", "PutObject: 503 for long")


def test_f25_other_bytes_under_a_digest(trial: Trial) -> None:
    """A register that is not what its seal says stops the chain loudly; nothing is built on it."""
    entry = trial.fixture.seal(FIRST).register("users")
    assert entry is not None
    true = trial.fixture.evidence.need(entry["key"])
    trial.fixture.evidence.put(entry["key"], true[:-9])
    with pytest.raises(EvidenceInvalid):
        trial.hit()
    for version in trial.fixture.evidence.client.list_object_versions(
        Bucket=trial.fixture.evidence.name, Prefix=entry["key"]
    )["Versions"]:
        if version["IsLatest"]:
            trial.fixture.evidence.client.delete_object(
                Bucket=trial.fixture.evidence.name, Key=entry["key"], VersionId=version["VersionId"]
            )
    trial.fixture.order(HIT, owner="message-2")
    trial.finish("F25", "a register with other bytes")


KMS = {
    "DisabledException": "key_unusable",
    "KMSInvalidStateException": "key_unusable",
    "AccessDeniedException": "key_unusable",
    "ThrottlingException": "vault_unavailable",
    "KMSInternalException": "vault_unavailable",
}


@pytest.mark.parametrize("code", [*list(KMS)[::3], *rarely(*list(KMS)[1:3], *list(KMS)[4:])])
def test_f26_kms_does_not_decrypt(trial: Trial, code: str) -> None:
    """The hour fails with its reason when the grace ends; OpenAI is not asked meanwhile."""
    trial.forget()
    with broken("Decrypt", code=code, times=None):
        seal = trial.outlast()
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", KMS[code])
    assert trial.requests() == 0
    trial.finish("F26", f"KMS {code}")


def test_f26_kms_throttles_for_a_while(trial: Trial) -> None:
    """Throttled a few times: botocore waits and the hour is sealed."""
    with broken("Decrypt", code="ThrottlingException", times=3) as fault:
        assert trial.hit() is not None
    assert fault.hits == 3
    trial.finish("F26", "KMS throttles 3 times")


def test_f26_another_tenants_ciphertext(trial: Trial) -> None:
    """A ciphertext copied from another tenant's row does not open: the context is the row's."""
    fixture = trial.fixture
    connection = fixture.context.connections.need(fixture.tenant, fixture.org)
    stolen = fixture.secrets.wrap(b"sk-admin-of-b", admin_key_context("tenant-b", fixture.org))
    fixture.context.connections.save(replace(connection, admin_key=stolen))
    trial.forget()
    seal = trial.outlast()
    assert (seal.content["reason"], trial.requests()) == ("key_unusable", 0)
    assert PAST_GRACE > 0
    now = fixture.context.connections.need(fixture.tenant, fixture.org)
    fixture.context.connections.save(replace(now, admin_key=connection.admin_key))
    trial.finish("F26", "another tenant's ciphertext")
