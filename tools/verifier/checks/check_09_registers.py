"""Rows (check 9) of registers: users, keys and the like, findings; of changes."""

from __future__ import annotations

from tools.verifier.base import MAX_REASONS, Malformed, printable
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import Manifest
from tools.verifier.spill_to_disk import HourCounts
from tools.verifier.values.field_types import is_text, is_texts
from tools.verifier.values.instants import hour_name, hour_number, seconds
from tools.verifier.values.strict_json import JsonObject

ENTITY_ID = {
    "users.jsonl": "user_id",
    "projects.jsonl": "project_id",
    "api_keys.jsonl": "key_id",
    "admin_keys.jsonl": "key_id",
    "service_accounts.jsonl": "service_account_id",
    "invites.jsonl": "invite_id",
    "project_users.jsonl": "membership_id",
}


# Whether a change has values before and after.
HAS_VALUES = {"added": (False, True), "removed": (True, False), "modified": (True, True)}


class RegisterRows(Rows):
    """Rows that come from a sealed register; counts them, for the seals tell how many it has.

    Attributes:
        n_rows: rows by organization.
        n_open: those of them that nothing ended.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self.n_rows: dict[str, int] = {}
        self.n_open: dict[str, int] = {}

    def count(self, org_id: str, is_open: bool) -> None:
        """Count one row."""
        self.n_rows[org_id] = self.n_rows.get(org_id, 0) + 1
        self.n_open[org_id] = self.n_open.get(org_id, 0) + is_open


class EntityRows(RegisterRows):
    """Users, projects, keys and the like: one row per episode, by (org_id, id, first_seen_at)."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._id = ENTITY_ID[name]
        self._n_returns = 0

    def check(self, row: JsonObject) -> None:
        """Check fields, types of what orders the row, and the order."""
        super().check(row)
        key = (row["org_id"], row[self._id], row["first_seen_at"])
        if type(key[1]) is not str or hour_number(key[2]) is None:
            raise Malformed(f"{self._id} is no text or first_seen_at no hour")
        for name in ("removed_at", "state_at"):
            if row[name] is not None and hour_number(row[name]) is None:
                raise Malformed(f"{name} is not an hour")
        self._check_times(key[2], row["removed_at"], row["state_at"])
        self._check_bounds(row)
        self._n_returns += self._last[:2] == key[:2]
        self.in_order(key, f"org_id, {self._id}, first_seen_at")
        self.count(key[0], row["removed_at"] is None)

    def _check_times(self, first: str, removed: str | None, state: str | None) -> None:
        if first > self._end:
            raise Malformed("first_seen_at lies behind the period")
        if removed is not None and not max(first, self._start) < removed <= self._end:
            raise Malformed("removed_at is not behind first_seen_at, or not in the period")
        # What was last read before the period says the hour that read it.
        if state is not None and state > self._end:
            raise Malformed("state_at lies behind the period")
        if state is not None and removed is not None and state >= removed:
            raise Malformed("state_at is an hour at which it was removed")

    @staticmethod
    def _check_bounds(row: JsonObject) -> None:
        # Packs that an earlier version made have neither.
        for name in ("added_not_before", "removed_not_before"):
            if row.get(name) is not None and seconds(row[name]) is None:
                raise Malformed(f"{name} is not an instant")
        if row["removed_at"] is None and row.get("removed_not_before") is not None:
            raise Malformed("removed_not_before is told of what was not removed")

    def notes(self) -> list[str]:
        """Tell how many rows are of somebody who was there before."""
        words = f"returned  {self.name}: {self._n_returns} came back: one row a stay"
        return [words] if self._n_returns else []


class FindingRows(RegisterRows):
    """Findings by (org_id, finding_id, first_seen_hour): open in the period, or resolved in it."""

    def check(self, row: JsonObject) -> None:
        """Check fields, times and order."""
        super().check(row)
        for name in ("finding_id", "kind", "section"):
            if not is_text(row[name]):
                raise Malformed(f"{name} is no text")
        if row["severity"] not in ("low", "medium", "high"):
            raise Malformed("severity is none of low, medium and high")
        first, resolved = row["first_seen_hour"], row["resolved_hour"]
        if hour_number(first) is None or first > self._end:
            raise Malformed("first_seen_hour is not an hour up to the period's end")
        if resolved is None:
            if row["resolved_by"] is not None:
                raise Malformed("it is open, but resolved_by says by what it was resolved")
        elif hour_number(resolved) is None or not first < resolved <= self._end:
            raise Malformed("resolved_hour is not an hour behind first_seen_hour")
        elif resolved < self._start:
            raise Malformed("it was resolved before the period")
        key = (row["org_id"], row["finding_id"], first)
        self.in_order(key, "org_id, finding_id, first_seen_hour")
        self.count(key[0], resolved is None)


class ChangeRows(Rows):
    """Changes by (org_id, hour, section, entity_id, kind), inside the period.

    Each hour's seal must have as many: `sealed` are the counts of the seals, where there are any.
    `limited_from` is the first hour of each organization that version 3 sealed.
    """

    def __init__(
        self, manifest: Manifest, name: str, sealed: HourCounts, limited_from: dict[str, str]
    ) -> None:
        super().__init__(manifest, name)
        self._limited_from = limited_from
        self._cut: str = manifest["cut_hour"]
        self._sealed = sealed
        self._hour: tuple[str, str] = ("", "")
        self._n_in_hour = 0
        sealed.rewind()

    def check(self, row: JsonObject) -> None:
        """Check fields, values against the kind, verdict and order; count by hour."""
        super().check(row)
        hour = row["hour"]
        if hour_number(hour) is None or not self._start <= hour <= self._end:
            raise Malformed("hour is not an hour of the period")
        for name in ("section", "entity_id"):
            if type(row[name]) is not str:
                raise Malformed(f"{name} is no text")
        self._check_values(row)
        self._check_verdict(row)
        key = (row["org_id"], hour, row["section"], row["entity_id"], row["kind"])
        self.in_order(key, "org_id, hour, section, entity_id, kind")
        if key[:2] != self._hour:
            self._close_hour()
            self._hour = (key[0], key[1])
        self._n_in_hour += 1

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed its hour."""
        first = self._limited_from.get(row["org_id"])
        return first is not None and row["hour"] >= first

    def _check_values(self, row: JsonObject) -> None:
        names = row["fields"]
        if not is_texts(names):
            raise Malformed("fields is not a list of different texts")
        if type(row["kind"]) is not str or row["kind"] not in HAS_VALUES:
            raise Malformed("kind is none of added, removed and modified")
        for name, has_values in zip(("before", "after"), HAS_VALUES[row["kind"]]):
            values = row[name]
            holds_them = type(values) is dict and values.keys() == set(names)
            if not (holds_them if has_values else values is None):
                raise Malformed(f"{name} does not hold what kind and fields say")

    def _check_verdict(self, row: JsonObject) -> None:
        verdict, event_id = row["verdict"], row["event_id"]
        if verdict not in ("explained", "unexplained", "cannot_tell", None):
            raise Malformed("verdict is none of explained, unexplained, cannot_tell and null")
        if not (event_id is None or is_text(event_id)):
            raise Malformed("event_id is neither a text nor null")
        if verdict == "explained" and event_id is None:
            raise Malformed("it is explained, but by no event")
        if self.manifest.format < 3:
            return
        reason, decided = row.get("reason"), row.get("decided_hour")
        if verdict is None:
            if (reason, event_id, decided) != (None, None, None):
                raise Malformed("it has no verdict, but something of one")
        elif hour_number(decided) is None or not row["hour"] <= str(decided) <= self._cut:
            raise Malformed("decided_hour is not an hour from its own up to the cut")

    def _close_hour(self) -> None:
        """Hold the changes of the last hour to its seal, and tell of sealed hours before it."""
        if not self._n_in_hour:
            return
        org, hour = self._org_numbers[self._hour[0]], hour_number(self._hour[1]) or 0
        for other_org, other_hour, n_sealed in self._sealed.before(org, hour):
            self._compare(other_org, other_hour, 0, n_sealed)
        n_sealed = sum(n for n, _ in self._sealed.of(org, hour).values())
        self._compare(org, hour, self._n_in_hour, n_sealed)
        self._n_in_hour = 0

    def _compare(self, org: int, hour: int, n: int, n_sealed: int) -> None:
        if n != n_sealed and len(self.broken) <= 2 * MAX_REASONS:
            name = f"{printable(self._org_ids[org])} {hour_name(hour)}"
            self.broken.append(f"{name}: {n} changes are here, the seal has {n_sealed}")

    def finish(self) -> None:
        """Close the last hour, and tell of sealed hours behind it."""
        self._close_hour()
        for org, hour, n_sealed in self._sealed.rest():
            self._compare(org, hour, 0, n_sealed)
