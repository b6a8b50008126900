"""The insider who is audited: an owner who chooses every string, size, rate, order and moment.

``Insider`` plays days of one organization. After each hour: it is closed in bounded time with a
bounded number of requests, and no event is sealed twice. At the end: every event is sealed, the
pack is built and valid, nothing private is readable, what was hidden or short-lived is named.
"""

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from moto.moto_api._internal.models import moto_api_backend

from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, rfc3339
from functions.shared.limits import word
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction, open_function
from tests.support.aws_in_process import make_aws
from tests.support.secret_scan import left_behind
from tests.support.snapshot_fixture import SnapshotFixture
from tests.tools.verifier import verify_bytes
from tools.openai_simulator import World

START = "2026-04-01T01:01:00Z"
FIRST = "2026-04-01T00:00:00Z"
# What must stand nowhere: an address of mail, one of a network, a key, a person's name.
EMAIL, ADDRESS = "canary.person@insider.example", "203.0.113.77"
SECRET, PERSON = "sk-svcacct-CanaryCanary0123456789abcdef", "Canaria Personson"
PRIVATE = (b"canary.person", ADDRESS.encode(), b"canarycanary0123", b"canaria person")
# In an hour: for lists, marks and patrol, and for each hundred events a few.
MOST_REQUESTS, REQUESTS_A_PAGE = 400, 12
# A minute apart; after two hours of grace the hour is closed with what there is.
MOST_RUNS = 125

WORDS = [
    *("owner", "reader", "id", "role", "user.updated", "api.management.read", "user-olga"),
    *("", "null", "__proto__", "$large", "large:" + "0" * 64, "text:" + "0" * 64, "=cmd()|x"),
    *("\ud800 alone", "\x00\u202e\u200b", "\U0001f511" * 5000, "a" * 70_000),
    *(f"ask {EMAIL}", EMAIL.replace("@", "%2540"), EMAIL.replace("@", "\u200b@"), SECRET),
    *(f"from {ADDRESS}", f"{EMAIL} " * 2500, f'{{"name": "{EMAIL}"}}'),
]
# By number: a strategy's own name would hold all of them.
TEXTS = st.sampled_from(range(len(WORDS))).map(lambda n: WORDS[n]) | st.text(max_size=30)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | FLOATS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=15,
)
FAT: list[Any] = [
    [f"v{n}" for n in range(3000)],
    {f"f{n}": n for n in range(20_000)},
    {"list": [EMAIL] * 2000, "who": PERSON},
    "b" * 1_200_000,
]
TYPES = [
    *("user.updated", "api_key.created", "role.assignment.created", "ip_allowlist.updated"),
    *("project.updated", "invite.sent", "tenant.policy.attached", "made.up", "says Canaria"),
]
SHORT = "short_lived_key"
ODD_FIELDS = [
    *(("users", "user-olga", name) for name in ("role", "added_at", "email", "enabled", "extra")),
    *(("projects", "proj_web", name) for name in ("name", "created_at", "extra")),
    *(("api_keys", "key_k0", name) for name in ("last_used_at", "created_at", "owner", "name")),
]


class Insider(RuleBasedStateMachine):
    """One organization, its owner Olga, and what she thinks of."""

    def __init__(self) -> None:
        """Start with a connection and one sealed hour."""
        super().__init__()
        moto_api_backend.reset()
        names = make_aws()
        table = Table(clients.dynamodb(), names["TABLE_NAME"])
        evidence = Bucket(clients.s3(), names["EVIDENCE_BUCKET"])
        clock = SettableClock()
        self.world = World("org-insider")
        early = self.world.at("2026-03-30T10:00:00Z").user_joins("olga", role="owner")
        early.user_joins("pat", name=PERSON, email=EMAIL).project_created("web")
        early.key_made("k0", "web", owner="olga")
        self.fixture = SnapshotFixture(
            table,
            evidence,
            Bucket(clients.s3(), names["WORK_BUCKET"]),
            Queue(clients.sqs(), names["SNAPSHOT_QUEUE_URL"]),
            KmsKey(clients.kms(), names["SECRETS_KEY_ID"]),
            clock,
            self.world,
        )
        packs = Bucket(clients.s3(), names["PACKS_BUCKET"])
        queue = Queue(clients.sqs(), names["PACK_QUEUE_URL"])
        signing = KmsKey(clients.kms(), names["SIGNING_KEY_ID"])
        self.packs: PackFunction = open_function(table, evidence, packs, signing, queue, clock)
        self.fixture.connect(START)
        self.sealed: set[str] = set()
        self.honest: dict[str, Any] = {}
        self.hidden: list[str] = []
        self.key_of_nobody = False
        self.short_lived: list[str] = []
        self.n_steps = self.n_hours = 0
        self._close(floor_hour(clock.instant) - HOUR)

    # -- what she does -------------------------------------------------------------------------

    @rule(
        kind=st.sampled_from(TYPES) | TEXTS,
        payload=st.dictionaries(TEXTS, VALUES, max_size=4)
        | st.sampled_from(range(len(FAT))).map(lambda n: FAT[n]),
        extra=st.dictionaries(st.sampled_from(["actor", "project", "surprise"]), VALUES),
        ago_s=st.sampled_from([0, 0, 30, 3600, 90_000, 300_000]),
    )
    def writes_an_event(self, kind: str, payload: Any, extra: Any, ago_s: int) -> None:
        """Let the log say anything, of any time."""
        then = self.world.at(self._now() - timedelta(seconds=ago_s))
        # That a key was made, but not which: it may be any that the log hides.
        self.key_of_nobody |= kind == "api_key.created"
        # What has no id or no type is no event.
        if not isinstance(payload, dict) or kind in ("id", "type"):
            name = "surprise" if kind in ("id", "type") else kind
            extra, payload = {**extra, name: payload}, None
        then.late(ago_s).event(kind, payload, extra=extra)

    @rule(n_events=st.integers(100, 700), spread_s=st.sampled_from([1, 2, 40]))
    def floods_the_log(self, n_events: int, spread_s: int) -> None:
        """Let hundreds of events stand in few seconds."""
        now = self._now()
        for number in range(n_events):
            at = self.world.at(now - timedelta(seconds=number % spread_s))
            at.event("login.failed", extra={"surprise": PERSON})

    @rule(text=TEXTS, which=st.sampled_from(["person", "project", "key", "group"]))
    def renames(self, text: str, which: str) -> None:
        """Give a person or a thing a name."""
        at = self.world.at(self._now())
        if which == "person":
            at.user_renamed("pat", text)
        elif which == "project":
            at.project_renamed("web", text)
        elif which == "key":
            at.key_renamed("k0", text)
        else:
            at.group_created(f"g{self.n_steps}", name=text)

    @rule(where=st.sampled_from(ODD_FIELDS), value=VALUES)
    def makes_a_field_odd(self, where: tuple[str, str, str], value: Any) -> None:
        """Let a list show a value that nobody documented."""
        section, identity, field = where
        project = "web" if section == "api_keys" else None
        self.world.at(self._now()).patched(section, identity, {field: value}, project=project)

    @rule()
    def makes_a_key_for_a_moment(self) -> None:
        """Make a key, use it and delete it between two pictures."""
        nick = f"s{self.n_steps}"
        self.world.at(self._now(5)).key_made(nick, "web", owner="olga").key_used(nick)
        self.world.at(self._now(5)).key_removed(nick)
        self.short_lived.append(f"key_{nick}")

    @rule()
    def makes_a_key_that_the_log_hides(self) -> None:
        """Make a key without an event."""
        nick = f"h{self.n_steps}"
        self.world.at(self._now()).hidden().key_made(nick, "web", owner="olga")
        self.hidden.append(f"key_{nick}")

    @rule()
    def leaves_and_returns(self) -> None:
        """Be away for a few seconds."""
        self.world.at(self._now(5)).user_leaves("pat")
        self.world.at(self._now(5)).user_joins("pat", name=PERSON, email=EMAIL)

    @rule(role=st.sampled_from(["owner", "reader", "member"]))
    def something_honest_happens(self, role: str) -> None:
        """Log an event whose every word must come through as it is."""
        identity = f"audit_log-honest{self.n_steps}"
        payload = {"id": "user-pat", "changes_requested": {"role": role}}
        self.world.at(self._now()).event("user.updated", payload, id_=identity)
        self.honest[identity] = payload

    @rule(hours=st.integers(1, 3))
    def hours_pass(self, hours: int) -> None:
        """Let hours end."""
        for _ in range(hours):
            self._close_this_hour()

    # -- what must hold ------------------------------------------------------------------------

    def _now(self, seconds: int = 60) -> Any:
        """Let time pass and return the instant; an hour that ends by it is closed first."""
        self.n_steps += 1
        clock = self.fixture.clock
        if floor_hour(clock.instant + timedelta(seconds=seconds)) > floor_hour(clock.instant):
            self._close_this_hour()
        return clock.advance(seconds=seconds)

    def _close_this_hour(self) -> None:
        hour = floor_hour(self.fixture.clock.instant)
        self.fixture.clock.instant = hour + HOUR + timedelta(minutes=1)
        self._close(hour)

    def _close(self, hour: Any) -> None:
        self.fixture.simulator.log.clear()
        for _ in range(MOST_RUNS):
            if seals := self.fixture.order(rfc3339(hour)):
                break
            self.fixture.clock.advance(minutes=1)
        assert seals, f"{hour} is not closed in {MOST_RUNS} runs"
        n_events = 0
        for seal in seals:
            ids = [row["event_id"] for row in self.fixture.events(seal)]
            assert len(ids) == len(set(ids))
            assert self.sealed.isdisjoint(ids), "an event was sealed twice"
            self.sealed.update(ids)
            n_events += len(ids)
        self.n_hours += len(seals)
        most = MOST_REQUESTS + REQUESTS_A_PAGE * len(self.world.first.events) // 100
        assert len(self.fixture.simulator.log) <= most, "too many requests"

    def teardown(self) -> None:
        """Let 74 hours pass unseen, then quiet ones, so that the patrol has been round."""
        self._close_this_hour()
        self.fixture.clock.advance(hours=74)
        for _ in range(16):
            self._close_this_hour()
        HOURS.append(self.n_hours)
        self._each_event_is_sealed()
        last = floor_hour(self.fixture.clock.instant) - HOUR
        pack = self.packs.make(
            FIRST, rfc3339(last)[:14] + "59:59Z", tenant=self.fixture.tenant, orgs=("org-insider",)
        )
        assert pack.state == "ready", pack.reason
        with tempfile.TemporaryDirectory() as folder:
            archive, key = self.packs.archive(pack), self.packs.key.public_hex
            verdict = verify_bytes(archive, Path(folder), key=key)
        assert verdict.code == 0, verdict.text
        members = self.packs.members(pack)
        stored = left_behind(
            self.fixture.table, (self.fixture.evidence, self.fixture.work), repr(members)
        ).lower()
        assert not [text for text in PRIVATE if text in stored], "something private is readable"
        self._honest_words_came_through(pack)
        self._what_was_hidden_is_named(pack)

    def _each_event_is_sealed(self) -> None:
        org = self.world.first
        logs = (org.events, org.tenant_events)
        shown = {word(event.id) for log in logs for event in log.all()}
        assert self.sealed == shown, f"missing: {sorted(shown - self.sealed)}"

    def _honest_words_came_through(self, pack: Any) -> None:
        rows = {row["event_id"]: row for row in self.packs.rows(pack, "events.jsonl")}
        for identity, payload in self.honest.items():
            assert rows[identity]["details"]["payload"] == payload

    def _what_was_hidden_is_named(self, pack: Any) -> None:
        verdicts = {
            row["entity_id"]: (row["verdict"], row["reason"])
            for row in self.packs.rows(pack, "changes.jsonl")
            if row["kind"] == "added"
        }
        told = {name: verdicts[name] for name in self.hidden}
        right = {("unexplained", "no_event")}
        if self.key_of_nobody:
            right.add(("cannot_tell", "event_names_nobody"))
        assert set(told.values()) <= right, told
        # Of more than twenty in an hour the others are counted.
        lives = [row for row in self.packs.rows(pack, "findings.jsonl") if row["kind"] == SHORT]
        counted = [re.fullmatch("and_([0-9]+)_more", row["reason"]) for row in lives]
        named = {row["entity_id"] for row, more in zip(lives, counted, strict=True) if not more}
        assert named <= set(self.short_lived)
        assert len(named) + sum(int(more[1]) for more in counted if more) == len(self.short_lived)


HOURS: list[int] = []
