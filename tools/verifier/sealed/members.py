"""Sealed members (check 10): every row of the pack follows from bytes whose digest a seal names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Any

from tools.verifier.base import LIMITS, MAX_REASONS, MAX_ROW, Malformed, RowDigest, printable
from tools.verifier.checks.check_02_archive import OpenPack
from tools.verifier.large_values import LARGE_KEY, LargeNames
from tools.verifier.manifest_format import SEALED_NAME, Manifest
from tools.verifier.sealed.derived_rows import DerivedRows
from tools.verifier.sealed.named_by_seals import NO_REGISTER, NamedBySeals
from tools.verifier.sealed.rule import (
    ENTITIES,
    Shown,
    change_row,
    entity_row,
    finding_row,
    statement_row,
)
from tools.verifier.values.instants import hour_name, hour_number
from tools.verifier.values.strict_json import JsonObject, canonical_row
from tools.verifier.values.trees import RegisterTree

DERIVED = (*ENTITIES, "findings", "changes", "statements")
OF_SEGMENTS = ("changes", "statements")
NOT_SEALED = "it is not what was sealed"


class SealedMembers:
    """Derives the pack's rows from the sealed ones, as these stream by.

    Attributes:
        broken: what the seals or the rows contradict.
        n_later: verdicts that hours behind the period sealed.
    """

    def __init__(
        self,
        manifest: Manifest,
        named: NamedBySeals,
        limited_from: dict[str, str],
        large: LargeNames,
    ) -> None:
        self.broken: list[str] = []
        self.n_later = 0
        self._manifest, self._named, self._large = manifest, named, large
        self._limited_from = limited_from
        self._start, self._end = manifest["period_start"], manifest["period_end"]
        self._orgs = {org: number for number, org in enumerate(sorted(manifest["org_ids"]))}
        self._derived = DerivedRows()
        self._read: set[tuple[str, str]] = set()
        named.rewind()

    def _break(self, why: str) -> None:
        if len(self.broken) <= 2 * MAX_REASONS:
            self.broken.append(why)

    def read_member(self, name: str, pieces: Iterator[bytes]) -> None:
        """Read one of them, hold it to the seals, and derive what follows from it."""
        match = re.fullmatch(SEALED_NAME, name)
        org_id, section, kind, month = match.groups() if match else ("", "", "", "")
        lines = lines_of(pieces)
        if org_id not in self._orgs:
            self._break(f"{printable(name)} is of no organization of the pack")
        elif section:
            self._read_register(org_id, section, lines)
        elif kind == "events":
            self._read_events(org_id, month, lines)
        else:
            self._read_segments(org_id, kind, month, lines)
        for _ in lines:
            self._break(f"{printable(name)}: it has more rows than the seals name")
        for _ in pieces:
            self._break(f"{printable(name)}: a row is longer than {MAX_ROW} bytes")

    def _read_register(self, org_id: str, section: str, lines: Iterator[bytes]) -> None:
        named = self._named.registers.get((org_id, section), NO_REGISTER)
        rows, tree = RowDigest(), RegisterTree(named.salt)
        shown = self._named.shown.get((org_id, section), Shown())
        for line in lines:
            rows.add(line)
            if named.root:
                tree.add(line)
            self._derive(org_id, section, shown, line, is_limited=named.root is not None)
        self._read.add((org_id, section))
        if (rows.n, rows.hex()) != (named.rows, named.sha256):
            self._break(f"{org_id}: the register of {section} is not the one that the seals name")
        elif named.root and named.root != tree.root():
            self._break(f"{org_id}: the register of {section} does not have the root of its seal")

    def _read_segments(self, org_id: str, kind: str, month: str, lines: Iterator[bytes]) -> None:
        counts = self._named.by_kind()[kind]
        shown = Shown()
        for hour, n, sealed in counts.take(self._orgs[org_id], month):
            rows, name = RowDigest(), hour_name(hour)
            # What an hour sealed is shown by that hour.
            shown.listed_at = name
            for line in islice(lines, n):
                rows.add(line)
                self._derive(org_id, kind, shown, line, self._is_limited(org_id, name))
            if rows.hex() != sealed:
                self._break(f"{org_id} {name}: {kind} are others than those that were sealed")
        if kind == "verdicts":
            for line in lines:
                self._derive_later(org_id, line)

    def _read_events(self, org_id: str, month: str, lines: Iterator[bytes]) -> None:
        """Read the events of hours of which the period holds a part."""
        org = self._orgs[org_id]
        pairs = zip(self._named.cut_sealed.take(org, month), self._named.cut_shown.take(org, month))
        for (hour, n, sealed), (_, n_shown, shown) in pairs:
            whole, part, name = RowDigest(), RowDigest(), hour_name(hour)
            for line in islice(lines, n):
                whole.add(line)
                row = self._parse(line, self._is_limited(org_id, name)) or {}
                at = row.get("occurred_at") or name
                if type(at) is str and self._start <= at <= self._end:
                    part.add(line)
            if whole.hex() != sealed:
                self._break(f"{org_id} {name}: events are others than those that were sealed")
            elif part.n != n_shown or (n_shown and part.hex() != shown):
                self._break(f"{org_id} {name}: not the events of the period that were sealed")

    def _is_limited(self, org_id: str, hour: str) -> bool:
        return hour >= self._limited_from.get(org_id, "~")

    def _parse(self, line: bytes, is_limited: bool) -> JsonObject | None:
        try:
            if is_limited and len(line) > LIMITS["row"]:
                raise Malformed(f"it is longer than {LIMITS['row']} bytes")
            row = canonical_row(line)
            if is_limited and LARGE_KEY in line:
                self._large.note(line)
            return row
        except Malformed as error:
            self._break(f"a sealed row: {error}")
            return None

    def _derive(self, org_id: str, name: str, shown: Shown, line: bytes, is_limited: bool) -> None:
        sealed = self._parse(line, is_limited)
        try:
            if sealed is not None:
                self._derive_row(org_id, name, shown, sealed)
        except (KeyError, TypeError, AttributeError, ValueError):
            self._break(f"{org_id}: a sealed row of {name} lacks something, or holds another kind")

    def _derive_row(self, org_id: str, name: str, shown: Shown, sealed: JsonObject) -> None:
        derived, org = self._derived, self._orgs[org_id]
        row: JsonObject | None
        if name == "verdicts":
            if self._start <= sealed["hour"] <= self._end:
                derived.put_verdict(org, _change_of(sealed), sealed)
            return
        if name == "statements":
            row = statement_row(org_id, str(shown.last()), sealed)
            key: tuple[str, str, str, str] = (f"{sealed['n']:020d}", "", "", "")
        elif name == "changes":
            row = change_row(org_id, sealed, derived.verdict(org, _change_of(sealed)))
            key = _change_of(row)
        elif name == "findings":
            if sealed["section"] == "api_keys":
                derived.put_finding(org, sealed["entity_id"], sealed)

            def verdict_on(finding: JsonObject, cause: JsonObject) -> JsonObject:
                return derived.verdict(
                    org, (cause["hour"], finding["section"], finding["entity_id"], cause["kind"])
                )

            row = finding_row(org_id, sealed, self._start, shown, verdict_on)
            key = (sealed["finding_id"], sealed["first_seen_hour"], "", "")
        else:
            entity = sealed[ENTITIES[name]]
            end = sealed["removed_at"] or shown.last() or self._start
            findings = derived.findings(org, entity, end) if name == "api_keys" else ()
            row = entity_row(name, org_id, sealed, self._start, shown, findings)
            key = (entity, sealed["first_seen_at"], "", "")
        if row is not None:
            derived.add(name, org, key, row)

    def _derive_later(self, org_id: str, line: bytes) -> None:
        """Take a verdict that an hour behind the period sealed: the next pack's seals name it."""
        row = self._parse(line, is_limited=True) or {}
        decided = row.get("decided_hour")
        is_hour, name = hour_number(decided) is not None, str(decided)
        if not is_hour or not self._end < name <= self._manifest["cut_hour"]:
            self._break(f"{org_id} {printable(decided)}: this hour did not seal all these verdicts")
            return
        self.n_later += 1
        self._derive(org_id, "verdicts", Shown(), line, is_limited=False)

    def finish(self, pack: OpenPack) -> None:
        """Demand what the seals name, and of each member the rows that follow from it."""
        named = self._named
        for org_id, section in named.registers.keys() - self._read:
            self._break(f"{org_id}: the register of {section} that the seals name is not here")
        for kind, counts in (*named.by_kind().items(), ("events", named.cut_sealed)):
            for org, hour, n in counts.rest():
                org_id = sorted(self._orgs)[org]
                self._break(f"{org_id} {hour_name(hour)}: {n} sealed {kind} are not here")
        for section in DERIVED:
            self._compare(pack, f"{section}.jsonl", section)

    def _compare(self, pack: OpenPack, name: str, section: str) -> None:
        member = self._manifest.members.get(name)
        is_read = section in OF_SEGMENTS or any(of == section for _, of in self._named.registers)
        if member is None or not is_read:
            if member is not None and member.rows:
                self._break(f"{name}: there are rows, and no seal names a register of them")
            elif member is None and is_read:
                self._break(f"{name} is not here, though the seals name a register of it")
            return
        rows = RowDigest()
        for line in self._derived.lines(section):
            rows.add(line)
        if rows.hex() != member.sha256:
            self._break(self._difference(pack, name, section))

    def _difference(self, pack: OpenPack, name: str, section: str) -> str:
        """Return the first row that is another than the sealed one."""
        with pack.archive(is_known=True) as archive:
            for other, size in archive.members():
                if other != name:
                    archive.skip(size)
                    continue
                pairs = zip_longest(lines_of(archive.stream(size)), self._derived.lines(section))
                for number, (here, sealed) in enumerate(pairs, start=1):
                    if here != sealed:
                        row = sealed if here is None else here
                        why = "a sealed row is missing" if here is None else NOT_SEALED
                        return f"{_where(row or b'')}: {name} row {number}: {why}"
        return f"{name}: {NOT_SEALED}"

    def notes(self) -> list[str]:
        """Say what binds the rows, and what does not yet."""
        words = "every row follows from registers and segments that the seals name"
        if self.broken:
            words = "BROKEN, as check 10 says"
        later = f"{self.n_later}: the seals of the next pack name them"
        notes = [f"verdicts  sealed behind the period: {later}"] if self.n_later else []
        return [f"binding   {words}", *notes]


def _change_of(row: JsonObject) -> tuple[str, str, str, str]:
    """Return what names a change."""
    return row["hour"], row["section"], row["entity_id"], row["kind"]


def _where(line: bytes) -> str:
    """Return organization and hour of a row of the pack."""
    try:
        row = canonical_row(line)
    except Malformed:
        return "?"
    names = ("state_at", "hour", "sealed_hour", "first_seen_at")
    hour: Any = next((row[name] for name in names if row.get(name)), None)
    return f"{printable(row.get('org_id'))} {printable(hour)}"


def lines_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield rows without their newlines; check 8 has counted these."""
    carry = b""
    for piece in pieces:
        *whole, carry = (carry + piece).split(b"\n")
        yield from whole
        if len(carry) > MAX_ROW:
            return
    if carry:
        yield carry
