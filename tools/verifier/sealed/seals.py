"""What a seal says: its reasons, its registers, its segments. Seals may be of any shape."""

from __future__ import annotations

import hashlib

from tools.verifier.base import CannotCheck, printable
from tools.verifier.spill_to_disk import SpillFile
from tools.verifier.values.field_types import HASH_OR_NULL, is_count, object_of, objects_of
from tools.verifier.values.instants import MONTH, hour_name, seconds
from tools.verifier.values.strict_json import JsonObject, canonical
from tools.verifier.values.trees import tree_hash

SEAL_VERSIONS = (2, 3, 4)
PROVABLE = 4  # the first version of which a row can be shown alone
SECTION_LEAF = ("complete_at", "index", "of", "root", "rows", "section", "state_at", "status")
MEANING = {
    "partial": "not every list was read to its end",
    "failed": "nothing could be read",
    "missed": "nobody took the picture in time",
    "paused": "the tenant had paused, or just ended, the collection",
    "gap": "no seal, nobody can say what was there",
    "disconnected": "the tenant had ended the collection",
    "not connected yet": "the collection had not begun",
    "not in the pack": "it holds no hour of this organization and says nothing of it",
}


class HourRun:
    """Consecutive hours of one organization that deserve to be named, with their outcome."""

    def __init__(self, org_id: str, first: int, last: int, outcome: str, reason: str = "") -> None:
        self.org_id = org_id
        self.first = first
        self.last = last
        self.outcome = outcome
        self.reason = reason

    def continues(self, other: HourRun) -> bool:
        """Tell whether it begins where another ends, for the same reason."""
        end = (other.org_id, other.last + 1, other.outcome, other.reason)
        return end == (self.org_id, self.first, self.outcome, self.reason)

    def facts(self) -> JsonObject:
        """Return it for the JSON output."""
        return {
            "org_id": self.org_id,
            "first_hour": hour_name(self.first),
            "last_hour": hour_name(self.last),
            "outcome": self.outcome,
            "reason": self.reason or None,
        }

    def words(self) -> str:
        """Say it on one line."""
        n = self.last - self.first + 1
        hours = hour_name(self.first) + (f" .. {hour_name(self.last)}" if n > 1 else "")
        why = f" ({printable(self.reason, 60)})" if self.reason else ""
        count = f"{n} hour{'s' * (n > 1)}: {MEANING[self.outcome]}"
        return f"{printable(self.org_id)}  {hours}  {self.outcome}{why}, {count}"


class SealDigests:
    """The seals' digests by organization and hour, each at its position in a file."""

    SIZE = 32

    def __init__(self, org_numbers: dict[str, int], first_hour: int, last_hour: int) -> None:
        self._org_numbers = org_numbers
        self._first, self._last = first_hour, last_hour
        self._before: dict[str, str | None] = {}
        self._file = SpillFile()

    def _position(self, org: str, hour: int) -> int | None:
        if org not in self._org_numbers or not self._first <= hour <= self._last:
            return None
        hours = self._last - self._first + 1
        return (self._org_numbers[org] * hours + hour - self._first) * self.SIZE

    def covers(self, org: str, hour: int | None) -> bool:
        """Tell whether the pack answers for this hour, or names the seal of the one before."""
        if hour is None:
            return False
        return self._position(org, hour) is not None or (
            hour == self._first - 1 and org in self._before
        )

    def put_before(self, org: str, digest: str | None) -> None:
        """Keep what an organization's first seal follows."""
        self._before[org] = digest

    def put(self, org: str, hour: int, digest: str) -> None:
        """Keep the digest of an hour's seal, unless the hour is outside the period."""
        position = self._position(org, hour)
        if position is not None:
            self._file.write(bytes.fromhex(digest), position)

    def root(self, org: str) -> str:
        """Return the root over the digests of an organization's seals, oldest first."""
        every = (self.get(org, hour) for hour in range(self._first, self._last + 1))
        return tree_hash(bytes.fromhex(digest) for digest in every if digest)

    def get(self, org: str, hour: int) -> str | None:
        """Return an hour's digest, None where it has no seal."""
        if hour == self._first - 1:
            return self._before.get(org)
        digest = self._file.read(self.SIZE, self._position(org, hour) or 0)
        return digest.hex() if digest.strip(b"\0") else None


def sections_of(seal: object) -> dict[str, JsonObject]:
    """Return what a seal says of each section."""
    facts = object_of(seal, "sections")
    return {name: of_one for name, of_one in facts.items() if isinstance(of_one, dict)}


def lifecycle_kinds(seal: object) -> list[str]:
    """Return what a seal tells of connecting, pausing and the like, in order."""
    kinds = [entry.get("kind") for entry in objects_of(seal, "lifecycle")]
    return [kind for kind in kinds if isinstance(kind, str)]


def hour_of_disconnection(seal: object) -> int | None:
    """Return the hour of the first disconnection that a seal tells of."""
    for entry in objects_of(seal, "lifecycle"):
        if entry.get("kind") == "disconnected":
            at = seconds(entry.get("at"))
            return None if at is None else at // 3600
    return None


def seal_digest(seal: JsonObject) -> str:
    """Return a seal's digest: of version 2 it is over the content, since then over a header.

    Raises:
        CannotCheck: the seal is of a version that came after this script.
    """
    version, sha256 = seal.get("v"), hashlib.sha256(canonical(seal)).hexdigest()
    if type(version) is int and version > SEAL_VERSIONS[-1]:
        raise CannotCheck("a seal was made by a newer version than this script knows")
    if version == 2:
        return sha256
    header = {key: seal.get(key) for key in ("v", "org_id", "hour", "previous_sha256")}
    header["content_sha256"] = sha256
    if type(version) is int and version >= PROVABLE:
        header["sections_root"] = sections_root(seal)
    return hashlib.sha256(canonical(header)).hexdigest()


def sections_root(seal: JsonObject) -> str:
    """Return the root over what a seal says of the sections of which a row can be shown alone."""
    sections = [(n, facts) for n, facts in sections_of(seal).items() if facts.get("salt")]
    leaves = []
    for index, (name, facts) in enumerate(sorted(sections)):
        place = {"section": name, "index": index, "of": len(sections)}
        leaf = {**facts, **place, "rows": object_of(facts, "register").get("rows")}
        leaves.append(canonical({key: leaf.get(key) for key in SECTION_LEAF}))
    return tree_hash(leaves)


def may_hold_long_rows(seal: JsonObject) -> bool:
    """Tell whether version 2, which knew no limits, wrote a seal or a register that it names."""
    return seal.get("v") == SEAL_VERSIONS[0] or any(
        facts.get("register") is not None and facts.get("root") is None
        for facts in sections_of(seal).values()
    )


def audit_log_status(seal: JsonObject) -> str | None:
    """Return what an hour's reading of the audit log showed; None where it was not read."""
    status = sections_of(seal).get("audit_events", {}).get("status")
    if status == "forbidden":
        return "forbidden"
    marks = object_of(seal, "watermarks" if "watermarks" in seal else "frontiers")
    proven = marks.get("proven")
    if status not in ("complete", "partial", "unproven") or type(proven) is not bool:
        return None
    return "proven" if proven else "unproven"


def register_counts(seal: JsonObject) -> dict[str, tuple[int, int]]:
    """Return by section how many a seal says are there, and the rows of its register."""
    counts: dict[str, tuple[int, int]] = {}
    for name, facts in sections_of(seal).items():
        count, rows = facts.get("count"), object_of(facts, "register").get("rows")
        if is_count(count) and is_count(rows):
            counts[name] = (count, rows)  # type: ignore[assignment]
    return counts


def segment_counts(seal: JsonObject, kind: str) -> dict[str, tuple[int, str | None]] | None:
    """Return month to rows and digest of a seal's segments of a kind; None if not readable."""
    entries = object_of(seal, "segments").get(kind)
    is_hash_or_null, _ = HASH_OR_NULL
    counts: dict[str, tuple[int, str | None]] = {}
    for entry in entries if isinstance(entries, list) else ():
        month = entry.get("month") if isinstance(entry, dict) else None
        if not isinstance(month, str) or not MONTH.fullmatch(month) or month in counts:
            return None
        if not is_count(entry.get("rows")) or not is_hash_or_null(entry.get("sha256")):
            return None
        counts[month] = (entry["rows"], entry.get("sha256"))
    return counts
