"""A month in which everything happens: the pack, its manifest and the verifier say so, in words."""

from collections import Counter
from pathlib import Path

import pytest

from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import signing_context
from functions.shared.aws.table import Table
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.pack.resign import Rows, SignedPack
from tests.support.builders import World
from tests.support.pack_rows import Row, seal_digest
from tests.tools.verifier import Verdict, verify_bytes

ORGS = ("org-Alpha", "org-Beta")
_made: list[SignedPack] = []


def tell(evidence: Bucket, table: Table) -> None:
    """Seal April: gaps, missed hours, a partial one, a pause, a reconnect, a return, late events.

    An hour without a snapshot is sealed ``missed`` by the next run. Hours have no seal at all
    where nobody runs any more (org-Beta, at the end), or where the chain links across them.
    """
    alpha = World(evidence, table=table)
    alpha.has_user("user-1", role="owner").has_user("user-2").has_project("proj-1")
    alpha.has_key("key-1").event("late-1", "2026-03-30T10:00:00Z").event("event-1")
    alpha.until("2026-04-03T05:00:00Z").chain(["gap"] * 5)
    alpha.until("2026-04-04T05:00:00Z").chain(["missed"] * 5)
    alpha.until("2026-04-05T12:00:00Z").chain(["partial"])
    alpha.until("2026-04-07T08:00:00Z").chain(["paused"] * 6)
    alpha.until("2026-04-10T09:00:00Z").loses("users", "user-2").event("event-2")
    alpha.until("2026-04-12T00:00:00Z").chain(["disconnect", *["away"] * 35, "reconnect"])
    alpha.until("2026-04-20T09:00:00Z").has_user("user-2").event("event-3")
    alpha.until("2026-05-02T00:00:00Z").event("settling", "2026-04-30T23:50:00Z")
    alpha.until("2026-05-04T03:00:00Z")
    beta = World(evidence, table=table, org="org-Beta", first_hour="2026-04-29T00:00:00Z")
    beta.has_user("user-7", role="owner").until("2026-04-30T19:00:00Z")


@pytest.fixture
def month(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock
) -> SignedPack:
    """Give the monthly pack of April, made once for all tests of this module."""
    if not _made:
        tell(evidence, table)
        clock.set("2026-05-04T03:14:00Z")
        pack = function.make(
            "2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z", month="2026-04", orgs=ORGS
        )
        assert pack.state == "ready", pack.reason
        assert isinstance(function.context.signer, WrappedSeed)
        kms_key, key = function.context.signer.kms, function.key
        seed = kms_key.unwrap(key.wrapped_seed, signing_context(key.key_id))
        _made.append(SignedPack(function.archive(pack), seed))
    return _made[0]


def judge(month: SignedPack, folder: Path, data: bytes | None = None) -> Verdict:
    """Let the auditors' script judge the pack, or what was made of it."""
    return verify_bytes(month.data if data is None else data, folder, key=month.public_hex)


def test_coverage_has_each_expected_hour_with_its_outcome(month: SignedPack) -> None:
    """720 hours of org-Alpha less 35 not connected, 48 of org-Beta."""
    rows = month.rows("coverage.jsonl")
    assert len({(row["org_id"], row["hour"]) for row in rows}) == len(rows) == 720 - 35 + 48
    outcomes = {org: Counter(r["outcome"] for r in rows if r["org_id"] == org) for org in ORGS}
    # The hour of the disconnection is sealed, and counts as paused.
    assert outcomes["org-Alpha"] == {
        "complete": 667,
        "gap": 5,
        "missed": 5,
        "partial": 1,
        "paused": 7,
    }
    assert outcomes["org-Beta"] == {"complete": 43, "gap": 5}
    gaps = [row["hour"] for row in rows if row["outcome"] == "gap"]
    assert gaps == [f"2026-04-03T0{hour}:00:00Z" for hour in range(5, 10)] + [
        f"2026-04-30T{hour}:00:00Z" for hour in range(19, 24)
    ]


def test_the_manifest_counts_them(month: SignedPack) -> None:
    """And says that events of the end may still have come, because nobody looked."""
    manifest = month.manifest()
    assert manifest["coverage"] == {
        "expected_hours": 733,
        "complete": 710,
        "partial": 1,
        "failed": 0,
        "missed": 5,
        "paused": 7,
        "longest_gap_hours": 5,
    }
    assert [(chain["org_id"], chain["seals"]) for chain in manifest["chain"]] == [
        ("org-Alpha", 680),
        ("org-Beta", 43),
    ]
    assert (manifest["settled"], manifest["settled_through"]) == (False, "2026-04-27T18:00:00Z")


def test_who_left_and_came_back_has_two_rows(month: SignedPack) -> None:
    """The first ends at the hour that first missed them, the second has no end."""
    stays = [row for row in month.rows("users.jsonl") if row["user_id"] == "user-2"]
    assert [(row["first_seen_at"], row["removed_at"], row["state_at"]) for row in stays] == [
        ("2026-04-01T00:00:00Z", "2026-04-10T09:00:00Z", "2026-04-10T08:00:00Z"),
        ("2026-04-20T09:00:00Z", None, "2026-04-30T23:00:00Z"),
    ]


def test_events_say_which_of_them_are_late(month: SignedPack) -> None:
    """One of March, seen now; one of April, sealed two days after its month."""
    events = {row["event_id"]: row for row in month.rows("events.jsonl")}
    assert {name for name, row in events.items() if row["late"]} == {"late-1"}
    assert events["settling"]["sealed_hour"] == "2026-05-02T00:00:00Z"
    assert set(events) == {"late-1", "event-1", "event-2", "event-3", "settling"}


LINES = (
    (
        "coverage  733 hours: 710 complete, 1 partial, 0 failed, 5 missed, 7 paused,"
        " 10 without a seal; longest gap 5 hours"
    ),
    (
        "hours     org-Alpha  2026-04-03T05:00:00Z .. 2026-04-03T09:00:00Z  gap, 5 hours:"
        " no seal, nobody can say what was there"
    ),
    (
        "hours     org-Alpha  2026-04-04T05:00:00Z .. 2026-04-04T09:00:00Z  missed"
        " (missed_in_this_story), 5 hours: nobody took the picture in time"
    ),
    (
        "hours     org-Alpha  2026-04-05T12:00:00Z  partial (partial_in_this_story), 1 hour:"
        " not every list was read to its end"
    ),
    (
        "hours     org-Alpha  2026-04-07T08:00:00Z .. 2026-04-07T13:00:00Z  paused"
        " (paused_in_this_story), 6 hours: the tenant had paused, or just ended, the collection"
    ),
    (
        "hours     org-Alpha  2026-04-12T01:00:00Z .. 2026-04-13T11:00:00Z  disconnected, 35 hours:"
        " the tenant had ended the collection"
    ),
    (
        "hours     org-Beta  2026-04-01T00:00:00Z .. 2026-04-28T23:00:00Z  not connected yet,"
        " 672 hours: the collection had not begun"
    ),
    (
        "hours     org-Beta  2026-04-30T19:00:00Z .. 2026-04-30T23:00:00Z  gap, 5 hours:"
        " no seal, nobody can say what was there"
    ),
    "events    sealed by hours outside the period: 1, so no seal here was compared with them",
    "returned  users.jsonl: 1 came back",
    "late      events of an earlier period: 1",
)


def test_the_verifier_says_it_in_plain_words_and_accepts_it(
    month: SignedPack, tmp_path: Path
) -> None:
    """Gaps that are admitted are no fault of the evidence; whether they matter is a judgement."""
    verdict = judge(month, tmp_path)
    assert verdict.code == 0, verdict.text
    lines = verdict.text.splitlines()
    for line_start in LINES:
        assert any(line.startswith(line_start) for line in lines), f"{line_start}\n{verdict.text}"
    assert lines[-1].startswith("VALID  pack 1 of tenant tenant-a")
    print(verdict.text)


def without(name: str, key: str, value: str) -> object:
    """Return a change that removes a row."""

    def change(rows: Rows) -> None:
        rows[name] = [row for row in rows[name] if row[key] != value]

    return change


def seal_of(rows: Rows, hour: str) -> Row:
    """Return the coverage row of org-Alpha's hour."""
    return next(r for r in rows["coverage.jsonl"] if (r["org_id"], r["hour"]) == (ORGS[0], hour))


def replaced_by_missed(rows: Rows) -> None:
    """Let an hour with a snapshot be one without, its digest right."""
    row = seal_of(rows, "2026-04-15T03:00:00Z")
    row["seal"] |= {"outcome": "missed", "reason": "nobody", "pictured_from": None}
    row |= {"outcome": "missed", "sha256": seal_digest(row["seal"])}


def hidden_as_gap(rows: Rows) -> None:
    """Let an hour with a snapshot be one without a seal."""
    seal_of(rows, "2026-04-15T03:00:00Z").update(outcome="gap", seal=None, sha256=None, run=None)


def gap_filled(rows: Rows) -> None:
    """Put a seal where there was none, linked to the one before."""
    before = seal_of(rows, "2026-04-03T04:00:00Z")
    row = seal_of(rows, "2026-04-03T05:00:00Z")
    seal = before["seal"] | {"hour": row["hour"], "previous_sha256": before["sha256"]}
    row |= {"outcome": "complete", "seal": seal, "sha256": seal_digest(seal), "run": {}}


def reconnect_untold(rows: Rows) -> None:
    """Take the reconnection out of the lifecycle, and the digest along."""
    row = seal_of(rows, "2026-04-13T12:00:00Z")
    row["seal"]["lifecycle"] = []
    row["sha256"] = seal_digest(row["seal"])


@pytest.mark.parametrize(
    ("change", "hour", "why"),
    [
        (without("coverage.jsonl", "hour", "2026-04-15T03:00:00Z"), "2026-04-15T03", "missing"),
        (without("coverage.jsonl", "hour", "2026-04-03T07:00:00Z"), "2026-04-03T07", "missing"),
        (without("coverage.jsonl", "hour", "2026-04-04T05:00:00Z"), "2026-04-04T05", "missing"),
        (without("coverage.jsonl", "hour", "2026-04-07T08:00:00Z"), "2026-04-07T08", "missing"),
        (without("events.jsonl", "event_id", "event-2"), "2026-04-10T09", "the seal has 1"),
        (replaced_by_missed, "2026-04-15T04", "does not follow"),
        (hidden_as_gap, "2026-04-15T04", "does not follow"),
        (gap_filled, "2026-04-03T10", "does not follow"),
        (reconnect_untold, "2026-04-12T01", "missing"),
    ],
    ids=[
        *("hour_removed", "gap_row_removed", "missed_row_removed", "paused_row_removed"),
        *("event_removed", "seal_replaced_by_missed", "seal_hidden_as_gap", "gap_filled"),
        "reconnect_untold",
    ],
)
def test_the_same_pack_with_one_thing_changed_and_signed_again_is_refused(
    month: SignedPack, tmp_path: Path, change: object, hour: str, why: str
) -> None:
    """By check 10, the hour named, though every count and digest of the manifest agrees."""
    assert callable(change)
    verdict = judge(month, tmp_path, month.tampered(change))
    assert verdict.code == 1
    assert set(verdict.failed) == {10}
    assert any(
        f"{hour}:00:00Z" in reason and why in reason for reason in verdict.failed[10].split("; ")
    ), verdict.failed
    print(verdict.last_line)


def test_signed_again_without_a_change_it_is_accepted(month: SignedPack, tmp_path: Path) -> None:
    """So it is the change that is refused above."""
    assert judge(month, tmp_path, month.tampered()).code == 0
