"""What the seals of a period name that the archive must hold: registers and segments."""

from __future__ import annotations

from collections.abc import Iterator

from tools.verifier.base import printable
from tools.verifier.sealed.custody import CustodyHeads
from tools.verifier.sealed.rule import ENTITIES, Shown
from tools.verifier.sealed.seals import sections_of
from tools.verifier.spill_to_disk import HourCounts
from tools.verifier.values.field_types import is_count, is_hash, is_text, object_of
from tools.verifier.values.instants import hour_name, hour_number
from tools.verifier.values.strict_json import JsonObject

BOUND_SECTIONS = ("findings", *ENTITIES)
MOST_SOURCES = 1000
SOURCE_FACTS = ("api_base", "clock", "region")
OPENAI, SYSTEM_CLOCK = "https://api.openai.com/v1", "system"


class Sources:
    """Whom the hours of one organization were asked of, and with what.

    Attributes:
        facts: addresses of the API, what the clock was, and where it ran.
        keys: first and last hour of each admin key, by its last four characters.
    """

    def __init__(self) -> None:
        self.facts: dict[str, set[str]] = {name: set() for name in SOURCE_FACTS}
        self.keys: dict[str, tuple[str, str]] = {}

    def add(self, source: JsonObject, hour: str) -> None:
        """Take what one hour says."""
        for name, values in self.facts.items():
            value = source.get(name)
            if is_text(value) and len(values) < MOST_SOURCES:
                values.add(str(value))
        last4 = source.get("key_last4")
        if is_text(last4) and (last4 in self.keys or len(self.keys) < MOST_SOURCES):
            first, _ = self.keys.get(str(last4), (hour, hour))
            self.keys[str(last4)] = first, hour


class NamedRegister:
    """A register as the last seal that names one has it.

    Attributes:
        root: over its rows; None where version 2, which knew none, last wrote it.
        salt: what its rows are blinded by in that tree; None where they stand plain.
    """

    def __init__(self, rows: int, sha256: str, root: str | None, salt: str | None) -> None:
        self.rows, self.sha256, self.root, self.salt = rows, sha256, root, salt


NO_REGISTER = NamedRegister(0, "", None, None)


class NamedBySeals:
    """What the seals name, as they pass.

    Attributes:
        registers: of the last seal that names one.
        shown: by organization and section, the hours that show it.
        sources: by organization, whom it was asked of.
        events: rows and digest of each hour's events, by month.
        changes: rows and digest of each hour's changes.
        verdicts: the same of verdicts.
        statements: the same of statements.
        said: by organization, the number of the last statement that its seals hold.
        custody: entries of the tenant's custody log.
        cut_sealed: of the month that the period begins within, an hour's events, where not all of
            them are in the period.
        cut_shown: the same, as far as they are.
    """

    def __init__(self) -> None:
        self.registers: dict[tuple[str, str], NamedRegister] = {}
        self.shown: dict[tuple[str, str], Shown] = {}
        self.sources: dict[str, Sources] = {}
        self.events, self.changes, self.verdicts = HourCounts(), HourCounts(), HourCounts()
        self.statements = HourCounts()
        self.said: dict[str, int] = {}
        self.custody = CustodyHeads()
        self.cut_sealed, self.cut_shown = HourCounts(), HourCounts()

    def add_sections(self, org_id: str, hour: int, seal: JsonObject) -> None:
        """Take what a seal says of its sections."""
        for section, facts in sections_of(seal).items():
            if section not in BOUND_SECTIONS:
                continue
            register = object_of(facts, "register")
            rows, sha256 = register.get("rows"), register.get("sha256")
            if is_count(rows) and is_hash(sha256):
                root, salt = _hash_of(facts, "root"), _hash_of(facts, "salt")
                named = NamedRegister(rows, sha256, root, salt)  # type: ignore[arg-type]
                self.registers[org_id, section] = named
            shown = self.shown.setdefault((org_id, section), Shown())
            shown.listed_at = _listed_at(seal, facts, hour)
            if seal.get("v") == 2 and _is_shown(seal, facts, hour):
                shown.hours.append(hour_name(hour))

    def by_kind(self) -> dict[str, HourCounts]:
        """Return what the hours sealed of each kind of segment, but for events."""
        return {
            "verdicts": self.verdicts,
            "changes": self.changes,
            "statements": self.statements,
        }

    def add_statements(
        self, org_id: str, seal: JsonObject, sealed: dict[str, tuple[int, str | None]]
    ) -> str | None:
        """Take how many statements an hour sealed; return why their numbers cannot be right."""
        if not seal:
            return None
        last, n = seal.get("statements_n"), sum(rows for rows, _ in sealed.values())
        if seal.get("v") == 2:
            last = 0
        if not is_count(last):
            return "statements_n of the seal is not a count"
        before = 0 if seal.get("previous_sha256") is None else self.said.get(org_id)
        self.said[org_id] = last  # type: ignore[assignment]
        if last - n != before if before is not None else last < n:  # type: ignore[operator]
            return f"{n} statements are sealed, up to number {last}, the seal before says {before}"
        return None

    def add_source(self, org_id: str, hour: str, seal: JsonObject, run: object) -> None:
        """Take whom an hour was asked of; version 2 told it beside what it sealed."""
        source = seal.get("source") or run
        if isinstance(source, dict):
            self.sources.setdefault(org_id, Sources()).add(source, hour)

    def contradictions(self, report: JsonObject) -> Iterator[str]:
        """Yield what collection.json says of its sources otherwise than the seals."""
        for told, name in (
            (object_of(report, "api").get("bases"), "api_base"),
            (object_of(report, "clock").get("sources"), "clock"),
            (report.get("regions"), "region"),
        ):
            sealed = self._asked(name)
            if told != (sealed or None):
                words = f"{printable(told)}, the seals say {printable(sealed)}"
                yield f"collection.json: {words}"
        organizations = report.get("organizations")
        unnamed = {org_id for org_id, source in self.sources.items() if source.keys}
        for entry in organizations if isinstance(organizations, list) else ():
            facts = entry if isinstance(entry, dict) else {}
            org_id, keys = facts.get("org_id"), facts.get("admin_keys")
            named = [_key_use(key) for key in keys] if isinstance(keys, list) else []
            source = self.sources.get(str(org_id), Sources())
            unnamed.discard(str(org_id))
            if named != sorted((last4, *hours) for last4, hours in source.keys.items()):
                yield f"collection.json: other admin keys of {printable(org_id)} than in the seals"
        for org_id in sorted(unnamed):
            yield f"collection.json: it does not tell the admin keys of {printable(org_id)}"

    def notes(self) -> list[str]:
        """Say whom was asked, as far as it is not the one whom everybody takes it for."""
        asked = [
            f"source    {printable(base)}{'' if base == OPENAI else ', NOT OpenAI'}"
            for base in self._asked("api_base")
        ]
        shifted = [
            f"clock     {printable(clock)}, NOT the system's: clock shifted"
            for clock in self._asked("clock")
            if clock != SYSTEM_CLOCK
        ]
        return [*(asked or ["source    nobody was asked"]), *shifted]

    def _asked(self, name: str) -> list[str]:
        """Return what the hours of all organizations say of whom was asked."""
        return sorted({fact for one in self.sources.values() for fact in one.facts[name]})

    def rewind(self) -> None:
        """Go to the first of each: nothing is added any more."""
        for counts in (*self.by_kind().values(), self.cut_sealed, self.cut_shown):
            counts.rewind()


def _hash_of(facts: JsonObject, name: str) -> str | None:
    value = facts.get(name)
    return value if is_hash(value) else None


def _key_use(key: object) -> tuple[object, ...]:
    """Return an admin key's last characters, and the first and last hour it was used in."""
    names = ("last4", "first_hour", "last_hour")
    return tuple(key.get(name) for name in names) if isinstance(key, dict) else ()


def _listed_at(seal: JsonObject, facts: JsonObject, hour: int) -> str | None:
    """Return the last hour that shows a section; version 2 said which hour had asked for it."""
    state_at = facts.get("state_at")
    if seal.get("v") == 2:
        asked = hour_number(facts.get("asked_at"))
        is_read = facts.get("status") in ("complete", "partial")
        state_at = hour_name(hour if asked is None else asked - 1) if is_read else None
    return str(state_at) if hour_number(state_at) is not None else None


def _is_shown(seal: JsonObject, facts: JsonObject, hour: int) -> bool:
    """Tell whether an hour's own picture shows a section."""
    if facts.get("status") == "derived":
        return seal.get("pictured_from") is not None
    is_asked = facts.get("asked_at") in (None, hour_name(hour + 1))
    return is_asked and facts.get("status") in ("complete", "partial")
