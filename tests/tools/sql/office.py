"""A day of an office in which every question has an answer, and names that somebody chose."""

from functions.api.finding_state_rows import FindingStates
from functions.pack.anchor.anchor import AnchorContext, anchor
from functions.shared.evidence.seals import read_rows
from functions.shared.records.findings import Finding, FindingSaid
from functions.shared.tables.connections import Connections
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

START, END = "2026-04-01T02:00:00Z", "2026-04-02T02:59:59Z"
FAILED = "2026-04-01T08:00:00Z"
# What a name may be so that a reader which guesses goes wrong.
NAMES = (
    "'; DROP TABLE users; --",
    '{"$large":{"bytes":1,"head":null,"sha256":"00"}}',
    "null",
    "true",
    "2026-04-01T00:00:00Z",
    "12345678901234567890123",
    'quote " comma , tab \t line \n return \r nul \x00 end',
    "paragraph \u2028 next \x85 and \u2029",
    "\\ud800 is spelt out",
    "${tenant} $1 :name ? %s",
    "\x1b[2J\x1b]0;title\x07",
    "\U0001f511 k\u0301ey \u202eyek",
)


def office() -> World:
    """Return the office's world."""
    world = World("org-office")
    early = world.at("2025-11-01T10:00:00Z")
    early.user_joins("olga", name="Olga Orlova", role="owner").user_joins("ann", name="Ann Lee")
    early.user_joins("zoe", name="Zoe Zorn").project_created("web").project_created("lab")
    early.project_created("big", name="word " * 8000).member_added("web", "ann")
    early.service_account_created("bot", "web").service_account_created("cron", "web")
    early.key_made("bot-key", "web", owner="bot").key_made("ann-key", "web", owner="ann")
    early.key_made("zoe-key", "lab", owner="zoe")
    early.admin_key_made("audit", "sk-admin-second-key-9876", owner="olga")
    early.invite_sent("carl", email="carl.private@elsewhere.example", role="owner")
    for number, name in enumerate(NAMES):
        early.key_made(f"named-{number}", "lab", owner="ann", name=name)
    world.at("2026-03-01T10:00:00Z").service_account_deleted("bot", keys_stay=True)
    hour = world.at("2026-04-01T04:10:00Z").key_made("new", "web", owner="ann")
    hour.user_joins("ben", name="Ben Bo", role="owner")
    hour = world.at("2026-04-01T05:10:00Z").key_removed("new")
    hour.admin_key_made("late", "sk-admin-third-key-5555", owner="ben")
    world.at("2026-04-01T06:10:00Z").key_made("flash", "web", owner="ann")
    world.at("2026-04-01T06:30:00Z").key_removed("flash")
    world.at("2026-04-01T07:10:00Z").hidden().user_leaves("zoe")
    return world


def live_through(fixture: SnapshotFixture) -> None:
    """Seal the office's day: one hour fails, something is said of findings, an anchor is made."""
    fixture.connect("2026-04-01T03:20:00Z")
    (first,) = fixture.order(START)
    entry = first.register("findings")
    assert entry
    findings = read_rows(fixture.evidence, entry, Finding)
    _say(fixture, findings[0], "2026-04-01T03:40:00Z", "2026-04-01")
    _say(fixture, findings[1], "2026-04-01T03:41:00Z", "2026-06-30")
    fixture.note("2026-04-01T03:40:00Z", "finding.stated", finding_id=findings[0]["finding_id"])
    fixture.name_person("svc_acct_cron", "user-ann")
    fixture.ticks("2026-04-01T03:00:00Z", 5)
    fixture.simulator.faults.add("status", status=503)
    assert fixture.tick(FAILED) == []
    assert [seal.content["outcome"] for seal in fixture.tick(FAILED, minutes_late=121)] == [
        "failed"
    ]
    fixture.simulator.faults.clear()
    fixture.ticks("2026-04-01T09:00:00Z", 16)
    clients = (Connections(fixture.table), fixture.evidence, None, fixture.clock.now)
    anchor(fixture.tenant, AnchorContext(*clients, fixture.counted.append))
    fixture.ticks("2026-04-02T01:00:00Z", 2)


def _say(fixture: SnapshotFixture, finding: Finding, at: str, due: str) -> None:
    said: FindingSaid = {
        "state": "acknowledged",
        "reason_code": "fix_planned",
        "reason": "a note",
        "accountable": "team:platform-2",
        "due_date": due,
        "review_date": None,
    }
    FindingStates(fixture.table, fixture.tenant, fixture.org).say(finding, said, "user-1", at)
