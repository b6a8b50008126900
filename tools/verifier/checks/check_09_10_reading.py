"""The second reading: the rows (check 9), and what they say of coverage and chain (check 10).

Every byte is the signer's by now. Rows are checked as they stream by; here that is collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.verifier.base import LIMITS, MAX_JSON_MEMBER, MAX_REASONS, Failed, Malformed, printable
from tools.verifier.checks.check_02_archive import OpenPack, TarReader
from tools.verifier.checks.check_08_digests import FILE_CHANGED
from tools.verifier.checks.check_09_events import EventRows, RepeatedRows
from tools.verifier.checks.check_09_registers import (
    ENTITY_ID,
    ChangeRows,
    EntityRows,
    FindingRows,
    RegisterRows,
)
from tools.verifier.checks.check_09_rows import ForeignRows, Rows
from tools.verifier.checks.check_10_anchors import AnchorRows
from tools.verifier.checks.check_10_chain import CoverageRows
from tools.verifier.large_values import LARGE_FOLDER, LargeNames
from tools.verifier.manifest_format import OPTIONAL_MEMBERS, SEALED_FOLDER, Manifest
from tools.verifier.report import Report
from tools.verifier.sealed.custody import CustodyRows
from tools.verifier.sealed.members import SealedMembers
from tools.verifier.sealed.statements import StatementRows
from tools.verifier.spill_to_disk import HourCounts
from tools.verifier.values.strict_json import OURS, JsonObject, parse


class RepeatedIds(Rows):
    """Finds which of the ids with a suspected hash stand in events.jsonl twice.

    Attributes:
        repeated: the first few of these ids.
    """

    def __init__(self, manifest: Manifest, suspects: set[int]) -> None:
        super().__init__(manifest, "events.jsonl")
        self.repeated: list[str] = []
        self._suspects = suspects
        self._ids: set[tuple[str, str]] = set()

    def row(self, line: bytes) -> None:
        """Read one row; what cannot be read was told of before."""
        try:
            row = parse(line, OURS)
            key = (row["org_id"], row["event_id"])
            hashed = hash(key)
        except (Malformed, KeyError, TypeError):
            return
        if hashed in self._suspects:
            if key in self._ids and len(self.repeated) <= MAX_REASONS:
                self.repeated.append(key[1])
            self._ids.add(key)


class PackRows:
    """The checkers of a pack's rows, by member, in the order in which they were read.

    Attributes:
        by_name: the checkers.
        large: the large values that rows name.
        documents: the `.json` members.
        events: what events.jsonl said; None where there is none of ours. So the others:
        coverage: what coverage.jsonl said.
        anchors: what anchors.jsonl said.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.by_name: dict[str, Rows] = {}
        self.large = LargeNames()
        self.documents: dict[str, JsonObject] = {}
        self.events: EventRows | None = None
        self.coverage: CoverageRows | None = None
        self.anchors: AnchorRows | None = None
        self._repeated: RepeatedRows | None = None
        self._manifest = manifest
        self._sealed: SealedMembers | None = None

    @property
    def sealed(self) -> SealedMembers | None:
        """What sealed members hold the rows to; None where the pack is of a format without them."""
        coverage = self.coverage
        if self._sealed is None and coverage is not None and self._manifest.format > 2:
            limited_from = coverage.limited_from
            self._sealed = SealedMembers(self._manifest, coverage.named, limited_from, self.large)
        return self._sealed

    def begin(self, name: str) -> Rows:
        """Return the checker of a member's rows; later members are held to earlier ones."""
        self.by_name[name] = rows = self._rows(name)
        rows.large = self.large
        return rows

    def _rows(self, name: str) -> Rows:
        manifest, coverage = self._manifest, self.coverage
        if manifest.profile is None:
            return ForeignRows(manifest, name)
        if name == "repeated_events.jsonl":
            self._repeated = RepeatedRows(manifest, name)
            return self._repeated
        if name == "events.jsonl":
            copies = self._repeated.copies if self._repeated else None
            self.events = EventRows(manifest, name, copies)
            return self.events
        if name == "coverage.jsonl":
            counts = self.events.sealed if self.events else HourCounts()
            self.coverage = CoverageRows(manifest, name, counts)
            return self.coverage
        if name == "changes.jsonl":
            if coverage is None:
                return ChangeRows(manifest, name, HourCounts(), {})
            return ChangeRows(manifest, name, coverage.named.changes, coverage.limited_from)
        if name == "statements.jsonl":
            return StatementRows(manifest, name, coverage.named.said if coverage else {})
        if name == "custody.jsonl":
            return CustodyRows(manifest, name, coverage.named.custody if coverage else None)
        if name == "anchors.jsonl":
            self.anchors = AnchorRows(manifest, name, coverage.digests if coverage else None)
            return self.anchors
        if name == "findings.jsonl":
            return FindingRows(manifest, name)
        return (EntityRows if name in ENTITY_ID else Rows)(manifest, name)


def check_09_rows(pack: OpenPack, manifest: Manifest, sha256: bytes, report: Report) -> PackRows:
    """Read the archive again and check its rows.

    Args:
        pack: it is the same file as at its first reading, or check 2 fails.
        manifest: with the members it promises.
        sha256: of the file at its first reading.
        report: takes what is wrong with rows, and what an auditor should know of them.

    Raises:
        Failed: the file is not the one that was read first, or a row has no end.
    """
    rows = PackRows(manifest)
    # Rows of a file whose digest is wrong are nobody's: they are not even read.
    if 8 in report.failed:
        return rows
    with pack.archive(is_known=True) as archive:
        for name, size in archive.members():
            if name.startswith(LARGE_FOLDER):
                rows.large.add(name, size)
                archive.skip(size)
            elif name.startswith(SEALED_FOLDER) and rows.sealed:
                rows.sealed.read_member(name, archive.stream(size))
            elif name in manifest.members and name.endswith(".jsonl"):
                rows.begin(name).read_member(archive.stream(size))
            elif name in manifest.members and name.endswith(".json"):
                rows.documents[name] = _check_json_member(archive, name, size, report)
            else:
                archive.skip(size)
    archive.gzip.read_to_end()
    if archive.gzip.digest.digest() != sha256:
        raise Failed(2, FILE_CHANGED)
    for checker in rows.by_name.values():
        for why in checker.wrong:
            report.fail(9, why)
        report.notes += checker.notes()
    if rows.sealed:
        rows.sealed.finish(pack)
    _check_sizes(manifest, rows, report)
    suspects = rows.events.ids.repeated() if rows.events else set()
    for event_id in _repeated_ids(pack, manifest, suspects) if suspects else ():
        report.fail(9, f"events.jsonl: the event {printable(event_id)} stands there twice")
    report.passed(9)
    return rows


def _check_sizes(manifest: Manifest, rows: PackRows, report: Report) -> None:
    """Demand the large values that rows name, no others, and of rows of version 3 their size."""
    if manifest.profile == "full":
        rows.large.differences(report)
    coverage = rows.coverage
    if coverage is None or coverage.without_limits:
        return
    for name, checker in rows.by_name.items():
        if checker.n_long and checker is not coverage:
            report.fail(9, f"{name}: {checker.n_long} rows are longer than {LIMITS['row']} bytes")


def _check_json_member(archive: TarReader, name: str, size: int, report: Report) -> JsonObject:
    try:
        if size > MAX_JSON_MEMBER:
            archive.skip(size)
            raise Malformed(f"it is longer than {MAX_JSON_MEMBER} bytes")
        return parse(archive.take(size))
    except Malformed as error:
        report.fail(9, f"{name}: {error}")
        return {}


def _repeated_ids(pack: OpenPack, manifest: Manifest, suspects: set[int]) -> list[str]:
    """Read events.jsonl again: equal hashes are a suspicion, equal ids are the fact."""
    rows = RepeatedIds(manifest, suspects)
    with pack.archive(is_known=True) as archive:
        for name, size in archive.members():
            if name == "events.jsonl":
                rows.read_member(archive.stream(size))
                break
            archive.skip(size)
    return rows.repeated


NUMBERED = ("statements.jsonl", "custody.jsonl")
NOT_BOUND = "binding   NONE (format 2): events apart, the rows are the signer's word"


def check_10_chain(manifest: Manifest, rows: PackRows, report: Report) -> None:
    """Collect what contradicts coverage and chain; skip with the reason where there is none."""
    if 8 in report.failed:
        return
    coverage = rows.coverage
    if coverage is not None:
        for contradictions in (
            coverage.broken,
            _other_numbers(coverage, rows.by_name),
            _other_changes(coverage, rows.by_name.get("changes.jsonl")),
            *(rows.by_name[name].broken for name in NUMBERED if name in rows.by_name),
            coverage.named.custody.not_here(),
            rows.anchors.broken if rows.anchors else (),
            rows.sealed.broken if rows.sealed else _not_bound(coverage),
            coverage.named.contradictions(rows.documents.get("collection.json", {}))
            if rows.sealed
            else (),
        ):
            for why in contradictions:
                report.fail(10, why)
                if len(report.failed[10]) > 2 * MAX_REASONS:
                    break
        report.facts["runs"] = [run.facts() for run in coverage.runs]
        report.facts["more_runs"] = coverage.n_more_runs
        report.facts["gap_hours"] = coverage.counts["gap"]
        report.notes += coverage.named.notes()
        report.notes += rows.sealed.notes() if rows.sealed else [NOT_BOUND]
        report.notes += [] if rows.anchors else AnchorRows(manifest, "", None).notes()
    elif manifest.profile is None:
        report.skipped[10] = "the pack has no profile: it states no coverage"
    else:
        report.skipped[10] = f"profile {manifest.profile} holds no coverage.jsonl"
        report.notes.append("binding   NONE (core): the rows are the signer's word")
    report.passed(10)
    report.took("all")


def _other_numbers(coverage: CoverageRows, by_name: dict[str, Rows]) -> Iterator[str]:
    """Yield where a file's rows are not as many as the seals say that its register has."""
    registers = {name: rows for name, rows in by_name.items() if isinstance(rows, RegisterRows)}
    for name, rows in registers.items():
        for org in rows.n_rows.keys() - coverage.orgs:
            yield f"{printable(org)}: there are rows in {name}, and no hour of it"
    for (org_id, section), (n_open, n_rows) in coverage.registers.items():
        name, org = f"{section}.jsonl", printable(org_id)
        if name in registers:
            n = registers[name].n_open.get(org_id, 0)
            if n != n_open:
                yield f"{org}: {n} rows of {name} are open at the end, the seals say {n_open}"
            if registers[name].n_rows.get(org_id, 0) > n_rows:
                yield f"{org}: {name} has more rows than the {n_rows} of the sealed register"
        elif n_open and name in OPTIONAL_MEMBERS:
            yield f"{org}: the seals name {n_open} of {section}, and there is no {name}"


def _not_bound(coverage: CoverageRows) -> Iterator[str]:
    """Yield that what binds the rows is not here, where version 3 sealed an hour."""
    if coverage.limited_from:
        yield "version 3 sealed hours of it, and it is of an older format, without sealed members"


def _other_changes(coverage: CoverageRows, changes: Rows | None) -> list[str]:
    """Return the hours whose seal has another number of changes than changes.jsonl."""
    if changes is None:
        changes = ChangeRows(coverage.manifest, "changes.jsonl", coverage.named.changes, {})
        changes.finish()
    return changes.broken
