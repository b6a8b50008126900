"""The pack before (check 11): this one follows it, and this one's seals name its later rows."""

from __future__ import annotations

import hashlib
import re

from tools.verifier.base import MAX_REASONS, CannotCheck, Failed, Malformed, RowDigest, printable
from tools.verifier.checks.check_02_archive import OpenPack
from tools.verifier.checks.check_05_07_manifest import strict_manifest
from tools.verifier.checks.check_09_10_reading import NUMBERED, PackRows
from tools.verifier.manifest_format import COMMON, COVERAGE, OF_PROFILE, SEALED_NAME, Manifest
from tools.verifier.report import Report
from tools.verifier.sealed.custody import CustodyRows
from tools.verifier.sealed.members import lines_of
from tools.verifier.sealed.statements import StatementRows
from tools.verifier.spill_to_disk import HourCounts
from tools.verifier.values.field_types import check_object, is_count, object_of, objects_of
from tools.verifier.values.instants import hour_name, hours_of_month, seconds
from tools.verifier.values.strict_json import JsonObject, canonical, canonical_row

MOST_HOURS = 100_000  # that a pack may have rows of behind its period, by organization and month


Counted = dict[tuple[str, str, str], RowDigest]  # by organization, hour and month


def check_previous(manifest: Manifest, path: str, rows: PackRows, report: Report) -> None:
    """Compare with the pack before: this signature covers the digest of that manifest.

    What hours behind that pack's period sealed of its events and verdicts is named by the seals
    here; so is what a monthly pack must bring of earlier months.
    """
    if manifest.profile is None:
        raise Failed(11, "the pack has no profile: it names no previous pack")
    try:
        with OpenPack(path) as pack:
            previous = _previous_of(manifest, pack.manifest_file)
            if "profile" in previous:
                _check_heads(manifest, previous)
                _tell_left_out(manifest, previous, report)
            if rows.coverage is not None and previous.get("profile") == "full":
                _check_late(manifest, previous, rows)
                later = LaterRows(previous)
                later.read(pack)
                n = later.compare(manifest, rows)
                later.compare_numbers(manifest, rows)
                words = f"{n} hours of it hold what that pack has of later hours"
                report.notes.append(f"previous  {words}")
    except CannotCheck as error:
        raise CannotCheck(f"--previous: {error}") from None
    except Failed as error:
        raise Failed(11, error.why if error.number == 11 else f"--previous: {error.why}") from None


def _previous_of(manifest: Manifest, data: bytes) -> JsonObject:
    """Return what that manifest says; from here on it is covered by the signature of this one."""
    if manifest["previous_manifest_sha256"] is None:
        raise Failed(11, "the pack says that no pack came before it")
    if hashlib.sha256(data).hexdigest() != manifest["previous_manifest_sha256"]:
        raise Failed(11, "previous_manifest_sha256 is not the SHA-256 of that pack's manifest")
    previous = strict_manifest(data)
    if previous.get("pack_id") != manifest["previous_pack_id"]:
        raise Failed(11, "previous_pack_id is not the number of that pack")
    if "profile" in previous:
        check_object(11, "that pack's manifest.json", previous, {**COMMON, **OF_PROFILE})
    return previous


def _tell_left_out(manifest: Manifest, previous: JsonObject, report: Report) -> None:
    """Name the organizations that are in that pack alone: whoever asks for a pack may choose."""
    gone = sorted(set(previous["org_ids"]) - set(manifest["org_ids"]))
    report.facts["org_ids_left_out"] = gone
    if gone:
        more = f" and {len(gone) - MAX_REASONS} more" if len(gone) > MAX_REASONS else ""
        names = ", ".join(map(printable, gone[:MAX_REASONS]))
        report.notes.append(f"previous  in that pack, and not in this one: {names}{more}")


def _check_heads(manifest: Manifest, previous: JsonObject) -> None:
    """Demand that chains go on where the periods adjoin."""
    ended, starts = seconds(previous["period_end"]), seconds(manifest["period_start"])
    if ended is None or ended + 1 != starts:
        return
    chains = objects_of(previous, "chain")
    heads = {entry.get("org_id"): entry.get("last_seal_sha256") for entry in chains}
    early = _ending_early(previous, chains, ended)
    for entry in manifest["chain"]:
        org = entry["org_id"]
        head = None if org in early else heads.get(org)
        if head is not None and entry["seals"] and entry["first_previous_sha256"] != head:
            raise Failed(11, f"{printable(org)}: the first seal does not follow that pack's last")


def _ending_early(previous: JsonObject, chains: list[JsonObject], ended: int) -> set[object]:
    """Return the organizations of which a pack has no seal of its last hours, only gaps.

    It was made before these hours were closed; the seals in between are in neither pack.
    """
    coverage = object_of(previous, "coverage")
    hours = [coverage.get(key) for key in COVERAGE]
    if not all(map(is_count, hours)) or hours[:1] <= [sum(hours[1:-1])]:  # type: ignore[arg-type]
        return set()
    orgs = set()
    for entry in chains:
        last = seconds(entry.get("last_sealed_hour"))
        if last is not None and last // 3600 < ended // 3600:
            orgs.add(entry.get("org_id"))
    return orgs


def _check_late(manifest: Manifest, previous: JsonObject, rows: PackRows) -> None:
    """Demand of a monthly pack all that hours behind the last one's cut sealed of months before."""
    coverage, events = rows.coverage, rows.events
    if manifest["kind"] != "monthly" or previous.get("kind") != "monthly" or events is None:
        return
    if coverage is None:
        return
    orgs, month, cut = (
        sorted(manifest["org_ids"]),
        manifest["period_start"][:7],
        previous["cut_hour"],
    )
    here: dict[tuple[int, int, str], int] = {}
    for org, hour, of_month, n, _ in events.sealed.each():
        if of_month < month:
            here[org, hour, of_month] = n
    for org, hour, of_month, n, _ in coverage.named.events.each():
        name = hour_name(hour)
        is_due = of_month < month and name > cut and orgs[org] in previous["org_ids"]
        if is_due and here.get((org, hour, of_month), 0) != n:
            raise Failed(
                11,
                f"{printable(orgs[org])} {name}: {n} late events of {of_month} were sealed, "
                f"{here.get((org, hour, of_month), 0)} are here",
            )


class LaterRows:
    """What a pack holds that hours behind its period sealed, up to its cut.

    They are few: its cut is some days behind its period.
    """

    def __init__(self, manifest: JsonObject) -> None:
        self._manifest = manifest
        self._end, self._cut = manifest["period_end"], manifest["cut_hour"]
        self._events: Counted = {}
        self._verdicts: Counted = {}
        self._said: dict[str, int] = {}
        self._custody: tuple[int, str] | None = None

    def read(self, pack: OpenPack) -> None:
        """Read its events, sealed verdicts and what is numbered, each member held to its digest.

        Raises:
            Failed: one is another than was signed, or a row cannot be read.
        """
        files = self._manifest.get("files")
        digests = (
            {file["name"]: file["sha256"] for file in files if type(file) is dict} if files else {}
        )
        with pack.archive() as archive:
            for name, size in archive.members():
                match = re.fullmatch(SEALED_NAME, name)
                is_read = name in ("events.jsonl", *NUMBERED)
                if not is_read and not (match and match[3] == "verdicts"):
                    archive.skip(size)
                    continue
                rows = RowDigest()
                for line in lines_of(archive.stream(size)):
                    rows.add(line)
                    try:
                        self._add(name, match[1] if match else "", line)
                    except (Malformed, KeyError, TypeError):
                        words = "holds a row that cannot be read"
                        raise Failed(11, f"{name} of that pack {words}") from None
                if rows.hex() != digests.get(name):
                    raise Failed(11, f"{name} of that pack is another than was signed")

    def _add(self, name: str, org_id: str, line: bytes) -> None:
        if name in NUMBERED:
            self._add_numbered(name, line)
            return
        # Most rows were sealed within the period: they are not even parsed.
        field = b'"sealed_hour":"' if name == "events.jsonl" else b'"decided_hour":"'
        at = line.rfind(field) + len(field)
        if line[at : at + 20].decode("latin-1") <= self._end:
            return
        row = canonical_row(line)
        if name == "events.jsonl":
            hour = row["sealed_hour"]
            month = (row["occurred_at"] or hour)[:7]
            sealed = canonical({**row, "late": False})
            self._events.setdefault((row["org_id"], hour, month), RowDigest()).add(sealed)
        else:
            key = (org_id, row["decided_hour"], row["decided_hour"][:7])
            self._verdicts.setdefault(key, RowDigest()).add(line)
        if len(self._events) + len(self._verdicts) > MOST_HOURS:
            raise Failed(11, f"that pack holds rows of more than {MOST_HOURS} later hours")

    def _add_numbered(self, name: str, line: bytes) -> None:
        row = canonical_row(line)
        if not is_count(row["n"]):
            raise Malformed("n is not a number")
        if name == "custody.jsonl":
            self._custody = row["n"], hashlib.sha256(line).hexdigest()
        elif row["org_id"] in self._manifest["org_ids"]:
            self._said[row["org_id"]] = row["n"]

    def compare_numbers(self, manifest: Manifest, rows: PackRows) -> None:
        """Hold what is numbered in a later period to the last numbers here.

        Raises:
            Failed: a number is told anew, or one is another than here.
        """
        if manifest["period_start"] <= self._end:
            return
        statements, custody = (rows.by_name.get(name) for name in NUMBERED)
        first = statements.first if isinstance(statements, StatementRows) else {}
        for org, n in self._said.items():
            if first.get(org, n + 1) <= n:
                raise Failed(
                    11,
                    f"{printable(org)}: statement {first[org]} is told again, that pack has up to "
                    f"number {n}",
                )
        if self._custody and isinstance(custody, CustodyRows):
            n, sha256 = self._custody
            if custody.most < n or custody.before.get(n, sha256) != sha256:
                raise Failed(11, f"the custody log is another than that pack's, up to number {n}")

    def compare(self, manifest: Manifest, rows: PackRows) -> int:
        """Hold them to the seals of the pack behind it; return how many of its hours were held.

        Raises:
            Failed: other rows are there than were sealed.
        """
        named = rows.coverage.named if rows.coverage else None
        if named is None:
            return 0
        n = self._compare(manifest, named.events, self._events, "events")
        if self._manifest.get("format", 2) > 2:
            n += self._compare(manifest, named.verdicts, self._verdicts, "verdicts")
        return n

    def _compare(self, manifest: Manifest, sealed: HourCounts, there: Counted, kind: str) -> int:
        orgs, hours = sorted(manifest["org_ids"]), set()
        for org, hour, month, n, digest in sealed.each():
            org_id, name = orgs[org], hour_name(hour)
            is_due = self._end < name <= self._cut and org_id in self._manifest["org_ids"]
            if not is_due or (kind == "events" and not self._holds(month)):
                continue
            found = there.pop((org_id, name, month), RowDigest())
            digest_here = found.hex() if n else digest
            if (found.n, digest_here) != (n, digest):
                raise Failed(
                    11,
                    f"{printable(org_id)} {name}: that pack holds {found.n} {kind} of {month}, "
                    f"and {n} were sealed, or others",
                )
            hours.add((org, hour))
        for org_id, name, month in there:
            is_here = manifest["period_start"] <= name <= manifest["period_end"]
            if is_here and org_id in orgs and (kind != "events" or self._holds(month)):
                raise Failed(11, f"{printable(org_id)} {name}: that pack holds {kind} never sealed")
        return len(hours)

    def _holds(self, month: str) -> bool:
        """Tell whether that pack holds every event of a month: all of it is in its period."""
        hours, start = hours_of_month(month), self._manifest["period_start"]
        return (
            hours is not None and start <= hour_name(hours[0]) <= hour_name(hours[1]) <= self._end
        )
