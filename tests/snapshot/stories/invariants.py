"""The six invariants of every fault, checked by one function: ``check``.

(a) every expected hour has exactly one seal, chained to the one before; (b) the events sealed are
those of the world, each once, and the table shows the same; (c) an hour that is not complete says
why and what was asked; (d) the admin key is nowhere; (e) nothing that is still there was removed,
and a list that was not whole removed nothing; (f) after a good run the hour is complete, and no
event is missing.
"""

from dataclasses import dataclass
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.limits import word
from functions.shared.records.seals import SealContent
from functions.snapshot.lifecycle import Lifecycle
from tests.support.secret_scan import found_in, left_behind
from tests.support.snapshot_fixture import SnapshotFixture

_NOT_READ = ("missed", "paused")
_TRUTH = {"users": "users", "projects": "projects"}


@dataclass(frozen=True)
class Report:
    """What the check saw.

    Attributes:
        outcomes: per hour, ``outcome`` or ``outcome:reason``.
        events: events sealed.
    """

    outcomes: list[str]
    events: int


def check(
    fixture: SnapshotFixture,
    until: str,
    *,
    healed: bool = True,
    said: str = "",
    projected: bool = True,
) -> Report:
    """Check an organization's hours up to one, that one included.

    Args:
        fixture: the organization under test.
        until: the last hour that must be closed.
        healed: whether the last hour was a good one, so that nothing may be missing any more.
        said: everything logged, printed and answered.
        projected: whether the table must show all of it already; a crash leaves that to the next
            run.
    """
    seals = _each_hour_once(fixture, until)
    n_events = _each_event_once(fixture, seals, whole=healed)
    if projected:
        _the_table_shows(fixture, seals)
    for seal in seals:
        _says_why(seal)
    _keeps_the_key(fixture, said)
    for before, seal in zip([None, *seals], seals, strict=False):
        _removes_only_what_is_gone(fixture, before, seal)
    if healed:
        assert seals[-1].content["outcome"] == "complete", seals[-1].content
    return Report([_told(seal) for seal in seals], n_events)


def _told(seal: Seal) -> str:
    content = seal.content
    return ":".join(filter(None, (content["outcome"], content["reason"])))


def _each_hour_once(fixture: SnapshotFixture, until: str) -> list[Seal]:
    expected = _expected(fixture, until)
    first, end = expected[0], parse_instant(until) + HOUR
    sealed = list(fixture.chain.sealed_hours(first, end))
    assert sealed == expected, "(a) the hours sealed are not those expected"
    seals = [fixture.seal(rfc3339(hour)) for hour in sealed]
    digests = [None, *(seal.sha256 for seal in seals)]
    assert [seal.content["previous_sha256"] for seal in seals] == digests[:-1], "(a) chain"
    versions = fixture.evidence.client.list_object_versions(Bucket=fixture.evidence.name)
    keys = [version["Key"] for version in versions.get("Versions", [])]
    assert len(keys) == len(set(keys)), "(a) an object was written twice"
    return seals


def _expected(fixture: SnapshotFixture, until: str) -> list[datetime]:
    """Return the hours that must have a seal, from what the tenant did."""
    entries = fixture.lifecycle()
    connects = [parse_instant(entry["first_hour"]) for entry in entries if "first_hour" in entry]
    expected: list[datetime] = []
    seal: Seal | None = None
    while True:
        # As of each seal, the next hour is the first that any connect so far leads to.
        last = seal.hour if seal else None
        hours = (
            Lifecycle.after(seal, entries, first).next_hour(
                last or connects[0], parse_instant(until)
            )
            for first in connects
        )
        following = min((hour for hour in hours if hour), default=None) if last else connects[0]
        if following is None or following > parse_instant(until):
            return expected
        expected.append(following)
        seal = fixture.chain.seal(following)
        assert seal, f"(a) {rfc3339(following)} has no seal"


def _each_event_once(fixture: SnapshotFixture, seals: list[Seal], *, whole: bool) -> int:
    ids = [event["event_id"] for seal in seals for event in fixture.events(seal)]
    assert len(ids) == len(set(ids)), "(b) an event was sealed twice"
    org = fixture.world.organizations[fixture.org]
    end = seals[-1].hour + HOUR
    served = {
        word(event.id)
        for log in (org.events, org.tenant_events)
        for event in log.all()
        if event.effective_at < end.timestamp()
    }
    assert set(ids) <= served, "(b) an event was sealed that nobody served"
    if whole:
        assert set(ids) == served, f"(b, f) {len(served - set(ids))} events are missing"
    return len(ids)


def _the_table_shows(fixture: SnapshotFixture, seals: list[Seal]) -> None:
    hours = {row["hour"]: row for row in fixture.hour_rows().between(None, None)}
    for seal in seals:
        row = hours.get(seal.content["hour"])
        assert row, f"(a) no row for {seal.content['hour']}"
        assert (row["sha256"], row["outcome"]) == (seal.sha256, seal.content["outcome"])
        times = [event["occurred_at"] for event in fixture.events(seal)]
        told = (row["events"], row["oldest_event_at"])
        assert told == (len(times), min(times, default=None)), "(b) the table tells of others"


def _says_why(seal: Seal) -> None:
    content = seal.content
    if content["outcome"] == "complete":
        return
    assert content["reason"], f"(c) {content['hour']} does not say why"
    if content["outcome"] not in _NOT_READ:
        told = {"first_request_id", "last_request_id", "pages", "requests", "attempt"}
        assert told <= seal.run.keys(), "(c) the run is not described"
        if seal.run["pages"]:
            assert seal.run["first_request_id"], "(c) no request id"


def _keeps_the_key(fixture: SnapshotFixture, said: str) -> None:
    haystack = left_behind(
        fixture.table, (fixture.evidence, fixture.work), said + repr(fixture.waiting())
    )
    assert not list(found_in(haystack, fixture.keys_used)), "(d) the admin key leaked"


def _removes_only_what_is_gone(fixture: SnapshotFixture, before: Seal | None, seal: Seal) -> None:
    removed = [change for change in fixture.changes(seal) if change[1] == "removed"]
    for section, _, entity in removed:
        status = seal.content["sections"][section]["status"]
        assert status == "complete", f"(e) a {status} list removed {entity}"
        assert entity not in _there(fixture, section, seal.content), f"(e) {entity} is still there"
    for section in ("users", "projects", "api_keys"):
        gone = _present(fixture, before, section) - _present(fixture, seal, section)
        assert gone <= {entity for name, _, entity in removed if name == section}, "(e) vanished"


def _present(fixture: SnapshotFixture, seal: Seal | None, section: str) -> set[str]:
    names = {"users": "user_id", "projects": "project_id", "api_keys": "key_id"}
    rows: list[Json] = fixture.register(seal, section) if seal else []
    return {row[names[section]] for row in rows if row["removed_at"] is None}


def _there(fixture: SnapshotFixture, section: str, content: SealContent) -> set[str]:
    """Return what really was there when the snapshot was taken."""
    org = fixture.world.organizations[fixture.org]
    now = parse_instant(content["pictured_to"] or "").timestamp()
    if section == "api_keys":
        return {str(key["id"]) for key in org.all_api_keys(now)}
    return {str(record["id"]) for record in org.truth(section, now)} if section in _TRUTH else set()
